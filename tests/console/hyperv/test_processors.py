"""Processors by command: shares that can be seen to hold, and what is refused."""

from __future__ import annotations

from typing import Any, cast

import pytest

from hvlab.console.objects import PSObject
from hvlab.guests.guest import GuestSystem
from tests.host.support import OLD, Lab

SECOND = 1_000_000_000


def row(lab: Lab, text: str) -> dict[str, Any]:
    """The properties of the one object that a command emits."""
    (only,) = lab.run(text)
    return dict(cast(PSObject, only).items())


def busy_pair(lab: Lab) -> tuple[int, int]:
    """Two machines on one logical processor that want all of it for twenty seconds: what each had, in ms."""
    for name in ("a", "b"):
        guest = lab.world.get(f"host1/{name}", GuestSystem)
        guest.spawn("work", [("cpu", 100 * SECOND)])
    before = [row(lab, f"Get-LabProcessor {name}")["Ran"].nanoseconds for name in ("a", "b")]
    lab.settle(20)
    after = [row(lab, f"Get-LabProcessor {name}")["Ran"].nanoseconds for name in ("a", "b")]
    first, second = (now - then for now, then in zip(after, before, strict=True))
    return first // 1_000_000, second // 1_000_000


@pytest.fixture
def lab() -> Lab:
    lab = Lab()
    scheduler = lab.hypervisor.scheduler
    scheduler.processors = scheduler.processors[:1]
    for name in ("a", "b"):
        disk = rf"C:\VMs\{name}.vhd"
        lab.run(rf"New-VHD {disk} -ParentPath {OLD} -Differencing")
        lab.run(f"New-VM {name} -MemoryStartupBytes 64MB -VHDPath {disk}")
    return lab


def start(lab: Lab) -> None:
    lab.run("Start-VM a, b; Wait-Lab a; Wait-Lab b; Wait-Lab -Seconds 10")


def test_weight_can_be_changed_while_they_run(lab: Lab) -> None:
    start(lab)
    lab.run("Set-VMProcessor a -RelativeWeight 300")
    calls = [event for event in lab.events("hypercall") if event.get("name") == "SetPartitionProperty"]
    assert [event.get("status") for event in calls] == [0, 0, 0]
    first, second = busy_pair(lab)
    assert abs(first - 15_000) <= 100 and abs(second - 5_000) <= 100


def test_a_maximum_holds_even_when_nobody_else_wants_the_time(lab: Lab) -> None:
    lab.run("Set-VMProcessor a -Maximum 10")
    start(lab)
    lab.run("Stop-VM b -TurnOff")
    guest = lab.world.get("host1/a", GuestSystem)
    guest.spawn("work", [("cpu", 100 * SECOND)])
    before = row(lab, "Get-LabProcessor a")["Ran"].nanoseconds
    lab.settle(20)
    assert abs(row(lab, "Get-LabProcessor a")["Ran"].nanoseconds - before - 2 * SECOND) <= SECOND // 10


def test_reserves_must_fit(lab: Lab) -> None:
    lab.run("Set-VMProcessor a -Reserve 100; Set-VMProcessor b -Count 4 -Reserve 80; Start-VM a")
    assert row(lab, "Get-VMProcessor b") | {"VMName": ""} == {
        "VMName": "",
        "Count": 4,
        "Reserve": 80,
        "Maximum": 100,
        "RelativeWeight": 100,
    }
    assert lab.tried("Start-VM b") == ["InvalidOperation"]
    lab.run("Set-VMProcessor b -Reserve 75; Start-VM b")


@pytest.mark.parametrize(
    "refused",
    [
        "Set-VMProcessor a -Count 5",
        "Set-VMProcessor a -Reserve 50 -Maximum 40",
        "Set-VMProcessor a -RelativeWeight 0",
        "Start-VM a; Set-VMProcessor a -Count 2",
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(lab: Lab, refused: str) -> None:
    before = row(lab, "Get-VMProcessor a")
    assert len(lab.tried(refused)) == 1
    assert row(lab, "Get-VMProcessor a") == before


def test_the_machines_processors(lab: Lab) -> None:
    start(lab)
    (only,) = lab.run("Get-LabProcessor -Logical")
    seen = dict(cast(PSObject, only).items())
    assert seen["Busy"].nanoseconds == sum(
        row(lab, f"Get-LabProcessor {name}")["Ran"].nanoseconds for name in ("a", "b")
    )
    assert seen["Switches"] > 1
