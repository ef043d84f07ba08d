"""The emulated IDE channel: registers and commands as a driver of the 1990s uses them."""

from __future__ import annotations

import pytest

from hvlab.devices.emulated.ide import (
    ABORTED,
    BUSY,
    COMMAND,
    CONTROL,
    COUNT,
    DATA_REQUEST,
    DRIVE,
    DRIVE_READY,
    ERROR,
    FAILED,
    IDENTIFY,
    IDLE_STATUS,
    LBA_HIGH,
    LBA_LOW,
    LBA_MIDDLE,
    NOT_FOUND,
    READ_SECTORS,
    WRITE_SECTORS,
    Effect,
    Fetch,
    IdeChannel,
    Interrupt,
    Store,
)


def sector(value: int) -> bytes:
    return bytes([value]) * 512


def ask(channel: IdeChannel, command: int, lba: int = 0, count: int = 1, slave: bool = False) -> list[Effect]:
    """Fill the registers and give the command, as a driver does."""
    for port, value in (
        (DRIVE, 0xE0 | slave << 4 | lba >> 24),
        (COUNT, count & 0xFF),
        (LBA_LOW, lba & 0xFF),
        (LBA_MIDDLE, lba >> 8 & 0xFF),
        (LBA_HIGH, lba >> 16 & 0xFF),
    ):
        assert channel.write(port, value) == []
    return channel.write(COMMAND, command)


def test_the_registers_hold_what_is_written() -> None:
    channel = IdeChannel((100, 0))
    for port, value in ((COUNT, 0x12), (LBA_LOW, 0x34), (LBA_MIDDLE, 0x56), (LBA_HIGH, 0x78), (DRIVE, 0xEA)):
        channel.write(port, value)
        assert channel.read(port) == value
    assert channel.lba == 0x0A785634 and channel.unit == 0
    channel.write(LBA_MIDDLE, 0)
    assert channel.lba == 0x0A780034
    assert channel.read(COMMAND) == channel.read(CONTROL) == IDLE_STATUS
    assert channel.read(ERROR) == 0


def test_a_read_of_one_sector() -> None:
    channel = IdeChannel((1000, 0))
    assert ask(channel, READ_SECTORS, 999) == [Fetch(0, 999, 1)]
    assert channel.read(COMMAND) == BUSY
    assert channel.fetched(sector(7)) == [Interrupt()]
    assert channel.read(COMMAND) & (BUSY | DATA_REQUEST | FAILED) == DATA_REQUEST
    assert channel.take_sector() == (sector(7), [])
    assert channel.read(COMMAND) == IDLE_STATUS


def test_every_sector_but_the_last_announces_the_next() -> None:
    channel = IdeChannel((1000, 0))
    assert ask(channel, READ_SECTORS, 5, 3) == [Fetch(0, 5, 3)]
    channel.fetched(sector(1) + sector(2) + sector(3))
    assert channel.take_sector() == (sector(1), [Interrupt()])
    assert channel.take_sector() == (sector(2), [Interrupt()])
    assert channel.read(COMMAND) & DATA_REQUEST
    assert channel.take_sector() == (sector(3), [])
    assert channel.read(COMMAND) == IDLE_STATUS


def test_a_write_goes_to_the_disk_when_the_last_sector_has_come() -> None:
    channel = IdeChannel((1000, 0))
    assert ask(channel, WRITE_SECTORS, 0x1F0, 2) == []
    assert channel.read(COMMAND) & DATA_REQUEST
    assert channel.give_sector(sector(1)) == [Interrupt()]
    assert channel.give_sector(sector(2)) == [Store(0, 0x1F0, sector(1) + sector(2))]
    assert channel.read(COMMAND) == BUSY
    assert channel.stored(True) == [Interrupt()]
    assert channel.read(COMMAND) == IDLE_STATUS


def test_a_count_of_zero_means_256() -> None:
    channel = IdeChannel((1000, 0))
    assert ask(channel, READ_SECTORS, 744, 256) == [Fetch(0, 744, 256)]
    channel = IdeChannel((1000, 0))
    assert ask(channel, READ_SECTORS, 745, 256) == [Interrupt()]
    assert channel.read(ERROR) == NOT_FOUND


@pytest.mark.parametrize(("lba", "count"), [(100, 1), (99, 2), (0x0FFFFFFF, 1)])
@pytest.mark.parametrize("command", [READ_SECTORS, WRITE_SECTORS])
def test_a_sector_beyond_the_disk_is_not_found(command: int, lba: int, count: int) -> None:
    channel = IdeChannel((100, 0))
    assert ask(channel, command, lba, count) == [Interrupt()]
    assert channel.read(COMMAND) & (FAILED | BUSY | DATA_REQUEST) == FAILED
    assert channel.read(ERROR) == NOT_FOUND
    assert ask(channel, READ_SECTORS, 99) == [Fetch(0, 99, 1)]
    assert channel.read(ERROR) == 0, "the next command clears the error"


@pytest.mark.parametrize("command", [0x00, 0x21, 0xA1, 0xC8, 0xFF])
def test_an_unknown_command_is_aborted(command: int) -> None:
    channel = IdeChannel((100, 0))
    assert ask(channel, command) == [Interrupt()]
    assert channel.read(COMMAND) == IDLE_STATUS | FAILED and channel.read(ERROR) == ABORTED


def test_a_disk_that_fails_is_told_in_the_status() -> None:
    channel = IdeChannel((100, 0))
    ask(channel, READ_SECTORS)
    assert channel.fetched(None) == [Interrupt()]
    assert channel.read(COMMAND) & FAILED and channel.read(ERROR) == NOT_FOUND
    ask(channel, WRITE_SECTORS)
    channel.give_sector(sector(1))
    assert channel.stored(False) == [Interrupt()]
    assert channel.read(COMMAND) & FAILED and channel.read(ERROR) == ABORTED


@pytest.mark.parametrize("size", [100, 0x0FFFFFFF, 1 << 32])
def test_identify_tells_name_and_size(size: int) -> None:
    channel = IdeChannel((size, 0))
    assert ask(channel, IDENTIFY) == [Interrupt()]
    data, effects = channel.take_sector()
    assert effects == [] and len(data) == 512
    name = b"".join(data[at + 1 : at + 2] + data[at : at + 1] for at in range(54, 94, 2))
    assert name.rstrip() == b"Virtual HD"
    assert data[99] & 2, "LBA"
    assert int.from_bytes(data[120:124], "little") == min(size, 0x0FFFFFFF)
    assert channel.read(COMMAND) == IDLE_STATUS


def test_master_and_slave_are_two_disks() -> None:
    channel = IdeChannel((100, 50))
    assert ask(channel, READ_SECTORS, 60) == [Fetch(0, 60, 1)]
    channel.fetched(sector(1))
    channel.take_sector()
    assert ask(channel, READ_SECTORS, 60, slave=True) == [Interrupt()]
    assert channel.read(ERROR) == NOT_FOUND
    assert ask(channel, WRITE_SECTORS, 49, slave=True) == []
    assert channel.give_sector(sector(3)) == [Store(1, 49, sector(3))]


@pytest.mark.parametrize(
    ("sizes", "slave"), [((0, 0), False), ((0, 0), True), ((100, 0), True), ((0, 9), False)]
)
def test_where_no_drive_is_nothing_answers(sizes: tuple[int, int], slave: bool) -> None:
    channel = IdeChannel(sizes)
    for command in (READ_SECTORS, WRITE_SECTORS, IDENTIFY, 0xFF):
        assert ask(channel, command, slave=slave) == []
        assert channel.read(COMMAND) == 0
    assert channel.give_sector(sector(1)) == []
    assert channel.take_sector() == (sector(0xFF), [])


def test_a_busy_drive_takes_no_registers_and_no_command() -> None:
    channel = IdeChannel((100, 100))
    ask(channel, READ_SECTORS, 7)
    before = repr(channel)
    for port in (COUNT, LBA_LOW, LBA_MIDDLE, LBA_HIGH, DRIVE, COMMAND):
        assert channel.write(port, 0x20) == []
    assert repr(channel) == before
    channel.fetched(sector(1))
    assert channel.take_sector()[0] == sector(1)


def test_data_that_nobody_asked_for_goes_nowhere() -> None:
    channel = IdeChannel((100, 0))
    for _ in range(300):
        assert channel.give_sector(sector(1)) == []
    ask(channel, READ_SECTORS)
    assert channel.take_sector() == (sector(0xFF), []), "not before the sectors are there"
    assert channel.read(COMMAND) == BUSY
    channel.fetched(sector(5))
    assert channel.give_sector(sector(1)) == []
    assert channel.take_sector() == (sector(5), [])
    ask(channel, WRITE_SECTORS)
    assert channel.take_sector() == (sector(0xFF), [])
    assert channel.read(COMMAND) & DATA_REQUEST, "the write goes on"
    assert channel.give_sector(sector(6)) == [Store(0, 0, sector(6))]


def test_a_port_that_is_none_of_its_reads_ones() -> None:
    channel = IdeChannel((100, 0))
    before = repr(channel)
    assert channel.read(0x1EF) == 0xFF and channel.write(0x1EF, 3) == [] and channel.write(CONTROL, 2) == []
    assert repr(channel) == before
    assert channel.read(COMMAND) & DRIVE_READY
