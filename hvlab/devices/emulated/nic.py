"""The emulated legacy network adapter, a DEC 21140: registers, and descriptors in the guest's memory.

A pure state machine behind a memory that the worker process lends it for the
time of an access, as a real adapter reads and writes memory by itself. Every
access to a register here has cost the guest one exit and one intercept. Where
the registers lie, and that the address stands in the boot ROM's port, are the
lab's choices (a real board's come from its PCI configuration space and serial ROM).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from hvlab.kernel import Field, Layout

BUS_MODE, TRANSMIT_POLL, RECEIVE_POLL, RECEIVE_LIST, TRANSMIT_LIST, STATUS, OPERATION, ENABLE = range(8)
ROM_PORT, ROM_ADDRESS = 9, 10
REGISTERS = (*range(8), ROM_PORT, ROM_ADDRESS)
REGISTER_NAMES = {
    BUS_MODE: "CSR0 bus mode",
    TRANSMIT_POLL: "CSR1 transmit poll demand",
    RECEIVE_POLL: "CSR2 receive poll demand",
    RECEIVE_LIST: "CSR3 receive list",
    TRANSMIT_LIST: "CSR4 transmit list",
    STATUS: "CSR5 status",
    OPERATION: "CSR6 operation mode",
    ENABLE: "CSR7 interrupt enable",
    ROM_PORT: "CSR9 boot ROM",
    ROM_ADDRESS: "CSR10 boot ROM address",
}
STRIDE = 8
BASES = (0xEC00, 0xEC80, 0xED00, 0xED80)
LINES = (9, 10, 11, 5)
"""I/O base and interrupt line of a machine's first to fourth legacy adapter."""

SENT, NO_RECEIVE_BUFFER, RECEIVED, BUS_ERROR = 1 << 0, 1 << 7, 1 << 6, 1 << 13
NORMAL, ABNORMAL = 1 << 16, 1 << 15
NORMAL_REASONS = SENT | RECEIVED
REASONS = NORMAL_REASONS | NO_RECEIVE_BUFFER | BUS_ERROR
START_RECEIVE, START_TRANSMIT = 1 << 1, 1 << 13
RESET, ROM_READ = 1, 1 << 14 | 1 << 12

OWNED_BY_DEVICE = 1 << 31
LAST, FIRST, END_OF_RING, SETUP = 1 << 30, 1 << 29, 1 << 25, 1 << 27
RECEIVED_WHOLE = 1 << 9 | 1 << 8
SIZE_MASK = 0x7FF
FRAME_CHECK = 4
"""The length that the device reports counts the frame's checksum."""

DESCRIPTOR = Layout(
    "Dec21140Descriptor",
    Field("status", "u32", shown="hex"),
    Field("control", "u32", shown="hex"),
    Field("buffer", "u32", shown="hex"),
    Field("second_buffer", "u32", shown="hex"),
)


class Memory(Protocol):
    """The guest's memory, as a device on its board reaches it. LookupError where there is none."""

    def read(self, gpa: int, count: int) -> bytes:
        """Bytes of it."""

    def write(self, gpa: int, data: bytes) -> None:
        """Change bytes of it."""


@dataclass(frozen=True)
class Frame:
    """The guest sends a frame."""

    data: bytes


@dataclass(frozen=True)
class Interrupt:
    """Raise the adapter's line."""


Effect = Frame | Interrupt


@dataclass
class LegacyNic:
    """One adapter. `linked`: it is connected to a switch."""

    mac: bytes
    linked: bool
    status: int = 0
    operation: int = 0
    enabled: int = 0
    receive_list: int = 0
    transmit_list: int = 0
    receive_at: int = 0
    transmit_at: int = 0
    rom_address: int = 0
    rom_data: int = 0
    frames_in: int = 0
    frames_out: int = 0
    no_room: int = 0

    def read_register(self, number: int) -> int:
        """IN from a register."""
        values = {STATUS: self.status, OPERATION: self.operation, ENABLE: self.enabled,
                  RECEIVE_LIST: self.receive_list, TRANSMIT_LIST: self.transmit_list,
                  ROM_PORT: self.rom_data, ROM_ADDRESS: self.rom_address}  # fmt: skip
        return values.get(number, 0)

    def write_register(self, number: int, value: int, memory: Memory) -> list[Effect]:
        """OUT to a register."""
        if number == BUS_MODE and value & RESET:
            self.status = self.operation = self.enabled = 0
        elif number == RECEIVE_LIST:
            self.receive_list = self.receive_at = value & ~3
        elif number == TRANSMIT_LIST:
            self.transmit_list = self.transmit_at = value & ~3
        elif number == STATUS:
            # The line is up as long as there is a reason: one that came after the guest had looked is told again.
            left, self.status = self.status & ~value & REASONS, 0
            return self._raise(left) if left else []
        elif number == OPERATION:
            self.operation = value
        elif number == ENABLE:
            self.enabled = value
        elif number == ROM_ADDRESS:
            self.rom_address = value
        elif number == ROM_PORT and value & ROM_READ == ROM_READ:
            self.rom_data = self.mac[self.rom_address] if self.rom_address < len(self.mac) else 0xFF
        elif number == TRANSMIT_POLL and self.operation & START_TRANSMIT:
            return self._transmit(memory)
        return []

    def _transmit(self, memory: Memory) -> list[Effect]:
        """Send what the ring of transmit descriptors holds, up to the first that is not the device's."""
        effects: list[Effect] = []
        try:
            while True:
                entry = DESCRIPTOR.unpack(memory.read(self.transmit_at, DESCRIPTOR.size))
                if not entry["status"] & OWNED_BY_DEVICE:
                    break
                control = entry["control"]
                if not control & SETUP and self.linked:
                    self.frames_out += 1
                    effects.append(Frame(memory.read(entry["buffer"], control & SIZE_MASK)))
                memory.write(self.transmit_at, bytes(4))
                self.transmit_at = self._after(self.transmit_at, control, self.transmit_list)
                effects += self._raise(SENT)
        except LookupError:
            effects += self._raise(BUS_ERROR)
        return effects

    def receive(self, data: bytes, memory: Memory) -> list[Effect]:
        """A frame from the switch: into the next receive descriptor, or dropped where there is none."""
        wanted = data[:6] == self.mac or data[0] & 1
        if not self.operation & START_RECEIVE or not self.linked or not wanted:
            return []
        try:
            entry = DESCRIPTOR.unpack(memory.read(self.receive_at, DESCRIPTOR.size))
            control = entry["control"]
            if not entry["status"] & OWNED_BY_DEVICE or control & SIZE_MASK < len(data):
                self.no_room += 1
                return self._raise(NO_RECEIVE_BUFFER)
            memory.write(entry["buffer"], data)
            status = (len(data) + FRAME_CHECK) << 16 | RECEIVED_WHOLE
            memory.write(self.receive_at, status.to_bytes(4, "little"))
        except LookupError:
            return self._raise(BUS_ERROR)
        self.frames_in += 1
        self.receive_at = self._after(self.receive_at, control, self.receive_list)
        return self._raise(RECEIVED)

    def _after(self, place: int, control: int, first: int) -> int:
        return first if control & END_OF_RING else place + DESCRIPTOR.size

    def _raise(self, bits: int) -> list[Effect]:
        """Note what happened; the line goes up when the first enabled reason appears."""
        before = self.status & self.enabled
        self.status |= bits
        if self.status & REASONS & ~NORMAL_REASONS:
            self.status |= ABNORMAL
        if self.status & NORMAL_REASONS:
            self.status |= NORMAL
        return [Interrupt()] if self.status & self.enabled and not before else []


def port_of(adapter: int, register: int) -> int:
    """The I/O port of a register of a machine's adapter (0 to 3)."""
    return BASES[adapter] + register * STRIDE


def place_of(port: int) -> tuple[int, int] | None:
    """Which adapter's which register a port is, or None."""
    return _PLACES.get(port)


_PLACES = {
    port_of(adapter, register): (adapter, register) for adapter in range(len(BASES)) for register in REGISTERS
}
