"""storvsp: the storage service in the root, a pure state machine for one channel.

It gets the payload of each packet and says what to do: complete at once, or move
sectors between a disk and the guest pages that the packet named. It touches
neither memory nor disk itself. A packet out of order is completed with an error
and changes nothing; one that is no storage packet at all makes the channel fail.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hvlab.devices.storage import protocol, scsi
from hvlab.devices.storage.protocol import (
    BEGIN_INITIALIZATION,
    COMPLETE_IO,
    END_INITIALIZATION,
    EXECUTE_SRB,
    QUERY_PROPERTIES,
    QUERY_PROTOCOL_VERSION,
    SRB_AUTOSENSE,
    SRB_ERROR,
    SRB_INVALID_LUN,
    SRB_SUCCESS,
    STATUS_DEVICE_DOES_NOT_EXIST,
    STATUS_INVALID_DEVICE_REQUEST,
    STATUS_INVALID_DEVICE_STATE,
    STATUS_IO_DEVICE_ERROR,
    STATUS_REVISION_MISMATCH,
    STATUS_SUCCESS,
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


@dataclass(frozen=True)
class Complete:
    """Write this completion into the ring; before that, `data` into the pages the request named."""

    transaction: int
    payload: bytes
    data: bytes = b""


@dataclass(frozen=True)
class MoveSectors:
    """Move sectors between a disk and the pages the request named; answer with `moved`."""

    transaction: int
    lun: int
    write: bool
    lba: int
    sectors: int


@dataclass(frozen=True)
class Fail:
    """The packet is no storage packet: the channel cannot go on."""

    reason: str


Effect = Complete | MoveSectors | Fail


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

    def packet(self, transaction: int, payload: bytes, room: int) -> list[Effect]:
        """A packet that asks for completion; `room` is how many bytes the pages named by it hold."""
        if len(payload) not in (48, 64):
            return [Fail(f"a storage packet of {len(payload)} bytes")]
        head = protocol.PACKET_HEADER.unpack(payload)
        operation = head["operation"]
        if operation not in protocol.OPERATIONS:
            return [Fail(f"storage operation {operation}")]
        if self.state != READY:
            if operation != _EXPECTED[self.state]:
                return [self._answer(transaction, payload, STATUS_INVALID_DEVICE_STATE)]
            return [self._initialize(transaction, payload, operation)]
        if operation == EXECUTE_SRB:
            return [self._execute(transaction, payload, room)]
        if operation in (4, 5, 6):
            return [self._answer(transaction, payload, STATUS_SUCCESS)]
        return [self._answer(transaction, payload, STATUS_INVALID_DEVICE_REQUEST)]

    def moved(self, transaction: int, status: str, data: bytes) -> list[Effect]:
        """The sectors were moved (`status` ok), or not: range, full or error."""
        request = self.pending.pop(transaction, None)
        if request is None:
            return []
        if status == "ok":
            return [self._srb(transaction, request, SRB_SUCCESS, data)]
        code = scsi.ASC_OUT_OF_RANGE if status == "range" else scsi.ASC_WRITE_ERROR
        key = scsi.SENSE_ILLEGAL_REQUEST if status == "range" else scsi.SENSE_MEDIUM_ERROR
        return [self._check(transaction, request, key, code)]

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
        request = protocol.request_layout(self.version).unpack(payload, 12)
        command = scsi.parse(request["cdb"])
        lun = 0 if self.single else request["lun"]
        sectors = self.disks.get(lun)
        if command.code == scsi.REPORT_LUNS:
            return self._srb(transaction, payload, SRB_SUCCESS, scsi.luns_data(sorted(self.disks))[:room])
        if command.code == scsi.INQUIRY:
            return self._srb(transaction, payload, SRB_SUCCESS, scsi.inquiry_data(sectors is not None)[:room])
        if sectors is None:
            return self._srb(transaction, payload, SRB_INVALID_LUN)
        if command.code == scsi.READ_CAPACITY:
            return self._srb(transaction, payload, SRB_SUCCESS, scsi.capacity_data(sectors)[:room])
        if command.code in (scsi.TEST_UNIT_READY, scsi.SYNCHRONIZE_CACHE):
            return self._srb(transaction, payload, SRB_SUCCESS)
        if command.code in (scsi.READ_10, scsi.WRITE_10):
            if command.lba + command.sectors > sectors:
                return self._check(transaction, payload, scsi.SENSE_ILLEGAL_REQUEST, scsi.ASC_OUT_OF_RANGE)
            if command.sectors * scsi.SECTOR > min(room, protocol.MAXIMUM_TRANSFER) or command.sectors == 0:
                return self._check(transaction, payload, scsi.SENSE_ILLEGAL_REQUEST, scsi.ASC_INVALID_COMMAND)
            self.pending[transaction] = payload
            return MoveSectors(transaction, lun, command.code == scsi.WRITE_10, command.lba, command.sectors)
        return self._check(transaction, payload, scsi.SENSE_ILLEGAL_REQUEST, scsi.ASC_INVALID_COMMAND)

    def _srb(self, transaction: int, payload: bytes, srb_status: int, data: bytes = b"") -> Complete:
        layout = protocol.request_layout(self.version)
        request = layout.unpack(payload, 12)
        request["srb_status"] = srb_status
        request["transfer_length"] = len(data) or request["transfer_length"]
        status = STATUS_SUCCESS if srb_status == SRB_SUCCESS else STATUS_DEVICE_DOES_NOT_EXIST
        return Complete(
            transaction, protocol.build(COMPLETE_IO, len(payload), layout.pack(**request), status), data
        )

    def _check(self, transaction: int, payload: bytes, key: int, code: int) -> Complete:
        """CHECK CONDITION: the sense data takes the command block's place."""
        layout = protocol.request_layout(self.version)
        request = layout.unpack(payload, 12)
        sense = scsi.sense(key, code)
        request.update(
            srb_status=SRB_ERROR | SRB_AUTOSENSE,
            scsi_status=2,
            sense_length=len(sense),
            cdb=sense[:16],
            _sense_tail=sense[16:],
            transfer_length=0,
        )
        return Complete(
            transaction,
            protocol.build(COMPLETE_IO, len(payload), layout.pack(**request), STATUS_IO_DEVICE_ERROR),
        )
