"""What makes a disk bootable, byte by byte: the boot record, the system record, and what workloads leave."""

from __future__ import annotations

import dataclasses

from hypothesis import given
from hypothesis import strategies as st

from hvlab.guests import system_record
from hvlab.guests.system_record import SystemRecord

NAMES = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=24)
RECORDS = st.builds(
    SystemRecord,
    NAMES,
    NAMES,
    NAMES,
    st.integers(0, 65535),
    st.integers(0, 2**32 - 1),
    st.sampled_from(["", system_record.APIC]),
    NAMES,
)
GOOD = SystemRecord("ws2008-x64", "WIN-2008", "6.0.6001.18016", 120, 4096)


@given(RECORDS)
def test_a_record_reads_as_it_was_written(record: SystemRecord) -> None:
    sector = system_record.pack_record(record)
    assert len(sector) == 512 and system_record.read_record(sector) == record


@given(st.integers(0, 511), st.integers(1, 255))
def test_a_record_with_a_changed_byte_is_none(at: int, change: int) -> None:
    sector = bytearray(system_record.pack_record(GOOD))
    sector[at] ^= change
    used = system_record.SYSTEM_RECORD.size
    assert system_record.read_record(bytes(sector)) == (None if at < used else GOOD)


@given(st.binary(min_size=512, max_size=512))
def test_any_sector_can_be_looked_at(sector: bytes) -> None:
    assert system_record.read_record(sector) is None
    start = system_record.partition_start(sector[:510] + b"\x55\xaa")
    assert start is None or 0 <= start < 2**32


def test_names_may_be_empty_and_in_any_script() -> None:
    record = dataclasses.replace(GOOD, computer="RÄTSEL", integration_version="")
    assert system_record.read_record(system_record.pack_record(record)) == record


def test_the_boot_record_is_the_usual_one() -> None:
    sector = system_record.boot_record(83_884_032)
    assert len(sector) == 512 and sector[510:] == b"\x55\xaa"
    assert sector[446] == 0x80 and sector[446 + 4] == 7
    assert sector[446 + 8 : 446 + 16] == (2048).to_bytes(4, "little") + (83_884_032).to_bytes(4, "little")
    assert system_record.partition_start(sector) == 2048


def test_without_signature_or_active_partition_nothing_starts() -> None:
    sector = bytearray(system_record.boot_record(100))
    assert system_record.partition_start(bytes(sector[:511]) + b"\0") is None
    sector[446] = 0
    assert system_record.partition_start(bytes(sector)) is None


def test_the_second_partition_may_be_the_active_one() -> None:
    sector = bytearray(system_record.boot_record(100))
    sector[446 + 16 : 446 + 32] = sector[446 : 446 + 16]
    sector[446] = 0
    sector[446 + 16 + 8] = 99
    assert system_record.partition_start(bytes(sector)) == 2048 - 2048 % 256 + 99


@given(st.integers(0, 2**32), st.integers(0, 2**40), st.integers(0, 511), st.integers(1, 255))
def test_a_workloads_sector_is_sound_until_a_bit_of_it_changes(
    number: int, lba: int, at: int, change: int
) -> None:
    sector = system_record.data_sector(number, lba)
    assert len(sector) == 512 and system_record.is_sound(sector)
    spoilt = bytearray(sector)
    spoilt[at] ^= change
    assert not system_record.is_sound(bytes(spoilt))


def test_every_sector_of_a_boot_set_is_another() -> None:
    assert len({system_record.boot_set_sector("ws2008-x64", number) for number in range(500)}) == 500


def test_records_tell_where_they_belong() -> None:
    sectors = {system_record.data_sector(number, lba) for number in range(20) for lba in range(20)}
    assert len(sectors) == 400
