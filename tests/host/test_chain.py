"""The whole chain, from the console to the disk and back: what must hold, and what happens when something breaks."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from hvlab.guests import system_record
from hvlab.host.services.storage import StorageService
from hvlab.hypervisor.memory import PAGE_SIZE
from hvlab.kernel import Component, neighbour
from hvlab.storage import vhd
from tests.host.support import NEWER, OLD, SECOND, SYSTEM, Lab

DATA = r"D:\data.vhd"
SCSI = "-ControllerType SCSI -ControllerNumber 0 -ControllerLocation 0"


@pytest.fixture
def lab() -> Lab:
    return Lab()


def with_data_disk(lab: Lab) -> None:
    """A running machine with a second disk on its SCSI controller."""
    lab.run(
        rf"New-VHD {DATA} -SizeBytes 1GB -Dynamic; New-VM web01 -MemoryStartupBytes 512MB -VHDPath {SYSTEM}; "
        rf"Add-VMHardDiskDrive web01 -ControllerType SCSI -Path {DATA}; Start-VM web01"
    )
    lab.run("Wait-Lab web01 -For Heartbeat")


def workload(lab: Lab, operation: str = "Write", disk: str = "", count: int = 4, size: str = "4KB") -> Any:
    """Run a workload to its end."""
    lab.run(f"Start-LabWorkload web01 -Operation {operation} {disk} -Count {count} -Size {size}")
    work = lab.guest().workloads[-1]
    assert work.finished and work.done == count
    return work


# -- a boot -------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [SYSTEM, NEWER, OLD])
def test_a_boot_keeps_to_its_budget_of_events(lab: Lab, path: str) -> None:
    lab.boot(path=path)
    assert lab.guest().phase == "running"
    assert len(lab.world.trace) <= 1500
    assert lab.events("disk.io") and lab.events("intercept")


def test_the_phases_of_a_boot_come_in_order(lab: Lab) -> None:
    lab.boot()
    assert lab.phases() == ["firmware", "loader", "kernel", "drivers", "services", "logon", "running"]
    routes = [event.get("route") for event in lab.events("guest.io")]
    assert routes == sorted(routes), "emulated until the drivers are there, synthetic from then on"
    assert set(routes) == {"emulated", "synthetic"}


def test_nt4_knows_no_vmbus(lab: Lab) -> None:
    guest = lab.boot(path=OLD)
    assert guest.phase == "running" and guest.bus_state is None
    assert not lab.events("vmbus.message") and not lab.events("ring.packet")
    assert not [event for event in lab.events("hypercall") if event.partition == guest.partition]
    work = workload(lab)
    assert work.route == "emulated" and work.errors == 0 and work.ring_out == work.ring_back == 0


def test_without_a_disk_nothing_boots(lab: Lab) -> None:
    lab.run("New-VM web01; Start-VM web01")
    lab.settle(20)
    assert lab.phases() == ["firmware", "no-boot-device"] and lab.state() == "Running"
    assert not lab.events("disk.io")


def test_a_blank_disk_is_no_boot_device(lab: Lab) -> None:
    lab.run(rf"New-VHD {DATA} -SizeBytes 1GB -Dynamic; New-VM web01 -VHDPath {DATA}; Start-VM web01")
    lab.settle(20)
    assert lab.phases() == ["firmware", "no-boot-device"] and lab.state() == "Running"
    assert len(lab.events("disk.io")) == 1


@pytest.mark.parametrize("at", [0, 20, 60, 100])
def test_a_damaged_system_record_is_no_operating_system(lab: Lab, at: int) -> None:
    disk = vhd.open_vhd(lab.file(SYSTEM))
    sector = bytearray(disk.read(system_record.PARTITION_START, 1))
    sector[at] ^= 0x40
    disk.write(system_record.PARTITION_START, bytes(sector))
    lab.run(f"New-VM web01 -VHDPath {SYSTEM}; Start-VM web01")
    lab.settle(30)
    assert lab.phases() == ["firmware", "no-operating-system"]


def test_an_operating_system_that_nobody_knows_does_not_boot(lab: Lab) -> None:
    disk = vhd.open_vhd(lab.file(SYSTEM))
    record = system_record.read_record(disk.read(system_record.PARTITION_START, 1))
    assert record is not None
    strange = system_record.pack_record(dataclasses.replace(record, guest="../ws2008"))
    disk.write(system_record.PARTITION_START, strange)
    lab.run(f"New-VM web01 -VHDPath {SYSTEM}; Start-VM web01")
    lab.settle(30)
    assert lab.phases() == ["firmware", "no-operating-system"]


def vanish(lab: Lab) -> None:
    lab.storage.files.delete(SYSTEM)


def damage(lab: Lab) -> None:
    handle = lab.file(SYSTEM)
    handle.write(handle.size - 100, b"\xff")


def cut(lab: Lab) -> None:
    handle = lab.file(SYSTEM)
    footer = handle.read(handle.size - 512, 512)
    handle.truncate(4096)
    handle.write(4096, footer)


@pytest.mark.parametrize("harm", [vanish, damage, cut])
@pytest.mark.parametrize("phase", ["loader", "kernel", "services"])
def test_a_disk_that_breaks_during_the_boot_stops_the_guest(
    lab: Lab, harm: Callable[[Lab], None], phase: str
) -> None:
    free = lab.root.free_pages
    lab.run(f"New-VM web01 -MemoryStartupBytes 512MB -VHDPath {SYSTEM}; Start-VM web01")
    lab.until(lambda: lab.guest().phase == phase)
    harm(lab)
    lab.settle(60)
    assert lab.phases()[-1] == "stop-error" and lab.phases()[-2] == phase
    assert lab.events("disk.io")[-1].get("outcome") == "error"
    assert lab.state() == "Running", "a guest's stop error is the guest's own"
    lab.run("Stop-VM web01 -TurnOff")
    assert lab.state() == "Off" and lab.root.free_pages == free


def test_a_disk_that_is_gone_before_the_start_fails_the_start(lab: Lab) -> None:
    lab.run(f"New-VM web01 -VHDPath {SYSTEM}")
    vanish(lab)
    before = lab.root.free_pages
    assert lab.tried("Start-VM web01") != []
    assert lab.state() == "Off" and lab.root.free_pages == before and len(lab.hypervisor.partitions) == 1


# -- the end ------------------------------------------------------------------------------------


def clean(lab: Lab) -> dict[str, object]:
    """What must be as it was when no machine runs."""
    root = lab.hypervisor.partitions[1]
    return {
        "free": lab.root.free_pages,
        "runs": list(lab.root.free),
        "partitions": sorted(lab.hypervisor.partitions),
        "ports": sorted(root.ports),
        "connections": sorted(root.connections),
        "flags": dict(lab.root.flag_owners),
        "workers": dict(lab.root.workers),
        "buses": dict(lab.root.buses),
        "map": root.mapped_pages,
        "components": sorted(component.name for component in lab.world.components()),
    }


@pytest.mark.parametrize("path", [SYSTEM, NEWER])
def test_after_a_shutdown_everything_is_back(lab: Lab, path: str) -> None:
    before = clean(lab)
    lab.boot(path=path)
    assert lab.root.free_pages < lab.root.hypervisor.memory.page_count - 131072
    assert clean(lab) != before
    lab.run("Stop-VM web01")
    lab.settle(5)
    assert clean(lab) == before
    assert lab.world.next_time() is None, "nothing is pending for a machine that is off"


@pytest.mark.parametrize("path", [SYSTEM, NEWER, OLD])
def test_after_turning_off_everything_is_back(lab: Lab, path: str) -> None:
    before = clean(lab)
    lab.boot(path=path)
    lab.run("Stop-VM web01 -TurnOff")
    lab.settle(5)
    assert clean(lab) == before
    assert lab.world.next_time() is None


@pytest.mark.parametrize("phase", ["firmware", "loader", "kernel", "drivers", "services"])
@pytest.mark.parametrize("path", [SYSTEM, NEWER])
def test_the_plug_may_be_pulled_at_any_moment_of_a_boot(lab: Lab, path: str, phase: str) -> None:
    before = clean(lab)
    lab.run(f"New-VM web01 -MemoryStartupBytes 512MB -VHDPath {path}; Start-VM web01")
    lab.until(lambda: lab.guest().phase == phase)
    for events in (0, 7, 31):
        lab.world.run(until=lab.world.now + SECOND, limit=events)
    lab.run("Stop-VM web01 -TurnOff")
    lab.settle(5)
    assert clean(lab) == before
    assert lab.boot("again", NEWER if path == SYSTEM else SYSTEM).phase == "running"


@pytest.mark.parametrize("kind", ["ring.packet", "device.command", "disk.io", "interrupt"])
def test_the_plug_may_be_pulled_in_the_middle_of_a_request(lab: Lab, kind: str) -> None:
    before = clean(lab)
    guest = lab.boot()
    mark = len(lab.world.trace)
    guest.start_workload("write", "ide:0:0", 65536, 50, system_record.DATA_START)
    lab.until(lambda: len(lab.events(kind, mark)) >= 3)
    assert not guest.workloads[-1].finished
    lab.run("Stop-VM web01 -TurnOff")
    lab.settle(5)
    assert clean(lab) == before


def test_a_machine_starts_again_as_the_first_time(lab: Lab) -> None:
    lab.boot()
    lab.run("Stop-VM web01; Start-VM web01; Wait-Lab web01 -For Heartbeat")
    assert lab.phases()[-7:] == ["firmware", "loader", "kernel", "drivers", "services", "logon", "running"]
    assert sorted(lab.hypervisor.partitions) == [1, 3], "a partition's number is never used again"
    assert workload(lab).errors == 0


def test_a_child_leaves_nothing_in_its_pages(lab: Lab) -> None:
    lab.boot()
    workload(lab)
    memory = lab.hypervisor.memory
    written = [
        spa
        for _, first, count in lab.hypervisor.partitions[2].gpa_map
        for spa in range(first, first + count)
        if memory.page(spa) != bytes(PAGE_SIZE)
    ]
    assert len(written) > 20
    lab.run("Stop-VM web01 -TurnOff")
    assert {bytes(memory.page(spa)) for spa in written} == {bytes(PAGE_SIZE)}


# -- two at once --------------------------------------------------------------------------------


def test_two_machines_boot_side_by_side_and_do_not_touch(lab: Lab) -> None:
    lab.run(
        f"New-VM a -MemoryStartupBytes 512MB -VHDPath {SYSTEM}; New-VM b -MemoryStartupBytes 256MB -VHDPath {NEWER}"
        "; Start-VM a; Start-VM b; Wait-Lab a -For Heartbeat; Wait-Lab b -For Heartbeat"
    )
    assert lab.guest("a").system == "ws2008-x64" and lab.guest("b").system == "ws2012-x64"
    pages = [
        {
            spa
            for _, first, count in lab.hypervisor.partitions[n].gpa_map
            for spa in range(first, first + count)
        }
        for n in (1, 2, 3)
    ]
    pools = [
        {spa for first, count in lab.hypervisor.partitions[n].pool for spa in range(first, first + count)}
        for n in (2, 3)
    ]
    owned = [*pages, *pools]
    assert sum(map(len, owned)) == len(set().union(*owned)) == lab.hypervisor.memory.page_count
    for event in lab.events():
        if event.partition == 2:
            assert "host1/b" not in (event.source, event.target), event
        if event.partition == 3:
            assert "host1/a" not in (event.source, event.target), event
    lab.run("Stop-VM a -TurnOff")
    lab.settle(10)
    beats = [event for event in lab.events("integration") if event.target == "host1/b"]
    assert lab.world.now - beats[-1].time < 3 * SECOND, "the other one's heart beats on"
    lab.run("Stop-VM b")


# -- disks that fail ------------------------------------------------------------------------------


def test_a_volume_that_fills_up_pauses_the_machine_until_there_is_room(lab: Lab) -> None:
    volume = lab.storage.files.volumes[1]
    volume.capacity = 3 * (2 << 20)
    with_data_disk(lab)
    assert lab.tried("Start-LabWorkload web01 -ControllerType SCSI -Count 40 -Size 128KB") == ["InvalidState"]
    work = lab.guest().workloads[-1]
    assert lab.state() == "PausedCritical"
    assert 0 < work.done < 40
    assert volume.free >= 0
    disk = vhd.open_vhd(lab.file(DATA))
    good = work.moved // 512
    assert all(system_record.is_sound(disk.read(2048 + n, 1)) for n in range(good))
    assert disk.read(2048 + good, 1) == bytes(512)
    volume.capacity = 1 << 30
    lab.run("Resume-VM web01; Wait-Lab web01 -For Idle")
    assert (lab.guest().workloads[-1].done, lab.guest().workloads[-1].errors) == (40, 0)
    lab.run("Wait-Lab web01 -For Heartbeat; Stop-VM web01")


def test_what_a_guest_wrote_is_in_the_file_and_no_page_of_a_ring_has_seen_it(lab: Lab) -> None:
    with_data_disk(lab)
    assert workload(lab, disk=SCSI, count=8, size="64KB").errors == 0
    assert workload(lab, count=8, size="64KB").errors == 0
    for path, start in ((DATA, 2048), (SYSTEM, system_record.DATA_START)):
        disk = vhd.open_vhd(lab.file(path))
        sectors = [disk.read(start + n, 1) for n in range(8 * 128)]
        assert all(system_record.is_sound(sector) for sector in sectors)
        assert len(set(sectors)) == len(sectors)
    guest = lab.guest()
    rings = [page for channel in guest.bus.state.connection.channels.values() for page in channel.pages]
    assert len(rings) > 60
    held = b"".join(bytes(lab.hypervisor.memory.page(guest.machine_page(page))) for page in rings)
    assert any(held) and b"HVREC" not in held
    assert b"HVREC" in guest.read(0x200000, 4096)
    packets = [event.get("bytes") for event in lab.events("ring.packet")]
    assert packets and not any(b"HVREC" in packet for packet in packets)


# -- a ring that is spoilt ------------------------------------------------------------------------


def spoil(lab: Lab, relid: int, offset: int, value: int) -> None:
    """Change one byte of the ring's next packet between its writing and its reading."""
    mark = len(lab.world.trace)

    def written() -> bool:
        return any(event.channel == relid for event in lab.events("ring.packet", mark))

    lab.until(written)
    packet = next(event for event in lab.events("ring.packet", mark) if event.channel == relid)
    assert packet.get("direction") == "guest->host"
    channel = lab.guest().bus.state.connection.channels[relid]
    page, at = divmod(packet.get("ring_offset") + offset, PAGE_SIZE)
    spa = lab.guest().machine_page(channel.pages[1 + page])
    lab.hypervisor.memory.page_for_write(spa)[at] = value


def alive(lab: Lab) -> None:
    """The heart beats, and the other disk works."""
    mark = len(lab.world.trace)
    lab.settle(5)
    beats = [event for event in lab.events("integration", mark) if event.get("action") == "beat"]
    assert len(beats) >= 2
    assert workload(lab).errors == 0
    assert lab.state() == "Running"


@pytest.mark.parametrize(
    ("offset", "value"),
    [
        (0, 0x77),  # the packet's type
        (0, 0x0B),  # a completion, which no guest sends to the service
        (2, 0),  # where the data begins
        (4, 0xFF),  # the length
        (4, 1),
        (6, 0),  # no completion wanted
        (6, 0x80),  # an unknown flag
        (20, 0),  # no ranges
        (24, 0xFF),  # more bytes than the pages hold
        (36, 0x7F),  # a page that the guest does not have
        (41, 0xEE),  # an operation that does not exist
    ],
)
def test_rubbish_in_a_ring_stops_this_channel_and_no_other(lab: Lab, offset: int, value: int) -> None:
    with_data_disk(lab)
    relid = lab.guest().units["scsi:0:0"][0]
    lab.guest().start_workload("write", "scsi:0:0", 4096, 3, 2048)
    spoil(lab, relid, offset, value)
    lab.until(lambda: lab.guest().workloads[-1].finished > 0)
    assert lab.guest().workloads[-1].errors == 3
    assert lab.link().refused[-1][0] == "ring"
    assert lab.guest().drivers["scsi:0"][0] == "taken back"
    alive(lab)
    assert relid not in lab.link().server.channels, "the child has given the number back"
    assert relid not in lab.guest().bus.state.connection.channels
    assert workload(lab, disk=SCSI).errors == 4, "the lost disk fails at once and never waits"
    lab.run("Stop-VM web01")
    assert lab.root.free_pages == Lab().root.free_pages


def test_a_changed_address_is_obeyed_because_the_service_trusts_the_bytes(lab: Lab) -> None:
    with_data_disk(lab)
    relid = lab.guest().units["scsi:0:0"][0]
    lab.guest().start_workload("write", "scsi:0:0", 512, 1, 2048)
    # descriptor 16, GPA header 8, range 8, one page 8, packet header 12, request 16: the command block
    spoil(lab, relid, 68 + 5, 0x55)
    lab.until(lambda: lab.guest().workloads[-1].finished > 0)
    assert lab.guest().workloads[-1].errors == 0
    disk = vhd.open_vhd(lab.file(DATA))
    assert disk.read(2048, 1) == bytes(512) and system_record.is_sound(disk.read(2048 + 0x55, 1))
    alive(lab)


@pytest.mark.parametrize("half", ["guest->host", "host->guest"])
@pytest.mark.parametrize("index", [0, 4])
def test_a_control_page_that_makes_no_sense_ends_this_channel_only(lab: Lab, half: str, index: int) -> None:
    with_data_disk(lab)
    guest = lab.guest()
    relid = guest.units["scsi:0:0"][0]
    channel = guest.bus.state.connection.channels[relid]
    first = 0 if half == "guest->host" else channel.downstream_offset
    page = lab.hypervisor.memory.page_for_write(guest.machine_page(channel.pages[first]))
    page[index : index + 4] = b"\xff\xff\xff\x7f"
    guest.start_workload("write", "scsi:0:0", 4096, 3, 2048)
    lab.until(lambda: lab.guest().workloads[-1].finished > 0)
    assert lab.guest().workloads[-1].errors == 3
    alive(lab)
    lab.run("Stop-VM web01")


def test_a_heartbeat_ring_that_is_spoilt_leaves_the_disks(lab: Lab) -> None:
    lab.boot()
    guest = lab.guest()
    (relid,) = [relid for relid, driver in guest.bus.state.drivers.items() if driver.name == "heartbeat"]
    channel = guest.bus.state.connection.channels[relid]
    lab.hypervisor.memory.page_for_write(guest.machine_page(channel.pages[0]))[0:4] = b"\1\0\0\0"
    mark = len(lab.world.trace)
    lab.settle(10)
    assert not [event for event in lab.events("integration", mark) if event.get("action") == "beat"]
    assert workload(lab).errors == 0
    lab.run("Stop-VM web01")
    assert lab.state() == "Off"


# -- separation -----------------------------------------------------------------------------------


def changeable(value: object, seen: dict[int, object]) -> Iterator[object]:
    """Every changeable object that can be reached from a component's state, but not the world and what serves all."""
    if id(value) in seen or isinstance(value, (str, bytes, int, type(None), Component)):
        return
    seen[id(value)] = value
    if isinstance(value, dict):
        yield value
        for item in [*value.keys(), *value.values()]:
            yield from changeable(item, seen)
    elif isinstance(value, (list, tuple)):
        if isinstance(value, list):
            yield value
        for item in value:
            yield from changeable(item, seen)
    elif isinstance(value, bytearray):
        yield value
    elif dataclasses.is_dataclass(value):
        if not getattr(value, "__dataclass_params__").frozen:  # noqa: B009 - no type knows it
            yield value
        for field in dataclasses.fields(value):
            yield from changeable(getattr(value, field.name), seen)


def reachable(component: Component) -> dict[int, object]:
    """What a component's state is made of."""
    found: dict[int, object] = {}
    seen: dict[int, object] = {}
    for name in component.STATE:
        for value in changeable(getattr(component, name), seen):
            found[id(value)] = value
    return found


def test_the_two_ends_of_the_bus_share_no_object(lab: Lab) -> None:
    with_data_disk(lab)
    workload(lab, disk=SCSI)
    guest, link = reachable(lab.guest()), reachable(lab.link())
    assert len(guest) > 20 and len(link) > 20
    assert [guest[number] for number in guest.keys() & link.keys()] == []
    worker = reachable(lab.world.get("host1/root/vmwp/web01", Component))
    assert not guest.keys() & worker.keys() and not link.keys() & worker.keys()
    assert not guest.keys() & reachable(lab.hypervisor).keys()


def test_no_component_holds_another_one(lab: Lab) -> None:
    with_data_disk(lab)
    for component in lab.world.components():
        for name, value in vars(component).items():
            if isinstance(getattr(type(component), name, None), neighbour):
                # The world knows who is kept this way, and takes it back when it has to.
                assert component.world.is_held(value) and value is component.world.get(value.name, Component)
            else:
                assert name == "world" or not isinstance(value, Component), f"{component.name}.{name}"


# -- counting -------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [SYSTEM, NEWER, OLD])
def test_exits_counted_are_the_exits_in_the_trace(lab: Lab, path: str) -> None:
    guest = lab.boot(path=path)
    workload(lab)
    counted: Counter[str] = Counter()
    for processor in lab.hypervisor.partitions[guest.partition].vps.values():
        counted.update(processor.exits)
    traced: Counter[str] = Counter()
    for event in lab.events():
        if event.partition == guest.partition and event.kind in ("exit", "intercept", "hypercall"):
            traced[event.get("reason") if event.kind == "exit" else event.kind] += 1
    assert counted == traced and guest.exits == traced.total() > 100


def test_a_workload_counts_its_own_share(lab: Lab) -> None:
    lab.boot()
    mark = len(lab.world.trace)
    work = workload(lab, count=10)
    events = [
        event for event in lab.events(since=mark) if event.partition == 2 and event.time <= work.finished
    ]
    exits = [event for event in events if event.kind in ("exit", "intercept", "hypercall")]
    packets = [event for event in events if event.kind == "ring.packet" and event.source.endswith("storvsc")]
    assert work.exits == len([event for event in exits if event.seq < _end(lab)]) > 10
    assert work.ring_out == sum(len(event.get("bytes")) for event in packets) and len(packets) == 10


def _end(lab: Lab) -> int:
    """Where the last workload's end stands in the trace."""
    return [event.seq for event in lab.events("guest.workload") if event.get("action") == "end"][-1]


@pytest.mark.parametrize("path", [SYSTEM, NEWER])
def test_every_event_was_caused_by_one_before_it(lab: Lab, path: str) -> None:
    lab.boot(path=path)
    workload(lab)
    lab.run("Stop-VM web01")
    for event in lab.events():
        assert event.cause is None or event.cause < event.seq
    for event in lab.events("guest.io"):
        chain = lab.world.trace.chain(event.seq)
        assert chain[-1].kind == "command", "every disk request goes back to what a person typed"


def test_a_name_that_is_a_path_cannot_take_the_hosts_own_places(lab: Lab) -> None:
    for name in ("root", "ROOT", "Hypervisor", "a/b", "root/vmms", "..\\x"):
        assert lab.tried(f"New-VM '{name}'") == ["InvalidParameter"]
    assert lab.vmms.machines == {}


def test_disks_of_equal_place_in_two_machines_have_serial_numbers_of_their_own(lab: Lab) -> None:
    lab.run(f"New-VM a -VHDPath {SYSTEM}; New-VM b -VHDPath {NEWER}; Start-VM a, b")

    def serials(name: str) -> list[bytes]:
        services = [lab.link(name).services[key] for key in ("ide:0:0", "scsi:0")]
        return [service.storvsp.identity for service in services if isinstance(service, StorageService)]

    before = serials("a")
    assert len({*before, *serials("b")}) == 4
    lab.run("Stop-VM a -TurnOff; Start-VM a")
    assert serials("a") == before, "a disk keeps its number for as long as the machine lives"
