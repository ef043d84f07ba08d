"""storvsc: the storage client in the guest, a pure state machine for one channel.

It negotiates with the service from its highest version down, finds the disks,
and turns reads and writes into storage packets. The shell around it (the guest)
puts the packets into the ring and gives it the completions.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from hvlab.devices.storage import protocol, scsi
from hvlab.devices.storage.protocol import (
    BEGIN_INITIALIZATION,
    DATA_IN,
    DATA_OUT,
    END_INITIALIZATION,
    ENUMERATE_BUS,
    EXECUTE_SRB,
    NO_DATA,
    QUERY_PROPERTIES,
    QUERY_PROTOCOL_VERSION,
    RESET_LUN,
    SRB_AUTOSENSE,
    SRB_SUCCESS,
    STATUS_REVISION_MISMATCH,
)

_NOBODY = ("", 0)
_STEPS = ("begin", "version", "properties", "end", "luns", "inquiry", "capacity", "ready")


class SendPacket(NamedTuple):
    """Put a packet into the ring. `length` > 0: it names that many bytes at guest address `gpa`."""

    transaction: int
    payload: bytes
    gpa: int = 0
    length: int = 0


class Ready(NamedTuple):
    """The disks are known, for the first time or anew: logical unit to its sectors."""

    disks: dict[int, int]
    again: bool = False


class Failed(NamedTuple):
    """The service and this driver did not come together."""

    reason: str


class Done(NamedTuple):
    """A request has ended; `tag` is the caller's own, `status` ok, medium (so the sense data), error or timeout."""

    tag: int
    status: str


Effect = SendPacket | Ready | Failed | Done


@dataclass
class StorVsc:
    """One storage channel's driver. `buffer_gpa` is a page of its own for what it asks about the disks."""

    versions: tuple[int, ...]
    buffer_gpa: int
    step: str = "begin"
    proposal: int = 0
    version: int = 0
    next_transaction: int = 1
    waiting: dict[int, tuple[str, int]] = field(default_factory=dict)
    """Transaction to (what it is, tag or logical unit)."""
    luns: list[int] = field(default_factory=list)
    found: dict[int, int] = field(default_factory=dict)
    disks: dict[int, int] = field(default_factory=dict)
    ready: bool = False
    """Whether the disks were known once."""
    changed: bool = False
    """The service has announced a change while the disks were being looked for."""

    def start(self) -> list[Effect]:
        """The channel is open: begin."""
        return [self._plain(BEGIN_INITIALIZATION)]

    def submit(self, tag: int, write: bool, lun: int, lba: int, sectors: int, gpa: int) -> list[Effect]:
        """Read or write sectors from or to guest memory at `gpa`."""
        if lba + sectors > scsi.SHORT_ADDRESSES:
            block = scsi.transfer(scsi.WRITE_16 if write else scsi.READ_16, lba, sectors)
        else:
            block = scsi.transfer(scsi.WRITE_10 if write else scsi.READ_10, lba, sectors)
        return [
            self._request("io", tag, lun, block, DATA_OUT if write else DATA_IN, gpa, sectors * scsi.SECTOR)
        ]

    def asks_about_disks(self, transaction: int) -> bool:
        """Whether the answer to a request comes into the driver's own page, at least in part."""
        return self.waiting.get(transaction, _NOBODY)[0] in ("luns", "inquiry", "capacity")

    def completed(self, transaction: int, payload: bytes, buffer: bytes = b"") -> list[Effect]:
        """A completion from the ring; `buffer` is what the driver's own page holds now, if it asked about disks."""
        what, number = self.waiting.pop(transaction, _NOBODY)
        if not what:
            return []
        size = protocol.packet_size(self.version)
        if len(payload) < size:
            return self._unreadable(what, number, buffer)
        status, srb_status, block = protocol.read_outcome[size](payload)
        good = status == 0 and srb_status == SRB_SUCCESS
        if what == "io":
            return [Done(number, "ok" if good else _failure(srb_status, block))]
        if what == "init":
            return self._initialized(status)
        if what == "reset":
            return []
        return self._found(what, number, good, buffer)

    def announced(self, payload: bytes) -> list[Effect]:
        """A packet that was not asked for: if it says that disks came or went, look for them anew."""
        if len(payload) < protocol.PACKET_HEADER.size:
            return []
        if protocol.PACKET_HEADER.unpack(payload)["operation"] != ENUMERATE_BUS:
            return []
        if self.step != "ready":
            self.changed = True
            return []
        return [self._look_for_disks()]

    def expired(self, transaction: int) -> list[Effect]:
        """A request was not answered in time: it has failed, and the disk is reset. A late answer finds nobody."""
        what, number = self.waiting.pop(transaction, _NOBODY)
        if what == "io":
            return [Done(number, "timeout"), self._plain(RESET_LUN, what="reset")]
        if what == "init":
            return [Failed("no answer")]
        if what in ("", "reset"):
            return []
        return self._found(what, number, False, b"")

    def _unreadable(self, what: str, number: int, buffer: bytes) -> list[Effect]:
        """A completion that is too short to say anything: what was asked for has failed."""
        if what == "io":
            return [Done(number, "error")]
        if what == "init":
            return [Failed("a completion that is cut short")]
        if what == "reset":
            return []
        return self._found(what, number, False, buffer)

    # -- initialization ---------------------------------------------------------------------

    def _plain(self, operation: int, body: bytes = b"", what: str = "init") -> SendPacket:
        transaction = self.next_transaction
        self.next_transaction += 1
        self.waiting[transaction] = (what, 0)
        size = protocol.packet_size(self.version or self.versions[0])
        return SendPacket(transaction, protocol.build(operation, size, body, wants_completion=True))

    def _ask_version(self) -> SendPacket:
        version = self.versions[self.proposal]
        return self._plain(QUERY_PROTOCOL_VERSION, protocol.PROTOCOL_VERSION.pack(major_minor=version))

    def _initialized(self, status: int) -> list[Effect]:
        if self.step == "version" and status == STATUS_REVISION_MISMATCH:
            self.proposal += 1
            if self.proposal < len(self.versions):
                return [self._ask_version()]
            return [Failed("no common storage version")]
        if status:
            return [Failed(f"status 0x{status:08x}")]
        if self.step == "version":
            self.version = self.versions[self.proposal]
        self.step = _STEPS[_STEPS.index(self.step) + 1]
        if self.step == "version":
            return [self._ask_version()]
        if self.step == "properties":
            return [self._plain(QUERY_PROPERTIES)]
        if self.step == "end":
            return [self._plain(END_INITIALIZATION)]
        return [self._look_for_disks()]

    # -- finding the disks --------------------------------------------------------------------

    def _look_for_disks(self) -> SendPacket:
        self.step, self.changed, self.found = "luns", False, {}
        block = scsi.simple(scsi.REPORT_LUNS, scsi.LUN_LIST_SIZE)
        return self._request("luns", 0, 0, block, DATA_IN, self.buffer_gpa, scsi.LUN_LIST_SIZE)

    def _found(self, what: str, lun: int, good: bool, buffer: bytes) -> list[Effect]:
        if what == "luns":
            self.luns = scsi.read_luns(buffer) if good else []
            self.step = "inquiry"
        elif what == "inquiry":
            if good and buffer[0] == 0:
                return [
                    self._request(
                        "capacity", lun, lun, scsi.simple(scsi.READ_CAPACITY), DATA_IN, self.buffer_gpa, 8
                    )
                ]
        elif what == "capacity" and good:
            last = int.from_bytes(buffer[:4], "big")
            if last == scsi.SHORT_ADDRESSES - 1:  # more than four bytes can say
                block = scsi.simple(scsi.SERVICE_ACTION_IN_16, 32)
                return [self._request("capacity16", lun, lun, block, DATA_IN, self.buffer_gpa, 32)]
            self.found[lun] = last + 1
        elif what == "capacity16" and good:
            self.found[lun] = int.from_bytes(buffer[:8], "big") + 1
        if self.luns:
            lun = self.luns.pop(0)
            return [
                self._request(
                    "inquiry", lun, lun, scsi.simple(scsi.INQUIRY, 36), DATA_IN, self.buffer_gpa, 36
                )
            ]
        if self.changed:
            return [self._look_for_disks()]
        again, self.ready = self.ready, True
        self.step, self.disks = "ready", self.found
        return [Ready(dict(self.disks), again)]

    def _request(
        self, what: str, number: int, lun: int, block: bytes, direction: int, gpa: int, length: int
    ) -> SendPacket:
        transaction = self.next_transaction
        self.next_transaction += 1
        self.waiting[transaction] = (what, number)
        payload = request(protocol.packet_size(self.version), lun, block, direction, length)
        return SendPacket(transaction, payload, gpa, length)


def request(size: int, lun: int, block: bytes, direction: int, length: int) -> bytes:
    """The storage packet of `size` bytes that asks a logical unit to execute a command block."""
    return protocol.REQUEST_PACKETS[size].pack(
        operation=EXECUTE_SRB,
        flags=1,
        length=size - protocol.PACKET_HEADER.size,
        lun=lun,
        cdb_length=len(block),
        sense_length=18,
        data_in=direction if length else NO_DATA,
        transfer_length=length,
        cdb=block,
    )


def _failure(srb_status: int, sensed: bytes) -> str:
    """Why a request failed, as far as its sense data says (it lies where the command block was)."""
    known = srb_status & SRB_AUTOSENSE and sensed[2] & 0x0F == scsi.SENSE_MEDIUM_ERROR
    return "medium" if known else "error"
