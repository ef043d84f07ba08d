"""Every service of a machine's bus can be sent rubbish, be removed, hang and (where it can) be disabled; it alone.

One machine that runs is kept as a moment to go back to; each case begins there.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import pytest

from hvlab.host.machine import SERVICE_KEYS
from hvlab.hypervisor.memory import PAGE_SIZE
from hvlab.kernel import WorldState
from hvlab.vmbus import packets
from hvlab.vmbus.host import OPEN
from tests.host.support import Lab

SYSTEM_DISK = "ide:0:0"
SERVICES = (
    "ide:0:1", "scsi:0", "net", "shutdown", "heartbeat", "timesync", "kvp", "vss", "keyboard", "mouse", "video",
)  # fmt: skip
"""The system's own disk is not among them: without it the guest itself cannot go on."""
UNITS = {SYSTEM_DISK: SYSTEM_DISK, "ide:0:1": "ide:0:1", "scsi:0": "scsi:0:0"}
"""Channels of disks, with a disk on each."""
DESCRIPTOR = struct.Struct("<HHHHQ")
RUBBISH = {
    "an unknown type": DESCRIPTOR.pack(0x63, 2, 3, 0, 0) + bytes(8),
    "an unknown flag": DESCRIPTOR.pack(packets.IN_BAND, 2, 3, 2, 0) + bytes(8),
    "data before the descriptor's end": DESCRIPTOR.pack(packets.IN_BAND, 1, 3, 0, 0) + bytes(8),
    "a length beyond what was written": DESCRIPTOR.pack(packets.IN_BAND, 2, 9, 0, 0) + bytes(8),
    "direct access to no range": DESCRIPTOR.pack(packets.GPA_DIRECT, 3, 3, 1, 0) + bytes(8),
}


@dataclass
class Running:
    """A machine that runs with all services, and the way back to it."""

    lab: Lab
    moment: WorldState

    def fresh(self) -> Lab:
        self.lab.world.restore(self.moment)
        return self.lab


@pytest.fixture(scope="module")
def running() -> Running:
    lab = Lab()
    lab.boot()
    lab.run(
        r"New-VHD C:\VMs\data.vhd, C:\VMs\more.vhd -SizeBytes 1GB; Stop-VM web01;"
        r"Add-VMHardDiskDrive web01 -ControllerType SCSI -Path C:\VMs\data.vhd;"
        r"Add-VMHardDiskDrive web01 -ControllerType IDE -ControllerNumber 0 -ControllerLocation 1"
        r" -Path C:\VMs\more.vhd;"
        "Start-VM web01; Wait-Lab web01 -For Heartbeat; Wait-Lab -Seconds 2"
    )
    return Running(lab, lab.world.save())


def channels(lab: Lab) -> dict[str, int]:
    """The open channels by what they serve, but the system disk's; the network's without the adapter's own name."""
    found = {one.offer.key: one.relid for one in lab.link().server.channels.values() if one.state == OPEN}
    found.pop(SYSTEM_DISK, None)
    return {key if key in SERVICES else "net": relid for key, relid in found.items()}


def offered(lab: Lab, service: str) -> str:
    """The offer's own key."""
    return lab.link().server.channels[channels(lab)[service]].offer.key


def throw(lab: Lab, relid: int, rubbish: bytes) -> None:
    """Put bytes into the guest's sending ring behind its driver's back, as a broken driver would, and signal."""
    guest = lab.guest()
    channel = guest.bus.state.connection.channels[relid]
    ring = channel.pages[: channel.downstream_offset]
    size = (len(ring) - 1) * PAGE_SIZE
    at = int.from_bytes(guest.read(ring[0] * PAGE_SIZE, 4), "little")
    whole = rubbish + (at << 32).to_bytes(8, "little")
    for number, byte in enumerate(whole):
        place = (at + number) % size
        guest.write(ring[1 + place // PAGE_SIZE] * PAGE_SIZE + place % PAGE_SIZE, bytes([byte]))
    guest.write(ring[0] * PAGE_SIZE, ((at + len(whole)) % size).to_bytes(4, "little"))
    guest.bus._signal(relid)


def disks_work(lab: Lab, service: str) -> None:
    """A write to each disk but that of one service."""
    for key, unit in UNITS.items():
        if key != service:
            work = lab.guest().start_workload("write", unit, 4096, 1, 1 << 17)
            lab.settle(1)
            assert (work.done, work.errors) == (1, 0), key


def all_but(lab: Lab, service: str) -> None:
    """Every other service is open as before and does its work: disks, heartbeat, keys, the way to shut down."""
    assert set(channels(lab)) == set(SERVICES) - {service}
    disks_work(lab, service)
    before = lab.link().last_beat
    keys = lab.guest().desk.keys
    lab.run("Send-LabKey web01 Enter; Wait-Lab -Seconds 5")
    assert (lab.link().last_beat > before) == (service != "heartbeat")
    assert lab.guest().desk.keys == keys + 2, "without the synthetic keyboard the emulated one takes over"
    errors = lab.tried("Stop-VM web01" + (" -TurnOff" if service == "shutdown" else ""))
    assert (errors, lab.state()) == ([], "Off")


def test_all_services_are_there(running: Running) -> None:
    assert tuple(sorted(channels(running.fresh()))) == tuple(sorted(SERVICES))


@pytest.mark.parametrize("service", SERVICES)
def test_a_malformed_packet_stops_the_channel_on_which_it_came_and_no_other(
    running: Running, service: str
) -> None:
    for what, rubbish in RUBBISH.items():
        lab = running.fresh()
        before = len(lab.world.trace)
        relid = channels(lab)[service]
        throw(lab, relid, rubbish)
        lab.settle(1)
        refused = lab.events("vmbus.refused", before)
        assert [(event.get("name"), event.channel) for event in refused] == [("ring", relid)], what
        told = [event.get("name") for event in lab.events("vmbus.message", before)]
        assert told[0] == "RESCIND_CHANNEL_OFFER" and told[-1] == "REL_ID_RELEASED", what
    all_but(lab, service)


def test_without_its_system_disk_the_guest_stops_and_its_other_channels_stay_whole(running: Running) -> None:
    lab = running.fresh()
    (relid,) = [r for r, one in lab.link().server.channels.items() if one.offer.key == SYSTEM_DISK]
    throw(lab, relid, RUBBISH["an unknown type"])
    lab.settle(2)
    assert lab.guest().phase == "stop-error" and lab.state() == "Running"
    assert set(channels(lab)) == set(SERVICES)
    lab.run("Stop-VM web01 -TurnOff; Start-VM web01; Wait-Lab web01 -For Heartbeat")


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_that_is_removed_goes_alone_and_comes_back_under_its_old_number(
    running: Running, service: str
) -> None:
    lab = running.fresh()
    relid, key, link = channels(lab)[service], offered(lab, service), lab.link()
    offer = link.server.channels[relid].offer
    link._apply(link.server.revoke(key))
    lab.settle(1)
    assert service not in channels(lab)
    link._apply(link.server.offer(offer))
    lab.settle(2)
    assert (
        channels(lab) == {**dict.fromkeys(SERVICES, 0), **channels(lab)} and channels(lab)[service] == relid
    )
    link._apply(link.server.revoke(key))
    lab.settle(1)
    all_but(lab, service)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_that_hangs_leaves_the_others_alone_and_goes_on_when_it_is_repaired(
    running: Running, service: str
) -> None:
    lab = running.fresh()
    key = offered(lab, service)
    lab.run(f"Add-LabFault ServiceSilent web01 {key}; Wait-Lab -Seconds 1")
    assert set(channels(lab)) == set(SERVICES)
    disks_work(lab, service)
    before = lab.link().last_beat
    lab.settle(5)
    assert (lab.link().last_beat > before) == (service != "heartbeat")
    lab.run("Remove-LabFault 1; Wait-Lab -Seconds 5")
    assert lab.link().held == [] and lab.link().last_beat > before
    lab.run("Stop-VM web01")
    assert lab.state() == "Off"


@pytest.mark.parametrize("name", SERVICE_KEYS)
def test_an_integration_service_that_is_disabled_goes_alone_and_can_be_enabled_again(
    running: Running, name: str
) -> None:
    lab = running.fresh()
    for _ in range(2):
        lab.run(f"Disable-VMIntegrationService '{name}' web01; Wait-Lab -Seconds 1")
        assert set(channels(lab)) == set(SERVICES) - {SERVICE_KEYS[name]}
        lab.run(f"Enable-VMIntegrationService '{name}' web01; Wait-Lab -Seconds 3")
        assert set(channels(lab)) == set(SERVICES)
        assert lab.link().services[SERVICE_KEYS[name]].ready
    lab.run(f"Disable-VMIntegrationService '{name}' web01; Wait-Lab -Seconds 1")
    all_but(lab, SERVICE_KEYS[name])
