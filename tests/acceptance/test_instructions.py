"""Who may do what, through `hvlab run`: nobody takes the root away, and a child is stopped at what is not its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.acceptance.conftest import Run

BOOT = r"New-VM web01 512MB -VHDPath C:\Images\WS2008-x64.vhd; Start-VM web01; Wait-Lab web01 -For Booted"
SHOW = 'ForEach-Object { "$($_.Way)|$($_.AnsweredBy)|$($_.Status)" }'
DENIED = "hypercall|hypervisor|HV_STATUS_ACCESS_DENIED"
CALLS = ("DeletePartition", "FinalizePartition", "SetPartitionProperty", "WithdrawMemory", "UnmapGpaPages")


@pytest.mark.parametrize("who", ["root", "web01"])
def test_the_hypervisor_neither_ends_nor_starves_the_root_for_anybody(
    hvlab: Run, script: Callable[[str], str], who: str
) -> None:
    calls = ", ".join(f"'VMCALL {name}, 1'" for name in CALLS)
    after = "(Get-VM web01).State"
    done = hvlab(
        "run", script(f"$null = {{ {BOOT} }}.Invoke()\nInvoke-LabInstruction {who} {calls} | {SHOW}\n{after}")
    )
    assert done.stdout.split() == [*[DENIED] * len(CALLS), "Running"]
    assert done.returncode == 0


@pytest.mark.parametrize(
    "command",
    [
        "Remove-VM root -Force",
        "Stop-VM root -TurnOff",
        "Suspend-VM root",
        "Set-VMProcessor root -Maximum 1",
        "Set-VM root -ProcessorCount 1",
    ],
)
@pytest.mark.parametrize(
    ("language", "why"), [("en", "The root partition is no"), ("de", "Die Root-Partition ist keine")]
)
def test_no_command_reaches_the_root_and_each_says_why(
    hvlab: Run, script: Callable[[str], str], command: str, language: str, why: str
) -> None:
    done = hvlab("run", script(command), "--lang", language)
    assert done.returncode == 1
    assert why in " ".join(done.stderr.split()) and "HV_STATUS_ACCESS_DENIED" in done.stderr


TOUCHES = {
    "IN AL, 0xCF8": "exit|hypervisor|",  # the physical PCI bus: for this partition nothing is there
    "OUT 0x3F8, 1": "exit|hypervisor|",  # the physical serial port
    "IN AL, 0x1F7": "intercept|parent|",  # the emulated disk, not the physical one
    "MOV [0xFED00000], EAX": "intercept|parent|",  # a physical timer's registers
    "MOV EAX, [0xE0000000]": "intercept|parent|",  # a physical graphics adapter's memory
}


def test_a_child_that_touches_a_physical_device_is_stopped_and_one_sees_by_whom(
    hvlab: Run, script: Callable[[str], str], tmp_path: Path
) -> None:
    touches = ", ".join(f"'{text}'" for text in TOUCHES)
    text = f"$null = {{ {BOOT} }}.Invoke()\nInvoke-LabInstruction web01 {touches} | {SHOW}"
    done = hvlab("run", script(text), "--trace", "events.jsonl")
    assert (done.stdout.split(), done.returncode) == (list(TOUCHES.values()), 0)
    lines = (tmp_path / "events.jsonl").read_text(encoding="utf-8").splitlines()[1:]
    rows = [json.loads(line) for line in lines]
    ran = [row for row in rows if row["kind"] == "instruction"]
    assert [row["text"] for row in ran] == list(TOUCHES)
    for row, who in zip(ran, TOUCHES.values(), strict=True):
        followed = rows[row["seq"]]
        assert (followed["cause"], followed["kind"]) == (row["seq"], who.split("|")[0])
        assert followed["partition"] == row["partition"] != 1


def test_on_a_hosted_monitor_no_hypervisor_runs_and_none_answers(
    hvlab: Run, script: Callable[[str], str]
) -> None:
    lines = f"$null = {{ {BOOT} }}.Invoke()\n(Get-LabServer).HypervisorRunning\n"
    lines += "(Invoke-LabInstruction web01 'MOV CR3, EAX', 'ADD EAX, 1').AnsweredBy"
    boot32 = lines.replace("WS2008-x64", "WS2008-x86")
    done = hvlab("run", "--platform", "vs2005", "--scenario", "guest-zoo", script(boot32))
    assert done.stdout.split() == ["False", "monitor", "processor"]
    done = hvlab("run", script(lines))
    assert done.stdout.split() == ["True", "hypervisor", "processor"]
