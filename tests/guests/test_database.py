"""A guest's database: what it commits forms a chain, and what a disk holds of it can be judged."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hvlab.guests import database
from hvlab.guests.database import PAGE, SYSTEM_PLACE, chain, pack_header, pack_record, read_header
from hvlab.guests.system_record import SECTOR
from hvlab.storage import vhd
from tests.host.support import OLD, SYSTEM, Lab

WORK = "Start-LabWorkload web01 -Kind Database -Count {} | Out-Null"
SEEN = "Test-LabDatabase web01 | ForEach-Object { $_.Records; $_.Header; $_.Consistent }"


def records(count: int) -> bytes:
    """A chain of so many records."""
    data, last = b"", 0
    for number in range(count):
        data += pack_record(number, last)
        last = int.from_bytes(data[-4:], "little")
    return data


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1), st.booleans())
def test_a_header_says_what_was_put_into_it(count: int, last: int, clean: bool) -> None:
    sector = pack_header(count, last, clean)
    assert len(sector) == SECTOR and read_header(sector) == (count, last, clean)
    assert read_header(bytes(SECTOR)) is None


@given(st.integers(1, 12), st.data())
def test_a_changed_byte_ends_the_chain_where_it_stands(count: int, data: st.DataObject) -> None:
    sound = records(count)
    place = data.draw(st.integers(0, len(sound) - 1))
    changed = bytearray(sound)
    changed[place] ^= data.draw(st.integers(1, 255))
    assert chain(sound, 0, 0)[0] == count
    assert chain(bytes(changed), 0, 0)[0] == place // SECTOR


def test_records_of_another_chain_do_not_continue_this_one() -> None:
    mixed = records(4) + pack_record(4, 12345)
    assert chain(mixed, 0, 0)[0] == 4
    assert chain(mixed[SECTOR:], 0, 0)[0] == 0, "a record that lacks the ones before it"


@pytest.mark.parametrize("image", [SYSTEM, OLD])
def test_what_is_in_memory_only_is_lost_by_a_power_cut_and_nothing_by_a_shutdown(image: str) -> None:
    lab = Lab()
    lab.boot(path=image)
    lab.run(WORK.format(21))
    assert lab.run("(Get-LabDatabase web01).InMemory") == [5]
    assert lab.run(SEEN) == [16, "InUse", "Crash"]
    lab.run("Stop-VM web01 -TurnOff -Force; Start-VM web01; Wait-Lab web01")
    lab.run(WORK.format(2))
    (one,) = lab.guest().databases.values()
    assert (one.records, one.safe, one.recovered) == (18, 16, 16)
    if image == OLD:
        return  # no shutdown service: such a guest is only ever switched off
    lab.settle(5)
    lab.run("Stop-VM web01 -Force; Start-VM web01; Wait-Lab web01")
    assert lab.run(SEEN) == [18, "Closed", "Application"]
    lab.run(WORK.format(7))
    assert lab.run("(Get-LabDatabase web01).Committed") == [25]
    assert lab.run(SEEN) == [24, "InUse", "Crash"]


def test_frozen_writers_leave_a_disk_that_lacks_nothing_and_transactions_wait_for_the_thaw() -> None:
    lab = Lab()
    lab.boot()
    lab.settle(2)
    lab.run("Start-LabWorkload web01 -Kind Database -Count 500 -NoWait | Out-Null")
    lab.until(lambda: bool(lab.guest().databases) and lab.guest().databases["ide:0:0"].records == 77)
    lab.run("Invoke-LabWriter web01 Freeze | Out-Null")
    (one,) = lab.guest().databases.values()
    assert (
        one.records == one.safe > 0
        and one.clean
        and lab.guest().writers.database("ide:0:0").state == "Frozen"
    )
    disk = vhd.open_vhd(lab.file(SYSTEM))
    header = read_header(disk.read(SYSTEM_PLACE, 1))
    assert header is not None and header == (one.records, one.last, True)
    assert chain(disk.read(SYSTEM_PLACE + 1, one.records), 0, 0) == (one.records, one.last)
    before = one.records
    lab.settle(1)
    assert one.records == before, "nothing new while it holds still"
    lab.run("Invoke-LabWriter web01 Thaw | Out-Null")
    lab.until(lambda: lab.guest().idle)
    assert one.records == 500 and not one.clean


def test_a_full_disk_of_the_database_is_found_by_the_writer() -> None:
    """A writer that cannot bring its page to the disk fails the freeze, and all go on."""
    lab = Lab()
    lab.boot()
    lab.settle(2)
    lab.run(WORK.format(3))
    lab.run(f"Add-LabFault BadSector -Path {SYSTEM} -Sector {SYSTEM_PLACE + 1} -Count {PAGE}")
    assert lab.tried("Invoke-LabWriter web01 Freeze") == ["OperationFailed"]
    assert not lab.guest().writers.frozen
    assert lab.run("(Get-LabDatabase web01).OnDisk") == [0]
    assert lab.tried("Test-LabDatabase web01") == ["GuestFile"]


def test_a_disk_without_one_and_a_guest_that_is_off_are_refused() -> None:
    lab = Lab()
    lab.boot()
    assert lab.tried("Test-LabDatabase web01") == ["ObjectNotFound"]
    lab.run("Stop-VM web01 -TurnOff -Force")
    assert lab.tried("Test-LabDatabase web01") == ["InvalidState"]
    assert lab.tried("Start-LabWorkload web01 -Kind Database") == ["InvalidState"]


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 400), st.integers(1, 40))
def test_a_power_cut_at_any_moment_leaves_a_chain_that_misses_less_than_a_page_and_a_write(
    events: int, count: int
) -> None:
    lab = Lab()
    lab.boot()
    work = database.start(lab.guest(), "ide:0:0", SYSTEM_PLACE, count)
    lab.world.run(limit=events)
    lab.run("Stop-VM web01 -TurnOff -Force")
    disk = vhd.open_vhd(lab.file(SYSTEM))
    found = chain(disk.read(SYSTEM_PLACE + 1, 64), 0, 0)[0]
    assert work.done - PAGE <= found <= work.done
    lab.run("Start-VM web01; Wait-Lab web01; Start-LabWorkload web01 -Kind Database -Count 1 | Out-Null")
    (one,) = lab.guest().databases.values()
    assert one.records == found + 1
