"""storvsp: the storage service in the root, a pure state machine for one channel.

It gets the payload of each packet and says what to do: complete at once, or move
sectors between a disk and the guest pages that the packet named. It touches
neither memory nor disk itself. A packet out of order is completed with an error
and changes nothing; one that is no storage packet at all makes the channel fail.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from hvlab.devices.storage import disk, protocol, scsi
from hvlab.devices.storage.protocol import (
    BEGIN_INITIALIZATION,
    COMPLETE_IO,
    END_INITIALIZATION,
    ENUMERATE_BUS,
    EXECUTE_SRB,
    QUERY_PROPERTIES,
    QUERY_PROTOCOL_VERSION,
    RESET_BUS,
    RESET_LUN,
    SRB_AUTOSENSE,
    SRB_DATA_OVERRUN,
    SRB_ERROR,
    SRB_INVALID_LUN,
    SRB_SUCCESS,
    STATUS_INVALID_DEVICE_REQUEST,
    STATUS_INVALID_DEVICE_STATE,
    STATUS_IO_DEVICE_ERROR,
    STATUS_OF_SRB,
    STATUS_REVISION_MISMATCH,
    STATUS_SUCCESS,
    WIN7,
)

BEGIN, VERSION, PROPERTIES, END, READY = (
    "Begin",
    "QueryVersion",
    "QueryProperties",
    "EndInitialization",
    "Ready",
)
_EXPECTED = {
    BEGIN: BEGIN_INITIALIZATION,
    VERSION: QUERY_PROTOCOL_VERSION,
    PROPERTIES: QUERY_PROPERTIES,
    END: END_INITIALIZATION,
}
_FIRST_PACKET_SIZE = 64
"""Before a version is agreed the longer packet may come; the shorter is accepted too."""


class Complete(NamedTuple):
    """Write this completion into the ring; before that, `data` into the pages the request named."""

    transaction: int
    payload: bytes
    data: bytes = b""


class MoveSectors(NamedTuple):
    """Move sectors between a disk and the pages the request named; answer with `moved`."""

    transaction: int
    lun: int
    write: bool
    lba: int
    sectors: int


class Fail(NamedTuple):
    """The packet is no storage packet: the channel cannot go on."""

    reason: str


class Announce(NamedTuple):
    """Tell the client something that it has not asked for: a packet without completion."""

    payload: bytes


Effect = Complete | MoveSectors | Fail | Announce


@dataclass
class StorVsp:
    """One storage channel. `disks` gives the sectors of each logical unit; `versions` what the root knows."""

    versions: tuple[int, ...]
    disks: dict[int, int]
    single: bool = False
    """The IDE accelerator's channel: one disk, whatever path and target the request says."""
    state: str = BEGIN
    version: int = 0
    pending: dict[int, bytes] = field(default_factory=dict)
    """Transaction to the request that waits for its sectors."""
    identity: bytes = bytes(16)
    """What the disks' identifiers are made from: the channel's own."""

    def as_new(self) -> StorVsp:
        """The same service before anything was agreed."""
        return StorVsp(self.versions, self.disks, self.single, identity=self.identity)

    def plug(self, lun: int, sectors: int) -> list[Effect]:
        """A disk has been plugged in: a client that knows how to be told is told."""
        self.disks[lun] = sectors
        return self._bus_changed()

    def unplug(self, lun: int) -> list[Effect]:
        """A disk has been pulled out. Requests on their way to it still end, by `moved`."""
        del self.disks[lun]
        return self._bus_changed()

    def _bus_changed(self) -> list[Effect]:
        if self.state != READY or self.version < WIN7:
            return []
        return [Announce(protocol.build(ENUMERATE_BUS, protocol.packet_size(self.version)))]

    def packet(self, transaction: int, payload: bytes, room: int) -> list[Effect]:
        """A packet that asks for completion; `room` is how many bytes the pages named by it hold."""
        if len(payload) not in (48, 64):
            return [Fail(f"a storage packet of {len(payload)} bytes")]
        (operation,) = protocol.read_operation(payload)
        if operation not in protocol.OPERATIONS:
            return [Fail(f"storage operation {operation}")]
        if self.state != READY:
            if operation != _EXPECTED[self.state]:
                return [self._answer(transaction, payload, STATUS_INVALID_DEVICE_STATE)]
            return [self._initialize(transaction, payload, operation)]
        if operation == EXECUTE_SRB:
            return [self._execute(transaction, payload, room)]
        if RESET_LUN <= operation <= RESET_BUS:
            return [self._answer(transaction, payload, STATUS_SUCCESS)]
        return [self._answer(transaction, payload, STATUS_INVALID_DEVICE_REQUEST)]

    def moved(self, transaction: int, status: str, data: bytes) -> list[Effect]:
        """The sectors were moved (`status` ok), or not: range, medium or error."""
        request = self.pending.pop(transaction, None)
        if request is None:
            return []
        if status == "ok":
            return [self._srb(transaction, request, SRB_SUCCESS, data)]
        if status == "range":
            return [self._check(transaction, request, scsi.SENSE_ILLEGAL_REQUEST, scsi.ASC_OUT_OF_RANGE)]
        _, block = protocol.read_target[len(request)](request)
        code = scsi.ASC_WRITE_ERROR if block[0] in scsi.WRITES else scsi.ASC_READ_ERROR
        return [self._check(transaction, request, scsi.SENSE_MEDIUM_ERROR, code)]

    # -- initialization ---------------------------------------------------------------------

    def _initialize(self, transaction: int, payload: bytes, operation: int) -> Complete:
        body = payload[12:]
        if operation == BEGIN_INITIALIZATION:
            self.state = VERSION
        elif operation == QUERY_PROTOCOL_VERSION:
            version = protocol.PROTOCOL_VERSION.unpack(payload, 12)["major_minor"]
            if version not in self.versions:
                return self._answer(transaction, payload, STATUS_REVISION_MISMATCH)
            self.version = version
            self.state = PROPERTIES
        elif operation == QUERY_PROPERTIES:
            body = protocol.CHANNEL_PROPERTIES.pack(maximum_transfer=protocol.MAXIMUM_TRANSFER)
            self.state = END
        else:
            self.state = READY
        return Complete(transaction, protocol.build(COMPLETE_IO, len(payload), body))

    def _answer(self, transaction: int, payload: bytes, status: int) -> Complete:
        return Complete(transaction, protocol.build(COMPLETE_IO, len(payload), payload[12:], status))

    # -- requests ---------------------------------------------------------------------------

    def _execute(self, transaction: int, payload: bytes, room: int) -> Effect:
        if len(payload) != protocol.packet_size(self.version):
            return Fail(f"a storage packet of {len(payload)} bytes at protocol 0x{self.version:04x}")
        if transaction in self.pending:
            return Fail(f"transaction {transaction} is under way already")
        lun, block = protocol.read_target[len(payload)](payload)
        if self.single:
            lun = 0
        sectors = self.disks.get(lun)
        if block[0] == scsi.REPORT_LUNS:
            data = scsi.luns_data(sorted(self.disks))[: scsi.parse(block).room]
            return self._srb(transaction, payload, SRB_SUCCESS, data[:room])
        if sectors is None:
            if block[0] == scsi.INQUIRY:
                data = scsi.inquiry_data(False)[: scsi.parse(block).room]
                return self._srb(transaction, payload, SRB_SUCCESS, data[:room])
            return self._srb(transaction, payload, SRB_INVALID_LUN)
        identifier = self.identity[:15] + bytes([lun])  # tells the channel's disks from each other
        answer = disk.answer(block, sectors, identifier, protocol.MAXIMUM_TRANSFER // scsi.SECTOR)
        if isinstance(answer, disk.Check):
            return self._check(transaction, payload, answer.key, answer.code)
        if isinstance(answer, disk.Good):
            return self._srb(transaction, payload, SRB_SUCCESS, answer.data[:room])
        if answer.sectors * scsi.SECTOR > room:
            return self._srb(transaction, payload, SRB_DATA_OVERRUN)
        self.pending[transaction] = payload
        return MoveSectors(transaction, lun, answer.write, answer.lba, answer.sectors)

    def _srb(self, transaction: int, payload: bytes, srb_status: int, data: bytes = b"") -> Complete:
        status = STATUS_OF_SRB[srb_status]
        return Complete(transaction, protocol.completed(payload, status, srb_status, len(data)), data)

    def _check(self, transaction: int, payload: bytes, key: int, code: int) -> Complete:
        """CHECK CONDITION: the sense data takes the command block's place."""
        layout = protocol.REQUEST_PACKETS[len(payload)]
        packet = layout.unpack(payload)
        sense = scsi.sense(key, code)
        packet.update(
            operation=COMPLETE_IO,
            flags=0,
            status=STATUS_IO_DEVICE_ERROR,
            srb_status=SRB_ERROR | SRB_AUTOSENSE,
            scsi_status=2,
            sense_length=len(sense),
            cdb=sense[:16],
            _sense_tail=sense[16:],
            transfer_length=0,
        )
        return Complete(transaction, layout.pack(**packet))
