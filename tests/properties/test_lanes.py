"""Lanes, strides and series, the short ways of disk requests, lead to exactly what the general way leads to."""

from __future__ import annotations

import random
from collections import Counter
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hvlab.guests.drivers.storage import StorageDriver
from hvlab.guests.guest import GuestSystem
from hvlab.host.services.storage import StorageService
from hvlab.session.session import Session
from hvlab.session.task import Task
from hvlab.session.travel import EVENT
from hvlab.vmbus import lane
from hvlab.vmbus.endpoint import Endpoint

IMAGES = {"a": "WS2008-x64", "c": "WS2012-x64"}
"""On ws2012 the second speaks VMBus 2.4 and storage packets of 64 bytes, all else 0.13 and 48."""
READY = [
    r"New-VHD D:\fixed.vhd -SizeBytes 64MB -Fixed; New-VHD D:\grows.vhd -SizeBytes 64MB -Dynamic",
    r"New-VHD D:\later.vhd -SizeBytes 64MB -Fixed",
    *(
        rf"New-VM {vm} -MemoryStartupBytes 256MB -VHDPath C:\Images\{image}.vhd"
        for vm, image in IMAGES.items()
    ),
    r"Add-VMHardDiskDrive a -ControllerType SCSI -Path D:\fixed.vhd",
    r"Add-VMHardDiskDrive c -ControllerType SCSI -Path D:\grows.vhd",
    "Set-VMProcessor c -Count 2",
    "Get-VM | Start-VM",
    *(f"Wait-Lab {vm} -For Heartbeat" for vm in IMAGES),
]
WORK = [
    f"Start-LabWorkload {vm} -Operation {operation} -Count {count} -Size {size} {where}"
    for vm in IMAGES
    for operation in ("Write", "Read")
    for count, size in ((7, "4KB"), (60, "4KB"), (3, "8KB"), (4, "512"), (2, "64KB"))
    for where in ("", "-ControllerType SCSI", "-ControllerType SCSI -NoWait", "-NoWait")
]
AROUND = [
    "Step-Lab 3",
    "Step-Lab 40",
    "Step-Lab 137",
    "Wait-Lab -Seconds 1",
    "Undo-Lab",
    "Undo-Lab 3",
    "Redo-Lab",
    r"Add-VMHardDiskDrive a -ControllerType SCSI -Path D:\later.vhd",
    "Get-VMHardDiskDrive a -ControllerType SCSI | Select-Object -First 1 | Remove-VMHardDiskDrive",
    "Add-LabFault LostInterrupt -VM a -Device scsi:0",
    "Add-LabFault ServiceSilent -VM c -Device scsi:0",
    r"Add-LabFault BadSector -Path D:\fixed.vhd -Sector 2056 -Count 2",
    "Add-LabFault VolumeFull -Volume D:",
    "Get-LabFault | ForEach-Object { Remove-LabFault $_.Number }",
    "Suspend-VM a; Wait-Lab -Seconds 2; Resume-VM a",
    "Save-VM c; Start-VM c",
    "Checkpoint-VM a -SnapshotName now",
    "Restore-VMSnapshot -VMName a now; Start-VM a; Wait-Lab a -For Heartbeat",
    "Stop-VM a; Start-VM a; Wait-Lab a -For Heartbeat",
    "Stop-VM c -TurnOff; Start-VM c; Wait-Lab c -For Heartbeat",
    "Start-LabWorkload a -Kind Database -Operation Write -Count 6",
    "Set-LabBreakpoint -Kind disk.io",
    "Get-LabBreakpoint | Remove-LabBreakpoint",
]


class Ways(NamedTuple):
    """Which short ways there are."""

    lanes: bool = True
    strides: bool = True
    series: bool = True

    def __enter__(self) -> None:
        lane.Switch.open, lane.Switch.strides, lane.Switch.series = self

    def __exit__(self, *why: object) -> None:
        lane.Switch.open = lane.Switch.strides = lane.Switch.series = True


ALL, GENERAL = Ways(), Ways(False, False, False)


def done(commands: list[str], platform: str, ways: Ways) -> tuple[str, str, int, int]:
    """Where the commands lead: the digests of world and trace, the time and the kernel's events."""
    with ways:
        session = Session(platform=platform)
        for command in [*READY, *commands]:
            session.run(command)
            assert session.world.find_unmarked_changes() == []
    world = session.world
    return world.digest(), world.trace.digest(), world.now, world.processed


def compare(commands: list[str], platform: str) -> None:
    """All four ways lead to the same."""
    general = done(commands, platform, GENERAL)
    for ways in (Ways(strides=False, series=False), Ways(series=False), ALL):
        assert done(commands, platform, ways) == general


COMMANDS = st.lists(
    st.one_of(st.sampled_from(WORK), st.sampled_from(WORK), st.sampled_from(AROUND)), max_size=9
)
PLATFORMS = st.sampled_from(["ws2008", "ws2012"])


@settings(max_examples=8, deadline=None)
@given(COMMANDS, PLATFORMS)
def test_all_ways_lead_to_the_same(commands: list[str], platform: str) -> None:
    compare(commands, platform)


@pytest.mark.slow
@settings(max_examples=400, deadline=None)
@given(COMMANDS, PLATFORMS)
def test_all_ways_lead_to_the_same_over_and_over(commands: list[str], platform: str) -> None:
    compare(commands, platform)


@pytest.mark.parametrize("platform", ["ws2008", "ws2012"])
def test_each_thing_around_a_request_leads_to_the_same(platform: str) -> None:
    for around in AROUND:
        compare([WORK[2], f"{WORK[6]} | Out-Null; {WORK[26]}", around, WORK[1], WORK[21]], platform)


@pytest.mark.parametrize("platform", ["ws2008", "ws2012"])
def test_a_long_series_leads_to_the_same(platform: str) -> None:
    """Across pages of the rings and their ends, and across blocks of a dynamic disk."""
    long = [
        f"Start-LabWorkload {vm} -Operation {operation} -Count 640 -ControllerType SCSI"
        for vm in IMAGES
        for operation in ("Write", "Read")
    ]
    assert done(long, platform, ALL) == done(long, platform, GENERAL)


def test_a_series_may_be_cut_anywhere() -> None:
    """By a screen that moves the world in slices of time and of events."""
    chosen = random.Random(7)
    sliced, whole = Session(), Session()
    for command in READY:
        sliced.run(command)
        whole.run(command)
    work = "Start-LabWorkload a -Operation Write -Count 60 -ControllerType SCSI"
    for _ in range(8):
        slices = [(chosen.randrange(1, 2_000_000), chosen.randrange(1, 130)) for _ in range(5)]
        task = Task(sliced, work)
        while not task.done:
            nanoseconds, events = chosen.choice(slices)
            task.pump(sliced.world.now + nanoseconds, events)
        assert sliced.world.find_unmarked_changes() == []
        with GENERAL:
            whole.run(work)
        assert sliced.world.digest() == whole.world.digest()
        assert sliced.world.trace.digest() == whole.world.trace.digest()


def test_going_back_into_a_series_shows_what_the_general_way_did() -> None:
    seen = []
    for ways in (ALL, GENERAL):
        with ways:
            session = Session()
            for command in READY:
                session.run(command)
            begin = len(session.world.trace)
            assert session.run("Start-LabWorkload a -Operation Write -Count 90 -ControllerType SCSI").ok
            end = len(session.world.trace)
            places = []
            for wanted in (end - 1, *range(begin + 1, end, 97), begin + 30):
                session.travel.seek(EVENT, wanted)
                assert session.world.find_unmarked_changes() == []
                places.append((session.travel.place, session.world.digest(), session.world.trace.digest()))
            seen.append(places)
    assert seen[0] == seen[1]


@pytest.mark.parametrize("platform", ["ws2008", "ws2012"])
@pytest.mark.parametrize("operation", ["Write", "Read"])
@pytest.mark.parametrize("size", ["4KB", "8KB"])
def test_ordinary_requests_take_the_short_way(
    platform: str, operation: str, size: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All but the first and those that lie across the end of a ring; and most are done in a series."""
    session = Session(platform=platform)
    for command in READY:
        session.run(command)
    long = Counter[str]()
    for kind, name in (
        (StorageDriver, "submit"),
        (StorageDriver, "packet"),
        (StorageService, "packet"),
        (StorageService, "disk_done"),
        (Endpoint, "send"),
    ):
        general = getattr(kind, name)

        def counted(*arguments: object, general=general, label=f"{kind.__name__}.{name}") -> object:  # type: ignore[no-untyped-def]
            long[label] += 1
            return general(*arguments)

        monkeypatch.setattr(kind, name, counted)
    together = []
    go_on = GuestSystem._go_on

    def going_on(guest: GuestSystem, vp: int) -> int:
        together.append(go_on(guest, vp))
        return together[-1]

    monkeypatch.setattr(GuestSystem, "_go_on", going_on)
    count = 200
    for vm in IMAGES:
        long.clear()
        together.clear()
        assert session.run(
            f"Start-LabWorkload {vm} -Operation {operation} -Count {count} -Size {size} -ControllerType SCSI"
        ).ok
        assert all(number <= count // 20 for number in long.values()), long
        assert sum(together) >= count * 8 // 10
    session.run("Stop-VM c; Start-VM c; Wait-Lab c -For Heartbeat")  # other routes, and so other lanes
    for vm in IMAGES:
        long.clear()
        together.clear()
        assert session.run(
            f"Start-LabWorkload {vm} -Operation {operation} -Count {count} -Size {size} -ControllerType SCSI"
        ).ok
        assert all(number <= count // 20 for number in long.values()), long
        assert sum(together) >= count * 8 // 10
    monkeypatch.setattr(lane.Switch, "open", False)
    session.run("Stop-VM c; Start-VM c; Wait-Lab c -For Heartbeat")
    long.clear()
    assert session.run("Start-LabWorkload c -Operation Write -Count 5 -ControllerType SCSI").ok
    assert long["StorageDriver.submit"] == long["StorageService.packet"] == 5
