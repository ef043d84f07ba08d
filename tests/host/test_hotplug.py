"""Disks that come and go while the machine runs: refused on 2008, seen by the guest on later platforms."""

from __future__ import annotations

import pytest

from hvlab.devices.storage import protocol
from hvlab.host.services.storage import StorageService
from hvlab.vmbus import packets
from tests.host.support import NEWER, SECOND, Lab

DATA = r"D:\data.vhd"
PLUG = rf"Add-VMHardDiskDrive web01 -ControllerType SCSI -Path {DATA}"
PULL = "Remove-VMHardDiskDrive web01 SCSI 0 0"


def running(platform: str = "ws2012") -> Lab:
    lab = Lab(platform=platform)
    if platform == "ws2012":
        lab.boot(path=NEWER)
    else:
        lab.boot()
    lab.run(f"New-VHD {DATA} -SizeBytes 16MB")
    return lab


def test_on_2008_disks_change_only_while_the_machine_is_off() -> None:
    lab = running("ws2008")
    before = len(lab.world.trace)
    assert lab.tried(PLUG) == ["InvalidState"]
    error = lab.recorded.errors[0]
    assert error.explain is not None and error.explain[0] == "explain.no-hot-add"
    assert lab.vmms.machine("web01").drive_at("SCSI", 0, 0) is None
    assert lab.events("ring.packet", before) == []
    lab.run(f"Stop-VM web01 -TurnOff; {PLUG}")
    lab.run(f"{PULL}; Start-VM web01")


def test_the_guest_sees_the_new_disk_uses_it_and_loses_it() -> None:
    lab = running()
    guest = lab.guest()
    before = len(lab.world.trace)
    lab.run(PLUG)
    lab.settle()
    assert guest.units["scsi:0:0"][2] == 16 << 11
    (told,) = [
        event
        for event in lab.events("ring.packet", before)
        if packets.parse(event.get("bytes")).payload[:4] == bytes([protocol.ENUMERATE_BUS, 0, 0, 0])
    ]
    assert told.get("direction") == "host->guest"
    asked = [
        packets.parse(event.get("bytes")).payload[28]
        for event in lab.events("ring.packet", told.seq)
        if event.get("direction") == "guest->host" and event.channel == told.channel
    ]
    assert asked == [0xA0, 0x12, 0x25]  # REPORT LUNS, INQUIRY, READ CAPACITY
    lab.run("Start-LabWorkload web01 -Operation Write -Count 3 -ControllerType SCSI")
    lab.run(PULL)
    lab.settle()
    assert "scsi:0:0" not in guest.units and guest.drivers["scsi:0"] == ("rescanned", "0")
    assert lab.tried("Start-LabWorkload web01 -ControllerType SCSI") == ["ObjectNotFound"]
    lab.run(PLUG)
    lab.settle()
    assert "scsi:0:0" in guest.units


def test_without_a_place_a_running_machine_takes_a_scsi_place() -> None:
    lab = running()
    lab.run(rf"Add-VMHardDiskDrive web01 -Path {DATA}")
    assert lab.vmms.machine("web01").drive_at("SCSI", 0, 0) is not None


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (rf"Add-VMHardDiskDrive web01 -ControllerType IDE -Path {DATA}", "ide-not-hot"),
        ("Remove-VMHardDiskDrive web01 IDE 0 0", "ide-not-hot"),
        ("Remove-VMHardDiskDrive web01 SCSI 0 5", "no-drive-there"),
    ],
)
def test_what_a_running_machine_does_not_do(command: str, reason: str) -> None:
    lab = running()
    lab.tried(command)
    (error,) = lab.recorded.errors
    assert error.explain is not None and error.explain[0] == f"explain.{reason}"


def test_a_disk_pulled_out_under_a_request_fails_the_next_one_not_the_lab() -> None:
    lab = running()
    lab.run(PLUG)
    lab.settle()
    guest = lab.guest()
    guest.start_workload("write", "scsi:0:0", 4096, 50, 2048)
    work = guest.workloads[-1]
    lab.until(lambda: work.done >= 5)
    lab.run(PULL)
    lab.until(lambda: work.finished > 0)
    assert work.done == 50 and work.errors >= 44 and work.route == "synthetic"
    assert lab.run("(Get-VM web01).State") and lab.state() == "Running"


def test_a_disk_that_is_pulled_out_may_go_into_another_machine() -> None:
    lab = running()
    lab.run(f"{PLUG}; {PULL}; New-VM b -VHDPath {DATA}")


def test_a_service_that_stops_answering_costs_one_timeout_a_request() -> None:
    """A completion with another transaction's number: nobody waits for ever."""
    lab = running()
    lab.run(PLUG)
    lab.settle()
    guest, link = lab.guest(), lab.link()
    service = link.services["scsi:0"]
    guest.start_workload("write", "scsi:0:0", 4096, 1, 2048)
    work = guest.workloads[-1]
    assert isinstance(service, StorageService)
    lab.until(lambda: bool(service.requests))
    service.requests.clear()  # the service has forgotten what it was asked
    begun = lab.world.now
    lab.until(lambda: work.finished > 0)
    assert 59 * SECOND < lab.world.now - begun <= 61 * SECOND
    assert (work.done, work.errors) == (1, 1)
    timeouts = [event for event in lab.events("guest.driver") if event.get("state") == "timeout"]
    assert len(timeouts) == 1
    lab.run("Start-LabWorkload web01 -Operation Write -Count 2 -ControllerType SCSI")
    assert guest.workloads[-1].errors == 0
