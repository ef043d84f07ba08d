"""What a virtual disk answers to a SCSI command: pure, from the command block and the disk's size.

Commands that move sectors are only described here; whoever serves the channel
moves them. A command that the disk does not know, or a field that makes no
sense, is a CHECK CONDITION with sense data, never an exception.
"""

from __future__ import annotations

from typing import NamedTuple

from hvlab.devices.storage import scsi
from hvlab.devices.storage.scsi import Command


class Good(NamedTuple):
    """Done; the data goes to the client as far as it takes it."""

    data: bytes = b""


class Check(NamedTuple):
    """CHECK CONDITION: sense key and additional sense code."""

    key: int
    code: int


class Move(NamedTuple):
    """Sectors are to be moved: written, or read."""

    write: bool
    lba: int
    sectors: int


Answer = Good | Check | Move

_BAD_FIELD = Check(scsi.SENSE_ILLEGAL_REQUEST, scsi.ASC_INVALID_FIELD)
_TRANSFERS = (*scsi.READS, *scsi.WRITES, scsi.VERIFY_10)
_DONE_AT_ONCE = (
    scsi.TEST_UNIT_READY,
    scsi.START_STOP_UNIT,
    scsi.SYNCHRONIZE_CACHE,
    scsi.SYNCHRONIZE_CACHE_16,
)


def answer(block: bytes, sectors: int, identifier: bytes, most: int) -> Answer:
    """What the disk does with a command block of 16 bytes.

    `identifier` are 16 bytes that tell this disk from others; `most` is the
    largest transfer in sectors.
    """
    command = scsi.parse(block)
    code, _, lba, count, room = command
    if code in _TRANSFERS:
        if lba + count > sectors:
            return Check(scsi.SENSE_ILLEGAL_REQUEST, scsi.ASC_OUT_OF_RANGE)
        if count > most:
            return _BAD_FIELD
        if count == 0 or code == scsi.VERIFY_10:
            return Good()  # nothing to move is no error
        return Move(code in scsi.WRITES, lba, count)
    if code in _DONE_AT_ONCE:
        return Good()
    data = _data(command, block, sectors, identifier)
    return data if isinstance(data, Check) else Good(data[:room])


def _data(command: Command, block: bytes, sectors: int, identifier: bytes) -> bytes | Check:
    data: bytes | None = None
    if command.code == scsi.INQUIRY:
        if block[1] & 1:
            data = scsi.vital_data(block[2], identifier)
        elif block[2] == 0:
            data = scsi.inquiry_data(True)
    elif command.code == scsi.READ_CAPACITY:
        data = scsi.capacity_data(sectors)
    elif command.code == scsi.SERVICE_ACTION_IN_16:
        if block[1] & 0x1F == scsi.READ_CAPACITY_16:
            data = scsi.capacity_data_16(sectors)
    elif command.code in (scsi.MODE_SENSE_6, scsi.MODE_SENSE_10):
        data = scsi.mode_data(block[2] & 0x3F, command.code == scsi.MODE_SENSE_10)
    elif command.code == scsi.REQUEST_SENSE:
        # Every failed request carried its sense along: nothing is kept.
        data = scsi.sense(scsi.SENSE_NONE, scsi.ASC_NONE)
    else:
        return Check(scsi.SENSE_ILLEGAL_REQUEST, scsi.ASC_INVALID_COMMAND)
    return _BAD_FIELD if data is None else data
