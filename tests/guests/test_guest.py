"""The guest's programs and its screen, over a real host."""

from __future__ import annotations

from itertools import pairwise

import pytest

from hvlab import catalog
from hvlab.guests import programs, system_record
from hvlab.guests.drivers.storage import StorageDriver
from hvlab.guests.operations import OPERATIONS
from hvlab.guests.screen import COLUMNS, ROWS, guest_screen
from hvlab.guests.system_record import SystemRecord
from hvlab.storage import vhd
from tests.host.support import NEWER, OLD, SYSTEM, Lab


@pytest.mark.parametrize("name", catalog.guests())
def test_every_program_is_made_of_operations_that_exist(name: str) -> None:
    known = catalog.guest(name)
    record = SystemRecord(name, "X", known.integration_version, 0, 4096)
    lists = [
        programs.firmware(),
        programs.boot(known, record),
        programs.shut_down(1000),
        programs.synic(1, 2, 3, 4),
        programs.ata(1, 0, True, 0, 2, 0),
        programs.ata(2, 1, False, 0, 2, 0),
        programs.workload(1, True, "ide:0:0", 4096, 2, 0),
        programs.workload(2, False, "ide:0:0", 4096, 2, 0),
    ]
    assert {op[0] for program in lists for op in program} <= set(OPERATIONS)


@pytest.mark.parametrize("name", catalog.guests())
def test_a_boot_reads_the_whole_boot_set_once_and_in_order(name: str) -> None:
    known = catalog.guest(name)
    record = SystemRecord(name, "X", "", 0, 5000)
    reads = [(op[3], op[4]) for op in programs.boot(known, record) if op[0] == "io"]
    place = 5000
    for lba, count in reads:
        assert lba == place and 1 <= count <= programs.CHUNK
        place += count
    assert place - 5000 == sum(phase.sectors for phase in [*known.loader, *known.kernel, *known.services])


def test_what_a_guest_reads_is_what_is_on_its_disk() -> None:
    lab = Lab()
    lab.boot()
    guest = lab.guest()
    disk = vhd.open_vhd(lab.file(SYSTEM))
    assert guest.read(programs.BOOT_SECTOR_GPA, 512) == disk.read(0, 1)
    assert guest.read(programs.RECORD_GPA, 512) == disk.read(system_record.PARTITION_START, 1)
    last = [event for event in lab.events("guest.io") if event.get("action") == "end"][-1]
    count = last.get("sectors")
    assert guest.read(programs.BUFFER_GPA, count * 512) == disk.read(last.get("lba"), count)


@pytest.mark.parametrize("path", [SYSTEM, NEWER, OLD])
def test_reading_back_gives_what_was_written(path: str) -> None:
    lab = Lab()
    lab.boot(path=path)
    lab.run("Start-LabWorkload web01 -Operation Write -Count 3 -Size 16KB")
    lab.guest().write(programs.BUFFER_GPA, bytes(16384))
    lab.run("Start-LabWorkload web01 -Operation Read -Count 3 -Size 16KB")
    data = lab.guest().read(programs.BUFFER_GPA, 16384)
    sectors = [data[at : at + 512] for at in range(0, 16384, 512)]
    first = system_record.DATA_START + 64
    assert sectors == [system_record.data_sector(64 + n, first + n) for n in range(32)]


def test_the_guest_knows_its_system_only_from_the_disk() -> None:
    lab = Lab()
    lab.run(f"New-VM web01 -VHDPath {OLD}; Start-VM web01")
    assert lab.guest().system == "" and lab.guest().record is None
    lab.run("Wait-Lab web01")
    assert lab.guest().system == "nt4" and lab.guest().record is not None


def test_the_screen_shows_each_phase_in_its_frame() -> None:
    lab = Lab()
    assert guest_screen(lab.world, "host1", "web01") == ["The virtual machine 'web01' is turned off."]
    lab.run(f"New-VM web01 -MemoryStartupBytes 512MB -VHDPath {SYSTEM}; Start-VM web01")
    shown: dict[str, list[str]] = {}

    def look() -> bool:
        guest = lab.guest()
        shown[guest.phase] = guest_screen(lab.world, "host1", "web01")
        return guest.phase == "running"

    lab.until(look)
    assert list(shown) == ["firmware", "loader", "kernel", "drivers", "services", "logon", "running"]
    assert "512 MB of memory" in shown["firmware"]
    assert "Computer: WIN-2008" in shown["running"]
    bars = [line.count("#") for phase in shown for line in shown[phase] if line.strip().startswith("[")]
    assert bars == sorted(bars) and len(set(bars)) == 5
    for lines in shown.values():
        assert len(lines) <= ROWS and max(map(len, lines)) <= COLUMNS
    lab.storage.files.delete(SYSTEM)
    lab.guest().spawn("boot", programs.boot(catalog.guest("nt4"), SystemRecord("nt4", "X", "", 0, 4096)))
    lab.settle(20)
    assert guest_screen(lab.world, "host1", "web01")[1] == "INACCESSIBLE_BOOT_DEVICE"


def test_memory_that_drivers_get_is_not_contiguous_and_never_given_twice() -> None:
    lab = Lab()
    lab.boot()
    guest = lab.guest()
    state = guest.bus.state
    groups = [channel.pages for channel in state.connection.channels.values()]
    groups += [[state.sim_page, state.sief_page, state.interrupt_page]]
    groups += [
        [driver.storvsc.buffer_gpa // 4096]
        for driver in state.drivers.values()
        if isinstance(driver, StorageDriver)
    ]
    groups += [guest.allocate(count) for count in (1, 2, 3, 34, 5)]
    everything = [page for group in groups for page in group]
    assert len(set(everything)) == len(everything) > 100
    assert all(later - earlier > 1 for group in groups for earlier, later in pairwise(group))
    assert max(everything) < guest.memory_pages
