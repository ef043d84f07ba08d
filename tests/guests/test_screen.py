"""A guest's own screen is drawn from its state in every phase, and fits."""

from __future__ import annotations

import pytest

from hvlab.guests.screen import COLUMNS, ROWS, guest_screen
from tests.host.support import OLD, SECOND, SYSTEM, Lab


def screens(lab: Lab, name: str, seconds: int) -> dict[str, list[str]]:
    """The screen in each phase that a machine goes through."""
    seen: dict[str, list[str]] = {}
    end = lab.world.now + seconds * SECOND
    while lab.world.now < end:
        lab.world.run(until=end, limit=5)
        if lab.world.has(f"host1/{name}"):
            seen[lab.guest(name).phase] = guest_screen(lab.world, "host1", name)
    return seen


@pytest.mark.parametrize(
    ("image", "phases"),
    [
        (SYSTEM, ["firmware", "loader", "kernel", "drivers", "services", "logon", "running"]),
        (OLD, ["firmware", "loader", "kernel", "services", "logon", "running"]),
    ],
)
def test_each_phase_has_a_screen_of_its_own(image: str, phases: list[str]) -> None:
    lab = Lab()
    lab.run(rf"New-VM a -MemoryStartupBytes 512MB -VHDPath {image}; Start-VM a")
    seen = screens(lab, "a", 20)
    assert [phase for phase in phases if phase not in seen] == []
    assert len({tuple(lines) for lines in seen.values()}) == len(seen)
    for lines in seen.values():
        assert len(lines) <= ROWS and all(len(line) <= COLUMNS for line in lines)
    assert seen["firmware"][1] == "512 MB of memory"
    assert any("log on" in line or "logged on" in line for line in seen["running"])


def test_a_machine_that_is_off_has_one_line() -> None:
    lab = Lab()
    lab.run("New-VM a -MemoryStartupBytes 512MB")
    assert guest_screen(lab.world, "host1", "a") == ["The virtual machine 'a' is turned off."]


def test_without_a_disk_the_firmware_says_so() -> None:
    lab = Lab()
    lab.run("New-VM a -MemoryStartupBytes 512MB; Start-VM a")
    lab.settle(5)
    assert "No bootable device." in guest_screen(lab.world, "host1", "a")


def test_shutting_down_is_seen() -> None:
    lab = Lab()
    lab.boot()
    lab.vmms.shut_down("web01", force=False)
    assert "Shutting down ..." in screens(lab, "web01", 10)["shutting-down"]
    assert lab.state() == "Off"
