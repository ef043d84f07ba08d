"""`hvlab run`: the whole chain through the command line."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.conftest import Run

WORK = r"""
New-VM web01 -MemoryStartupBytes 512MB -VHDPath C:\Images\WS2008-x64.vhd
New-VHD C:\VMs\data.vhd -SizeBytes 1GB
Add-VMHardDiskDrive web01 -ControllerType SCSI -Path C:\VMs\data.vhd
Start-VM web01
Wait-Lab web01 -For Heartbeat
Start-LabWorkload web01 -Operation Write -Size 4KB -ControllerType SCSI
Stop-VM web01
(Get-VM web01).State
"""


def events(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()][1:]


def write_packets(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The packets that lie between the workload's start and its end."""
    marks = [row["seq"] for row in rows if row["kind"] == "guest.workload"]
    return [row for row in rows if row["kind"] == "ring.packet" and marks[0] < row["seq"] < marks[1]]


def test_a_script_creates_starts_writes_and_stops(
    hvlab: Run, script: Callable[[str], str], tmp_path: Path
) -> None:
    done = hvlab("run", script(WORK), "--trace", "events.jsonl")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.rstrip().endswith("Off")
    rows = events(tmp_path / "events.jsonl")
    counts = Counter(row["kind"] for row in rows)
    assert counts["vmbus.message"] > 20 and counts["ring.packet"] > 40 and counts["intercept"] > 40
    assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
    assert all(row["cause"] is None or row["cause"] < row["seq"] for row in rows)


def test_the_required_fields_of_a_trace(hvlab: Run, script: Callable[[str], str], tmp_path: Path) -> None:
    hvlab("run", script(WORK), "--trace", "events.jsonl")
    rows = events(tmp_path / "events.jsonl")
    call = next(row for row in rows if row["kind"] == "hypercall")
    assert (call["name"], call["code"], call["status"], call["status_name"]) == (
        "CreatePartition",
        0x40,
        0,
        "HV_STATUS_SUCCESS",
    )
    offer = next(row for row in rows if row["kind"] == "vmbus.message" and row["name"] == "OFFER_CHANNEL")
    assert offer["direction"] == "host->guest" and len(bytes.fromhex(offer["bytes"])) == 196
    opened = next(row for row in rows if row["kind"] == "vmbus.message" and row["name"] == "OPEN_CHANNEL")
    assert opened["direction"] == "guest->host" and len(bytes.fromhex(opened["bytes"])) == 148
    packet = next(row for row in rows if row["kind"] == "ring.packet")
    assert packet["channel"] >= 1 and packet["signal"] in (True, False) and packet["direction"]


@pytest.mark.parametrize(
    ("platform", "image", "sizes"),
    [
        ("ws2008", "WS2008-x64", [96, 72]),
        ("ws2012", "WS2012-x64", [112, 88]),
        ("ws2012", "WS2008-x64", [96, 72]),
    ],
)
def test_what_a_4_kib_write_costs_in_the_ring(
    hvlab: Run, script: Callable[[str], str], tmp_path: Path, platform: str, image: str, sizes: list[int]
) -> None:
    hvlab("run", script(WORK.replace("WS2008-x64", image)), "--platform", platform, "--trace", "events.jsonl")
    packets = write_packets(events(tmp_path / "events.jsonl"))
    assert [len(bytes.fromhex(packet["bytes"])) for packet in packets] == sizes
    assert b"HVREC" not in b"".join(bytes.fromhex(packet["bytes"]) for packet in packets)


def test_the_same_script_and_seed_give_the_same_bytes(
    hvlab: Run, script: Callable[[str], str], tmp_path: Path
) -> None:
    path = script(WORK)
    for name in ("a", "b"):
        hvlab("run", path, "--seed", "7", "--trace", f"{name}.jsonl")
    assert (tmp_path / "a.jsonl").read_bytes() == (tmp_path / "b.jsonl").read_bytes()


def test_json_output_is_one_object_a_line(hvlab: Run, script: Callable[[str], str]) -> None:
    done = hvlab("run", script("New-VM a; Get-VM a"), "--format", "json")
    assert [json.loads(line)["Name"] for line in done.stdout.splitlines()] == ["a", "a"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("Get-WM", "CommandNotFoundException"),
        ("Get-VM -Colour red", "NamedParameterNotFound"),
        ("New-VM a -MemoryStartupBytes lots", "Int64"),
        ("Get-VM nobody", 'unable to find a virtual machine with name "nobody"'),
        (r"New-VHD D:\x.vhd -SizeBytes 900GB -Fixed", "not enough space"),
        ("New-VM a; Stop-VM a -TurnOff; Remove-VM b", "b"),
        (r"New-VM a -VHDPath C:\Images\WS2008-x64.vhd; Start-VM a; Remove-VM a -Force", "InvalidState"),
        ("New-VM a -MemoryStartupBytes 7GB; Start-VM a", "0x8007000E"),
    ],
)
def test_mistakes_read_like_powershell_and_leave_the_lab_unharmed(
    hvlab: Run, script: Callable[[str], str], line: str, says: str
) -> None:
    done = hvlab("run", script(line + "\n'still here'"))
    assert done.returncode == 1
    assert says in done.stderr and "Traceback" not in done.stderr
    assert "FullyQualifiedErrorId" in done.stderr
    assert done.stdout.rstrip().endswith("still here")


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "absent.ps1"),
        ("run",),
        ("run", "-", "--platform", "ws1999"),
        ("run", "-", "--scenario", "moon"),
        ("run", "-", "--lang", "fr"),
        ("grade", "no-such-lesson", "x.ps1"),
        ("fly",),
    ],
)
def test_bad_usage_exits_2_with_a_sentence(hvlab: Run, arguments: tuple[str, ...]) -> None:
    done = hvlab(*arguments)
    assert done.returncode == 2
    assert done.stdout == "" and done.stderr and "Traceback" not in done.stderr


def test_a_script_that_is_no_text_or_no_program_exits_2(hvlab: Run, tmp_path: Path) -> None:
    (tmp_path / "bytes.ps1").write_bytes(b"Get-VM\n\xff\xfe\x00")
    done = hvlab("run", "bytes.ps1")
    assert done.returncode == 2 and "line 2" in done.stderr
    done = hvlab("run", "-", stdin="Get-VM | \n")
    assert done.returncode == 2 and "ParserError" in done.stderr


def test_the_exported_disk_is_what_other_programs_read(
    hvlab: Run, script: Callable[[str], str], tmp_path: Path
) -> None:
    if shutil.which("qemu-img") is None or shutil.which("vhdiinfo") is None:
        pytest.skip("qemu-utils and libvhdi-utils are not installed")
    target = tmp_path / "data.vhd"
    done = hvlab("run", script(WORK + rf"Export-LabFile C:\VMs\data.vhd '{target}'"))
    assert done.returncode == 0
    subprocess.run(["vhdiinfo", str(target)], check=True, capture_output=True)
    raw = tmp_path / "data.raw"
    subprocess.run(["qemu-img", "convert", "-f", "vpc", "-O", "raw", str(target), str(raw)], check=True)
    with raw.open("rb") as file:
        file.seek(2048 * 512)
        data = file.read(4096)
    assert [data[at : at + 5] for at in range(0, 4096, 512)] == [b"HVREC"] * 8


def test_without_a_terminal_hvlab_prints_its_help_and_exits_2(hvlab: Run) -> None:
    done = hvlab()
    assert done.returncode == 2 and "Usage" in done.stderr


def test_the_version_comes_without_the_screen(hvlab: Run, tmp_path: Path) -> None:
    (tmp_path / "probe.py").write_text(
        "import sys\nfrom hvlab.cli import cli\n"
        "try:\n    cli(['--version'])\nexcept SystemExit as end:\n    assert not end.code\n"
        "print([name for name in ('textual', 'prompt_toolkit', 'rich') if name in sys.modules])\n"
    )
    import sys

    done = subprocess.run(
        [sys.executable, "probe.py"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("hvlab, version") and done.stdout.rstrip().endswith("[]")


def test_a_recorded_session_replays_to_the_same_world(
    hvlab: Run, script: Callable[[str], str], tmp_path: Path
) -> None:
    hvlab("run", script(WORK), "--session", "work.jsonl", "--trace", "live.jsonl")
    first = hvlab("replay", "work.jsonl", "--trace", "again.jsonl")
    assert first.returncode == 0 and first.stdout.splitlines()[-3].startswith("world ")
    assert (tmp_path / "live.jsonl").read_bytes() == (tmp_path / "again.jsonl").read_bytes()
    lines = (tmp_path / "work.jsonl").read_text(encoding="utf-8").splitlines()
    (tmp_path / "work.jsonl").write_text("\n".join([lines[0], *lines[2:]]), encoding="utf-8")
    cut = hvlab("replay", "work.jsonl")
    assert cut.returncode in (1, 2) and "Traceback" not in cut.stderr


def test_a_record_is_never_written_over(hvlab: Run, script: Callable[[str], str], tmp_path: Path) -> None:
    first = hvlab("run", script("New-VM a"), "--session", "kept.jsonl")
    before = (tmp_path / "kept.jsonl").read_bytes()
    again = hvlab("run", script("New-VM b"), "--session", "kept.jsonl")
    assert (first.returncode, again.returncode) == (
        0,
        2,
    ) and "hvlab console --session kept.jsonl" in again.stderr
    assert (tmp_path / "kept.jsonl").read_bytes() == before and b"New-VM a" in before


def test_a_recorded_session_is_described(hvlab: Run, script: Callable[[str], str]) -> None:
    hvlab("run", script("New-VM a"), "--session", "s.jsonl")
    shown = hvlab("session", "show", "s.jsonl")
    assert shown.returncode == 0 and "a: Off" in shown.stdout and "New-VM a" in shown.stdout
    bad = hvlab("session", "show", script("New-VM a"))
    assert bad.returncode == 2 and "Traceback" not in bad.stderr
