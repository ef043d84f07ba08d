"""The boot stories: the ordered messages and exits that one Start-VM causes, for four guests, through `hvlab run`.

Each story is kept as a text (`stories/`). How many exits there must be follows from
the guest's phases and the register sequence of a disk request, and is reckoned here
anew: counts come from executed port accesses, not from a table.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hvlab import catalog
from tests.acceptance.conftest import Run

STORIES = Path(__file__).parent / "stories"
BOOT = r"""
New-VM web01 -MemoryStartupBytes 512MB -VHDPath {image} | Out-Null
{before}
Start-VM web01
{wait}
Get-LabCrossing Start-VM | ForEach-Object {{
    "$($_.VMName) $($_.Phase) $($_.Kind) $($_.Name) $($_.Direction) x$($_.Count)" -replace '  +', ' '
}}
"""
INSTALLED = """Add-VMDvdDrive web01 1 1
Start-VM web01; Wait-Lab web01
Install-LabIntegrationService web01 | Out-Null
Wait-Lab -Seconds 10
Stop-VM web01 -Force"""
HEARTBEAT = "Wait-Lab web01 -For Heartbeat"
BOOTED = "Wait-Lab web01"
GUESTS = {
    "ws2008": (r"C:\Images\WS2008-x64.vhd", "", HEARTBEAT, "one-host"),
    "ws2003-before": (r"C:\Images\WS2003-SP2-x86.vhd", "", BOOTED, "guest-zoo"),
    "ws2003-after": (r"C:\Images\WS2003-SP2-x86.vhd", INSTALLED, HEARTBEAT, "guest-zoo"),
    "nt4": (r"C:\Images\NT4.vhd", "", BOOTED, "one-host"),
}
SYSTEMS = {"ws2008": "ws2008-x64", "ws2003-before": "ws2003-sp2-x86", "nt4": "nt4"}
CHUNK = 8
"""Sectors of one request of boot code."""


def told(name: str, hvlab: Run, script: Callable[[str], str]) -> list[str]:
    """The story of a guest's boot, line by line."""
    image, before, wait, scenario = GUESTS[name]
    text = BOOT.format(image=image, before=before, wait=wait)
    done = hvlab("run", script(text), "--scenario", scenario)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize("name", sorted(GUESTS))
def test_a_boot_tells_its_story(name: str, hvlab: Run, script: Callable[[str], str]) -> None:
    story = told(name, hvlab, script)
    assert story == (STORIES / f"{name}.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("name", sorted(SYSTEMS))
def test_the_exits_of_each_phase_are_those_of_its_disk_requests(name: str) -> None:
    """A read takes six registers, then per sector one look at the status and one burst of data."""
    story = (STORIES / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    guest = catalog.guest(SYSTEMS[name])
    emulated = [*guest.loader, *guest.kernel, *([] if name == "ws2008" else guest.services)]
    for phase in emulated:
        requests = -(-phase.sectors // CHUNK)
        counts = {
            line.split(" Exit ")[1].rsplit(" x", 1)[0]: int(line.rsplit(" x", 1)[1])
            for line in story
            if line.startswith(f"web01 {phase.id} Exit")
        }
        ports = {key.removesuffix(" "): count for key, count in counts.items() if " port " in key}
        assert ports == {
            **{f"write port 0x1f{register}": requests for register in range(2, 8)},
            "read port 0x1f7": phase.sectors,
            "read port 0x1f0": phase.sectors,
        }, phase.id


def test_only_the_guest_with_drivers_sends_messages_and_before_the_set_up_2003_has_none() -> None:
    said = {name: (STORIES / f"{name}.txt").read_text(encoding="utf-8").count(" Message ") for name in GUESTS}
    assert said["nt4"] == said["ws2003-before"] == 0
    assert said["ws2008"] > 30 and said["ws2003-after"] > 30
