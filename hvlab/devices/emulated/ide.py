"""The emulated primary IDE channel with its two disks: task-file registers and PIO, as a 1990s driver expects.

A pure state machine: the worker process feeds it port accesses that the
hypervisor intercepted, and does the disk work that the effects ask for. Every
access here has cost the guest one exit.
"""

from __future__ import annotations

from dataclasses import dataclass

DATA, ERROR, COUNT, LBA_LOW, LBA_MIDDLE, LBA_HIGH, DRIVE, COMMAND = range(0x1F0, 0x1F8)
CONTROL = 0x3F6
PORTS = (*range(0x1F0, 0x1F8), CONTROL)
IRQ = 14
SECTOR = 512
REACH = (1 << 28) - 1
"""How many sectors an address of 28 bits reaches, as such a drive counts them: 128 GB."""

READ_SECTORS, WRITE_SECTORS, IDENTIFY = 0x20, 0x30, 0xEC
COMMAND_NAMES = {READ_SECTORS: "READ SECTORS", WRITE_SECTORS: "WRITE SECTORS", IDENTIFY: "IDENTIFY DEVICE"}
BUSY, DRIVE_READY, SEEK_DONE, DATA_REQUEST, FAILED = 0x80, 0x40, 0x10, 0x08, 0x01
ABORTED, NOT_FOUND, UNCORRECTABLE = 0x04, 0x10, 0x40
IDLE_STATUS = DRIVE_READY | SEEK_DONE


@dataclass(frozen=True)
class Fetch:
    """Read sectors from the disk; answer with `fetched`."""

    unit: int
    lba: int
    sectors: int


@dataclass(frozen=True)
class Store:
    """Write sectors to the disk; answer with `stored`."""

    unit: int
    lba: int
    data: bytes


@dataclass(frozen=True)
class Interrupt:
    """Raise the channel's interrupt line."""


Effect = Fetch | Store | Interrupt


@dataclass
class IdeChannel:
    """The primary channel. `sizes` are the sectors of its two disks (master, slave), 0 where there is none."""

    sizes: tuple[int, int]
    status: int = IDLE_STATUS
    error: int = 0
    count: int = 0
    lba: int = 0
    drive: int = 0
    command: int = 0
    buffer: bytes = b""
    collected: bytes = b""

    @property
    def unit(self) -> int:
        """The disk that the drive register selects: 0 is the master, 1 the slave."""
        return self.drive >> 4 & 1

    @property
    def sectors(self) -> int:
        """The selected disk's size."""
        return self.sizes[self.unit]

    def write(self, port: int, value: int) -> list[Effect]:
        """OUT to a register; while the drive is busy it takes none."""
        if self.status & BUSY:
            return []
        if port == COUNT:
            self.count = value & 0xFF
        elif LBA_LOW <= port <= LBA_HIGH:
            shift = 8 * (port - LBA_LOW)
            self.lba = self.lba & ~(0xFF << shift) | (value & 0xFF) << shift
        elif port == DRIVE:
            self.drive = value & 0xFF
            self.lba = self.lba & 0x00FFFFFF | (value & 0x0F) << 24
        elif port == COMMAND:
            return self._start(value & 0xFF)
        return []

    def read(self, port: int) -> int:
        """IN from a register."""
        if port in (COMMAND, CONTROL):
            if not self.sectors:
                return 0  # nothing drives the bus: no drive
            return self.status
        values = {
            ERROR: self.error,
            COUNT: self.count,
            LBA_LOW: self.lba & 0xFF,
            LBA_MIDDLE: self.lba >> 8 & 0xFF,
            LBA_HIGH: self.lba >> 16 & 0xFF,
            DRIVE: self.drive,
        }
        return values.get(port, 0xFF)

    def _start(self, command: int) -> list[Effect]:
        if not self.sectors:
            return []
        self.command = command
        self.error = 0
        sectors = self.count or 256
        if command == IDENTIFY:
            self.buffer = self._identity()
            self.status = IDLE_STATUS | DATA_REQUEST
            return [Interrupt()]
        if command not in (READ_SECTORS, WRITE_SECTORS):
            return self._fail(ABORTED)
        if self.lba + sectors > self.sectors:
            return self._fail(NOT_FOUND)
        if command == READ_SECTORS:
            self.status = BUSY
            return [Fetch(self.unit, self.lba, sectors)]
        self.collected = b""
        self.status = IDLE_STATUS | DATA_REQUEST
        return []

    def _fail(self, error: int) -> list[Effect]:
        self.error = error
        self.status = IDLE_STATUS | FAILED
        return [Interrupt()]

    def fetched(self, data: bytes | None, damaged: bool = False) -> list[Effect]:
        """The disk has given the sectors, or failed (None); `damaged`: they cannot be read any more."""
        if data is None:
            return self._fail(UNCORRECTABLE if damaged else NOT_FOUND)
        self.buffer = data
        self.status = IDLE_STATUS | DATA_REQUEST
        return [Interrupt()]

    def stored(self, good: bool) -> list[Effect]:
        """The disk has taken the sectors, or failed."""
        if not good:
            return self._fail(ABORTED)
        self.status = IDLE_STATUS
        return [Interrupt()]

    def take_sector(self) -> tuple[bytes, list[Effect]]:
        """REP INSW of a sector: its bytes; an interrupt announces the next one."""
        if not self._transfers(writes=False):
            return b"\xff" * SECTOR, []
        data, self.buffer = self.buffer[:SECTOR], self.buffer[SECTOR:]
        if self.buffer:
            return data, [Interrupt()]
        self.status = IDLE_STATUS
        return data, []

    def give_sector(self, data: bytes) -> list[Effect]:
        """REP OUTSW of a sector: an interrupt asks for the next one; the last one goes to the disk."""
        if not self._transfers(writes=True):
            return []
        self.collected += data
        if len(self.collected) < (self.count or 256) * SECTOR:
            return [Interrupt()]
        self.status = BUSY
        stored, self.collected = self.collected, b""
        return [Store(self.unit, self.lba, stored)]

    def _transfers(self, writes: bool) -> bool:
        """Whether the drive expects data to be moved in that direction."""
        return bool(self.status & DATA_REQUEST) and (self.command == WRITE_SECTORS) == writes

    def _identity(self) -> bytes:
        words = bytearray(SECTOR)
        words[54:94] = _swapped("Virtual HD".ljust(40))
        words[98:100] = (0x200).to_bytes(2, "little")  # LBA is supported
        words[120:124] = min(self.sectors, REACH).to_bytes(4, "little")
        return bytes(words)


def _swapped(text: str) -> bytes:
    """ATA strings have the two bytes of each word exchanged."""
    raw = text.encode("ascii")
    return b"".join(raw[at + 1 : at + 2] + raw[at : at + 1] for at in range(0, len(raw), 2))
