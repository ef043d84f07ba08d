"""Each fault: where it acts, what the learner sees of it, and that the rest of the lab goes on."""

from __future__ import annotations

import pytest

from hvlab.guests.screen import guest_screen
from hvlab.host.faults import FAULT_KINDS
from hvlab.kernel.trace import TraceEvent
from tests.host.support import NEWER, OLD, SECOND, SYSTEM, Lab

DATA = 131072
"""Where a workload writes on a system disk."""


def faults(lab: Lab, action: str = "acts") -> list[TraceEvent]:
    return [event for event in lab.events("fault") if event.get("action") == action]


def last(lab: Lab, kind: str) -> TraceEvent:
    return lab.events(kind)[-1]


def a_neighbour(lab: Lab, platform: str = "ws2008") -> None:
    """Another machine, which must not notice anything."""
    lab.boot("web02", NEWER if platform == "ws2008" else SYSTEM)


def the_neighbour_works(lab: Lab) -> None:
    lab.run("Wait-Lab -Seconds 12; Start-LabWorkload web02 -Count 3")
    assert lab.run("(Get-LabWorkload web02).Errors, (Get-VM web02).Heartbeat") == [
        0,
        "OkApplicationsUnknown",
    ]


@pytest.mark.parametrize("operation", ["Read", "Write"])
@pytest.mark.parametrize("image", [SYSTEM, OLD])
def test_a_bad_sector_reaches_the_guest_as_a_medium_error(image: str, operation: str) -> None:
    lab = Lab()
    lab.boot(path=image)
    lab.run(f"Add-LabFault BadSector -Path {image} -Sector {DATA + 9} -Count 2")
    lab.run(f"Start-LabWorkload web01 {operation} -Count 4")
    assert lab.run("(Get-LabWorkload web01).Errors") == [1], "the second block only"
    assert [event.get("outcome") for event in lab.events("disk.io")][-4:] == ["ok", "medium", "ok", "ok"]
    ends = [event.get("outcome") for event in lab.events("guest.io") if event.get("action") == "end"]
    assert ends[-4:] == ["ok", "medium" if image == SYSTEM or operation == "Read" else "error", "ok", "ok"]
    assert len(faults(lab)) == 1
    lab.run("Remove-LabFault 1; Start-LabWorkload web01 -Count 4")
    assert lab.run("(Get-LabWorkload web01)[-1].Errors") == [0]


def test_damage_in_a_parent_is_met_through_its_child_until_the_child_holds_the_sector() -> None:
    lab = Lab()
    lab.boot()
    lab.run("Checkpoint-VM web01 -SnapshotName before")
    lab.run(f"Add-LabFault BadSector -Path {SYSTEM} -Sector {DATA + 9} -Count 2")
    errors = []
    for operation in ("Read", "Write", "Read"):
        lab.run(f"Start-LabWorkload web01 {operation} -Count 4")
        errors.append(lab.run("(Get-LabWorkload web01)[-1].Errors")[0])
    assert errors == [1, 0, 0], "the write goes into the child, and what it holds is read from there"
    assert len(faults(lab)) == 1


def test_the_sense_data_says_medium_error_and_whether_it_was_read_or_written() -> None:
    lab = Lab()
    lab.boot()
    lab.run(f"Add-LabFault BadSector -Path {SYSTEM} -Sector {DATA}")
    sensed = []
    for operation in ("Read", "Write"):
        before = len(lab.world.trace)
        lab.run(f"Start-LabWorkload web01 {operation}")
        packets = [
            event for event in lab.events("ring.packet", before) if event.get("direction") == "host->guest"
        ]
        body = packets[0].get("bytes")[16:]
        assert body[8:12] == bytes.fromhex("850100c0"), "STATUS_IO_DEVICE_ERROR"
        sense = body[12 + 16 :]
        sensed.append((sense[2] & 0x0F, sense[12]))
    assert sensed == [(3, 0x11), (3, 0x0C)]


def test_the_emulated_drive_tells_by_its_error_register_and_the_driver_reads_it() -> None:
    lab = Lab()
    lab.boot(path=OLD)
    lab.run(f"Add-LabFault BadSector -Path {OLD} -Sector {DATA}")
    before = len(lab.world.trace)
    lab.run("Start-LabWorkload web01 Read -Size 512")
    ports = [event.get("port") for event in lab.events("intercept", before)]
    assert ports[-2:] == [0x1F7, 0x1F1], "status, then error"


def test_a_boot_from_a_damaged_disk_ends_in_a_stop_error() -> None:
    lab = Lab()
    lab.run(f"Add-LabFault BadSector -Path {OLD} -Sector 4100; New-VM a -VHDPath {OLD}; Start-VM a")
    assert lab.tried("Wait-Lab a") == ["OperationTimeout"]
    assert guest_screen(lab.world, "host1", "a")[0].startswith("*** STOP")
    assert lab.state("a") == "Running", "the host sees a processor that waits, no more"


@pytest.mark.parametrize("image", [SYSTEM, OLD])
def test_a_full_volume_pauses_the_machine_and_the_guest_never_hears_of_it(image: str) -> None:
    lab = Lab()
    a_neighbour(lab)
    lab.run("New-VM web03 -NewVHDPath D:\\other.vhd -NewVHDSizeBytes 1GB; Start-VM web03")
    lab.boot(path=image)
    lab.run("Add-LabFault VolumeFull -Volume c:")
    assert lab.tried("Start-LabWorkload web01 -Count 2 -Offset 2GB") == ["InvalidState"]
    assert lab.state() == "PausedCritical"
    assert lab.run("(Get-VM web01).Status") == ["Paused: there is no room left for its disk"]
    told = "@(Get-WinEvent Microsoft-Windows-Hyper-V-VMMS-Admin | Where-Object Id -eq 16060).Count"
    assert lab.run(told) == [1]
    assert lab.run("(Get-LabFault).Hits") == [1]
    assert last(lab, "disk.io").get("outcome") == "full"
    beats = len(lab.world.trace)
    lab.settle(200)
    mine = [event for event in lab.events("integration", beats) if event.source.endswith("web01")]
    assert all(event.get("action") != "beat" for event in mine), "a paused guest answers nothing"
    assert lab.state("web03") == "Running"
    assert lab.tried("Resume-VM web01; Wait-Lab -Seconds 1") == []
    assert lab.state() == "PausedCritical", "still no room: paused again"
    lab.run("Remove-LabFault 1; Resume-VM web01; Wait-Lab web01 -For Idle")
    assert lab.run("(Get-LabWorkload web01).Count, (Get-LabWorkload web01).Errors") == [2, 0]
    assert lab.state() == "Running"
    lab.run("Wait-Lab -Seconds 3")
    if image == SYSTEM:
        assert lab.run("(Get-VM web01).Heartbeat") == ["OkApplicationsUnknown"]


def test_what_needs_no_room_goes_on_while_the_volume_is_full() -> None:
    lab = Lab()
    lab.boot()
    lab.run("Start-LabWorkload web01; Add-LabFault VolumeFull -Volume C; Start-LabWorkload web01 -Count 5")
    assert lab.state() == "Running", "the block of the disk is there already"
    assert lab.run("(Get-LabFault).Hits") == [0]


def test_a_paused_machine_can_be_turned_off_and_started_again() -> None:
    lab = Lab()
    lab.boot()
    lab.run("Add-LabFault VolumeFull -Volume C")
    assert lab.tried("Start-LabWorkload web01 -Offset 2GB") == ["InvalidState"]
    lab.run("Stop-VM web01 -TurnOff; Remove-LabFault 1; Start-VM web01; Wait-Lab web01")
    assert lab.guest().phase == "running"
    assert lab.storage.stalled == []


def test_a_silent_storage_service_lets_the_guest_wait_and_answers_when_it_is_repaired() -> None:
    lab = Lab()
    a_neighbour(lab)
    guest = lab.boot()
    lab.run("Add-LabFault ServiceSilent web01 ide:0:0")
    guest.start_workload("write", "ide:0:0", 4096, 3, DATA)
    lab.settle(40)
    assert guest.workloads[0].done == 0
    assert lab.state() == "Running"
    assert lab.run("(Get-VM web01).Heartbeat") == ["OkApplicationsUnknown"], (
        "the heartbeat is another service"
    )
    assert len(faults(lab)) == 1, "it was signalled once: the ring was empty before"
    the_neighbour_works(lab)
    lab.run("Remove-LabFault 1; Wait-Lab web01 -For Idle")
    assert (guest.workloads[0].done, guest.workloads[0].errors) == (3, 0)


def test_after_sixty_seconds_the_guest_gives_a_silent_disk_up() -> None:
    lab = Lab()
    guest = lab.boot()
    lab.run("Add-LabFault ServiceSilent web01 ide:0:0")
    guest.start_workload("write", "ide:0:0", 4096, 2, DATA)
    lab.settle(130)
    assert (guest.workloads[0].done, guest.workloads[0].errors) == (2, 2)
    assert [event.get("state") for event in lab.events("guest.driver")].count("timeout") >= 2


def test_a_silent_heartbeat_service_loses_the_heartbeat_only() -> None:
    lab = Lab()
    lab.boot()
    lab.run("Add-LabFault ServiceSilent web01 heartbeat; Wait-Lab -Seconds 15")
    assert lab.run("(Get-VM web01).Heartbeat") == ["LostCommunication"]
    lab.run("Start-LabWorkload web01 -Count 2; Remove-LabFault 1; Wait-Lab -Seconds 4")
    assert lab.run("(Get-VM web01).Heartbeat") == ["OkApplicationsUnknown"]


@pytest.mark.parametrize(
    ("platform", "image", "done", "heartbeat"),
    [("ws2008", SYSTEM, 2, "LostCommunication"), ("ws2012", NEWER, 8, "OkApplicationsUnknown")],
)
def test_a_lost_interrupt_takes_the_shared_flag_or_one_channel(
    platform: str, image: str, done: int, heartbeat: str
) -> None:
    """At 0.13 the flag that all channels share stays set and never interrupts again.

    Later each channel has its own, and the next interrupt, be it the heartbeat's, finds it.
    """
    lab = Lab(platform=platform)
    a_neighbour(lab, platform)
    guest = lab.boot(path=image)
    lab.run("Add-LabFault LostInterrupt web01 ide:0:0 -After 3")
    work = guest.start_workload("write", "ide:0:0", 4096, 8, DATA)
    lab.settle(30)
    assert work.done == done, (
        "the third completion lies in the ring and nobody looks, for a while or for ever"
    )
    assert not work.finished or work.finished - work.started > SECOND
    assert lab.run("(Get-VM web01).Heartbeat") == [heartbeat]
    assert len(faults(lab)) == 1
    the_neighbour_works(lab)


def test_a_hung_guest_burns_its_processor_and_answers_nothing() -> None:
    lab = Lab()
    a_neighbour(lab)
    lab.boot()
    lab.run("Add-LabFault HungGuest web01; Wait-Lab -Seconds 15")
    assert lab.run("(Get-VM web01).Heartbeat, (Get-VM web01).CPUUsage") == ["LostCommunication", 25]
    assert lab.tried("Stop-VM web01") == ["OperationTimeout"]
    lab.run("Stop-VM web01 -TurnOff")
    assert lab.state() == "Off"
    the_neighbour_works(lab)


def test_a_pulled_cable_silences_one_adapter_until_it_is_put_in_again() -> None:
    lab = Lab()
    lab.boot()
    lab.boot("web02", NEWER)
    lab.run("New-VMSwitch wire -SwitchType Internal; Connect-VMNetworkAdapter web01, web02 -SwitchName wire")
    lab.run("Wait-Lab -Seconds 12")
    ping = (
        "(Test-LabNetwork | Where-Object { $_.Source -eq 'web01' -and $_.Destination -eq 'web02' }).Outcome"
    )
    assert lab.run(ping) == ["ok"]
    lab.run("Add-LabFault PulledCable web01 'Network Adapter'")
    assert lab.run(ping) == ["timed out"], "asked before the guest has read that its cable is off"
    assert lab.run(ping) == ["no cable"]
    assert [event.get("fault") for event in faults(lab)] == ["PulledCable"]
    the_neighbour_works(lab)
    lab.run("Remove-LabFault 1; Wait-Lab -Seconds 12")
    assert lab.run(ping) == ["ok"]


@pytest.mark.parametrize(
    ("command", "error"),
    [
        ("Add-LabFault BadSector", "MissingParameter"),
        (r"Add-LabFault BadSector -Path C:\no.vhd -Sector 1", "ObjectNotFound"),
        (rf"Add-LabFault BadSector -Path {OLD} -Sector 8388608", "OutOfRange"),
        ("Add-LabFault VolumeFull -Volume X", "ObjectNotFound"),
        ("New-VM a; Add-LabFault HungGuest a", "InvalidState"),
        ("New-VM a; Add-LabFault ServiceSilent a ide:0:0", "InvalidState"),
        ("New-VM a; Start-VM a; Add-LabFault ServiceSilent a ide:1:1", "ObjectNotFound"),
        ("New-VM a; Add-LabFault PulledCable a net:9", "ObjectNotFound"),
        ("Remove-LabFault 7", "ObjectNotFound"),
    ],
)
def test_a_fault_of_what_is_not_there_is_refused(command: str, error: str) -> None:
    lab = Lab()
    assert lab.tried(command) == [error]
    assert faults(lab, "added") == []


def test_every_kind_is_listed_and_a_fault_is_replayed() -> None:
    lab = Lab()
    lab.boot()
    moment = lab.world.save()
    for _ in range(2):
        lab.world.restore(moment)
        lab.run(f"Add-LabFault BadSector -Path {SYSTEM} -Sector {DATA}; Start-LabWorkload web01")
        digest = lab.world.digest()
        assert lab.run("(Get-LabFault).Target") == [f"{SYSTEM} {DATA}"]
    assert digest == lab.world.digest()
    assert [
        kind for kind in FAULT_KINDS if lab.run(f"(Get-Help Add-LabFault -Full) -match '{kind}'") == []
    ] == []
