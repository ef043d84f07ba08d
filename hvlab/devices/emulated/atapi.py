"""The emulated secondary IDE channel with its DVD drives: command packets of twelve bytes, answers by PIO.

A pure state machine like the primary channel: the worker process feeds it port
accesses, and reads the discs that the effects ask for. On a real host, too, DVD
drives are reached this way only: no synthetic device stands beside them (Linux's
ata_piix driver leaves the disks to the synthetic path and keeps the DVD drives).
Registers and packets as ATA/ATAPI-4 and MMC describe them (general knowledge).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hvlab.devices.emulated.ide import Interrupt

DATA, ERROR, REASON, _, BYTES_LOW, BYTES_HIGH, DRIVE, COMMAND = range(0x170, 0x178)
CONTROL = 0x376
PORTS = (*range(0x170, 0x178), CONTROL)
IRQ = 15
SECTOR = 2048
PACKET_SIZE = 12

PACKET, IDENTIFY_PACKET = 0xA0, 0xA1
TEST_UNIT_READY, REQUEST_SENSE, INQUIRY, START_STOP = 0x00, 0x03, 0x12, 0x1B
READ_CAPACITY, READ_10, READ_12 = 0x25, 0x28, 0xA8
NAMES = {READ_10: "PACKET READ (10)", READ_12: "PACKET READ (12)"}
BUSY, DRIVE_READY, DATA_REQUEST, FAILED = 0x80, 0x40, 0x08, 0x01
COMMAND_PHASE, TO_HOST, DONE = 0x01, 0x02, 0x03
"""The interrupt reason register: a packet is wanted, data can be read, the command has ended."""
NOT_READY, MEDIUM_ERROR, ILLEGAL_REQUEST, UNIT_ATTENTION = 0x02, 0x03, 0x05, 0x06
NO_MEDIUM, READ_ERROR, BAD_COMMAND, OUT_OF_RANGE, MEDIUM_CHANGED = 0x3A, 0x11, 0x20, 0x21, 0x28


@dataclass(frozen=True)
class FetchDisc:
    """Read sectors of 2048 bytes of the disc in a drive; answer with `fetched`."""

    unit: int
    code: int
    lba: int
    sectors: int


Effect = FetchDisc | Interrupt


@dataclass
class DvdDrive:
    """One drive: the sectors of its disc (0: it is empty), and what REQUEST SENSE will say."""

    sectors: int = 0
    changed: bool = False
    sense: tuple[int, int] = (0, 0)


@dataclass
class AtapiChannel:
    """The secondary channel. `drives`: master and slave, None where there is none."""

    drives: list[DvdDrive | None] = field(default_factory=lambda: [None, None])
    status: int = DRIVE_READY
    error: int = 0
    reason: int = DONE
    drive: int = 0
    command: int = 0
    buffer: bytes = b""

    @property
    def unit(self) -> int:
        """The drive that the drive register selects."""
        return self.drive >> 4 & 1

    @property
    def selected(self) -> DvdDrive | None:
        """That drive, if there is one."""
        return self.drives[self.unit]

    def insert(self, unit: int, sectors: int) -> None:
        """Another disc lies in a drive, or none (0 sectors)."""
        drive = self.drives[unit]
        if drive is not None:
            drive.sectors, drive.changed = sectors, bool(sectors)

    def write(self, port: int, value: int) -> list[Effect]:
        """OUT to a register; while the drive is busy it takes none."""
        if self.status & BUSY:
            return []
        if port == DRIVE:
            self.drive = value & 0xFF
        elif port == COMMAND and self.selected is not None:
            return self._start(value & 0xFF)
        return []

    def read(self, port: int) -> int:
        """IN from a register."""
        drive = self.selected
        if port in (COMMAND, CONTROL):
            return self.status if drive is not None else 0
        moved = min(len(self.buffer), SECTOR)
        values = {ERROR: self.error, REASON: self.reason, DRIVE: self.drive,
                  BYTES_LOW: moved & 0xFF, BYTES_HIGH: moved >> 8}  # fmt: skip
        return values.get(port, 0xFF)

    def _start(self, command: int) -> list[Effect]:
        self.command, self.error = command, 0
        if command == PACKET:
            self.status, self.reason = DRIVE_READY | DATA_REQUEST, COMMAND_PHASE
            return []
        if command == IDENTIFY_PACKET:
            identity = bytearray(512)
            identity[0:2] = (0x8580).to_bytes(
                2, "little"
            )  # a removable CD-ROM device with packets of 12 bytes
            return self._give(bytes(identity))
        self.error, self.status, self.reason = 0x04, DRIVE_READY | FAILED, DONE
        return [Interrupt()]

    def give(self, packet: bytes) -> list[Effect]:
        """REP OUTSW of a command packet."""
        drive = self.selected
        if drive is None or self.reason != COMMAND_PHASE or len(packet) < PACKET_SIZE:
            return []
        code = packet[0]
        if code == REQUEST_SENSE:
            key, detail = drive.sense
            drive.sense = (0, 0)
            sense = bytes([0x70, 0, key, 0, 0, 0, 0, 10, 0, 0, 0, 0, detail]).ljust(18, b"\0")
            return self._give(sense[: packet[4]])
        if code == INQUIRY:
            head = bytes([0x05, 0x80, 0, 0x21, 31, 0, 0, 0])
            return self._give((head + b"Msft    Virtual CD/ROM  1.0 ")[: packet[4]])
        if drive.changed:
            drive.changed = False
            return self._check(UNIT_ATTENTION, MEDIUM_CHANGED)
        if not drive.sectors:
            return self._check(NOT_READY, NO_MEDIUM)
        if code in (TEST_UNIT_READY, START_STOP):
            return self._done()
        if code == READ_CAPACITY:
            return self._give((drive.sectors - 1).to_bytes(4, "big") + SECTOR.to_bytes(4, "big"))
        if code not in (READ_10, READ_12):
            return self._check(ILLEGAL_REQUEST, BAD_COMMAND)
        lba = int.from_bytes(packet[2:6], "big")
        sectors = int.from_bytes(packet[7:9] if code == READ_10 else packet[6:10], "big")
        if lba + sectors > drive.sectors:
            return self._check(ILLEGAL_REQUEST, OUT_OF_RANGE)
        if not sectors:
            return self._done()
        self.status = BUSY
        return [FetchDisc(self.unit, code, lba, sectors)]

    def take(self, size: int) -> tuple[bytes, list[Effect]]:
        """REP INSW: so many bytes of the answer; an interrupt announces the next sector, or the end."""
        if not self.status & DATA_REQUEST or self.reason != TO_HOST:
            return b"\xff" * size, []
        data, self.buffer = self.buffer[:size], self.buffer[size:]
        return data.ljust(size, b"\0"), [Interrupt()] if self.buffer else self._done()

    def fetched(self, data: bytes | None) -> list[Effect]:
        """The disc has given the sectors, or cannot be read (None)."""
        return self._check(MEDIUM_ERROR, READ_ERROR) if data is None else self._give(data)

    def _give(self, data: bytes) -> list[Effect]:
        self.buffer = data
        self.status, self.reason = DRIVE_READY | DATA_REQUEST, TO_HOST
        return [Interrupt()]

    def _done(self) -> list[Effect]:
        self.status, self.reason = DRIVE_READY, DONE
        return [Interrupt()]

    def _check(self, key: int, detail: int) -> list[Effect]:
        drive = self.selected
        assert drive is not None
        drive.sense = (key, detail)
        self.error, self.status, self.reason = key << 4, DRIVE_READY | FAILED, DONE
        return [Interrupt()]


def packet(code: int, lba: int = 0, sectors: int = 0, room: int = 0) -> bytes:
    """A command packet."""
    if code == READ_10:
        return bytes([code, 0]) + lba.to_bytes(4, "big") + b"\0" + sectors.to_bytes(2, "big") + bytes(3)
    return bytes([code, 0, 0, 0, room]).ljust(PACKET_SIZE, b"\0")
