"""The sectors that make a disk bootable, and the records that workloads leave."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hvlab.guests import system_record
from hvlab.guests.system_record import SystemRecord

RECORD = SystemRecord("ws2008-x64", "WIN-2008", "6.0.6001.18016", 300, 4096)


def test_a_record_is_read_as_it_was_written() -> None:
    sector = system_record.pack_record(RECORD)
    assert len(sector) == 512 and sector[:8] == b"HVLABSYS"
    assert system_record.read_record(sector) == RECORD


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 115), st.integers(1, 255))
def test_any_damaged_byte_of_a_record_is_noticed(at: int, change: int) -> None:
    sector = bytearray(system_record.pack_record(RECORD))
    end = system_record.SYSTEM_RECORD.size
    sector[at % end] ^= change
    assert system_record.read_record(bytes(sector)) is None


def test_names_may_be_empty_and_in_any_script() -> None:
    record = dataclasses.replace(RECORD, computer="RÄTSEL", integration_version="")
    assert system_record.read_record(system_record.pack_record(record)) == record


@pytest.mark.parametrize("sector", [bytes(512), b"\xff" * 512, b"HVLABSYS".ljust(512, b"\0")])
def test_other_sectors_are_no_record(sector: bytes) -> None:
    assert system_record.read_record(sector) is None


def test_a_boot_record_has_one_active_partition() -> None:
    sector = system_record.boot_record(10_000)
    assert len(sector) == 512 and sector[510:] == b"\x55\xaa" and sector[446] == 0x80
    assert system_record.partition_start(sector) == 2048
    assert int.from_bytes(sector[458:462], "little") == 10_000


@pytest.mark.parametrize("at", [446, 510, 511])
def test_without_a_signature_or_an_active_partition_nothing_is_found(at: int) -> None:
    sector = bytearray(system_record.boot_record(10_000))
    sector[at] = 0
    assert system_record.partition_start(bytes(sector)) is None


def test_the_second_partition_may_be_the_active_one() -> None:
    sector = bytearray(system_record.boot_record(10_000))
    sector[462:478] = sector[446:462]
    sector[446:462] = bytes(16)
    sector[470:474] = (77).to_bytes(4, "little")
    assert system_record.partition_start(bytes(sector)) == 77


def test_every_sector_of_a_boot_set_is_different() -> None:
    sectors = {system_record.boot_set_sector(guest, n) for guest in ("nt4", "ws2008-x64") for n in range(300)}
    assert len(sectors) == 600 and {len(sector) for sector in sectors} == {512}


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 1 << 40), st.integers(0, 1 << 32), st.integers(0, 511), st.integers(1, 255))
def test_a_workloads_record_shows_any_damage(sequence: int, lba: int, at: int, change: int) -> None:
    sector = bytearray(system_record.data_sector(sequence, lba))
    assert len(sector) == 512 and system_record.is_sound(bytes(sector))
    sector[at] ^= change
    assert not system_record.is_sound(bytes(sector))


def test_records_tell_where_they_belong() -> None:
    sectors = {system_record.data_sector(n, lba) for n in range(20) for lba in range(20)}
    assert len(sectors) == 400
