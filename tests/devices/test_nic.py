"""The emulated legacy adapter: registers, descriptor rings in a plain memory, its line, and what it refuses."""

from __future__ import annotations

import pytest

from hvlab.devices.emulated import nic
from hvlab.devices.emulated.nic import Frame, Interrupt, LegacyNic

MAC = bytes.fromhex("00155d0a0a05")
DATA = MAC + bytes(range(54))
RX, TX, BUFFERS = 0x100, 0x200, 0x1000
ENABLED = nic.REASONS | nic.NORMAL | nic.ABNORMAL


class Memory:
    """16 KiB from address 0."""

    def __init__(self) -> None:
        self.bytes = bytearray(16 << 10)

    def read(self, gpa: int, count: int) -> bytes:
        """Bytes of it."""
        if gpa + count > len(self.bytes):
            raise LookupError
        return bytes(self.bytes[gpa : gpa + count])

    def write(self, gpa: int, data: bytes) -> None:
        """Change bytes of it."""
        if gpa + len(data) > len(self.bytes):
            raise LookupError
        self.bytes[gpa : gpa + len(data)] = data

    def entry(self, gpa: int, status: int, control: int, buffer: int) -> None:
        """Write a descriptor."""
        self.write(gpa, nic.DESCRIPTOR.pack(status=status, control=control, buffer=buffer))

    def status(self, gpa: int) -> int:
        """A descriptor's first word."""
        return int.from_bytes(self.read(gpa, 4), "little")


@pytest.fixture
def memory() -> Memory:
    """Two receive descriptors for the device, two transmit descriptors for the guest."""
    made = Memory()
    for index in (0, 1):
        end = nic.END_OF_RING if index else 0
        made.entry(RX + 16 * index, nic.OWNED_BY_DEVICE, end | 1536, BUFFERS + 0x800 * index)
        made.entry(TX + 16 * index, 0, end, BUFFERS + 0x1000 + 0x800 * index)
    return made


def started(memory: Memory, enabled: int = ENABLED) -> LegacyNic:
    """An adapter that the guest has set up."""
    device = LegacyNic(MAC, True)
    for register, value in (
        (nic.BUS_MODE, nic.RESET),
        (nic.RECEIVE_LIST, RX),
        (nic.TRANSMIT_LIST, TX),
        (nic.ENABLE, enabled),
        (nic.OPERATION, nic.START_RECEIVE | nic.START_TRANSMIT),
    ):
        assert device.write_register(register, value, memory) == []
    return device


def give(memory: Memory, index: int, data: bytes, control: int = 0) -> None:
    """Put a frame into a transmit descriptor and hand it to the device."""
    end = nic.END_OF_RING if index else 0
    buffer = BUFFERS + 0x1000 + 0x800 * index
    memory.write(buffer, data)
    memory.entry(TX + 16 * index, nic.OWNED_BY_DEVICE, end | control | len(data), buffer)


def test_registers_lie_where_ports_say() -> None:
    ports = [nic.port_of(adapter, register) for adapter in range(4) for register in nic.REGISTERS]
    assert len(ports) == len(set(ports)) == 40 and ports[0] == 0xEC00 and ports[5] == 0xEC28
    assert [nic.place_of(port) for port in ports] == [(a, r) for a in range(4) for r in nic.REGISTERS]
    assert (
        nic.place_of(0x1F0) is None and nic.place_of(0xEC04) is None and nic.place_of(0xEC00 + 8 * 8) is None
    )


def test_the_address_is_read_byte_by_byte(memory: Memory) -> None:
    device = LegacyNic(MAC, True)
    found = b""
    for place in range(6):
        device.write_register(nic.ROM_ADDRESS, place, memory)
        device.write_register(nic.ROM_PORT, nic.ROM_READ, memory)
        found += bytes([device.read_register(nic.ROM_PORT)])
    assert found == MAC
    device.write_register(nic.ROM_ADDRESS, 6, memory)
    device.write_register(nic.ROM_PORT, nic.ROM_READ, memory)
    assert device.read_register(nic.ROM_PORT) == 0xFF


def test_frames_go_out_in_the_rings_order_and_descriptors_come_back(memory: Memory) -> None:
    device = started(memory)
    give(memory, 0, DATA)
    give(memory, 1, DATA + b"more")
    assert device.write_register(nic.TRANSMIT_POLL, 1, memory) == [
        Frame(DATA), Interrupt(), Frame(DATA + b"more")
    ]  # fmt: skip
    assert memory.status(TX) == memory.status(TX + 16) == 0 and device.transmit_at == TX
    assert device.read_register(nic.STATUS) == nic.SENT | nic.NORMAL
    assert device.write_register(nic.TRANSMIT_POLL, 1, memory) == []


def test_a_setup_frame_is_no_frame(memory: Memory) -> None:
    device = started(memory)
    give(memory, 0, bytes(192), nic.SETUP)
    assert device.write_register(nic.TRANSMIT_POLL, 1, memory) == [Interrupt()]


def test_a_frame_comes_in_with_its_length(memory: Memory) -> None:
    device = started(memory)
    assert device.receive(DATA, memory) == [Interrupt()]
    assert memory.read(BUFFERS, 60) == DATA
    assert memory.status(RX) == 64 << 16 | 0x300, "whole, and four bytes longer for the checksum"
    assert device.receive(DATA, memory) == [], "the line is up already"
    assert device.receive(DATA, memory) == [] and device.no_room == 1
    assert device.status & nic.NO_RECEIVE_BUFFER and device.status & nic.ABNORMAL
    memory.entry(RX, nic.OWNED_BY_DEVICE, 1536, BUFFERS)
    device.receive(DATA, memory)
    assert device.frames_in == 3 and device.receive_at == RX + 16


def test_a_reason_that_came_meanwhile_is_told_again(memory: Memory) -> None:
    device = started(memory)
    give(memory, 0, DATA)
    device.write_register(nic.TRANSMIT_POLL, 1, memory)
    seen = device.read_register(nic.STATUS)
    assert device.receive(DATA, memory) == []
    assert device.write_register(nic.STATUS, seen, memory) == [Interrupt()]
    assert device.read_register(nic.STATUS) == nic.RECEIVED | nic.NORMAL
    assert device.write_register(nic.STATUS, 0xFFFFFFFF, memory) == [] and device.status == 0


@pytest.mark.parametrize(
    ("destination", "taken"),
    [
        (MAC, True),
        (b"\xff" * 6, True),
        (b"\x01\x00\x5e\x00\x00\x01", True),
        (bytes.fromhex("00155d0a0a06"), False),
    ],
)
def test_what_it_takes(memory: Memory, destination: bytes, taken: bool) -> None:
    assert bool(started(memory).receive(destination + bytes(54), memory)) == taken


def test_without_cable_or_before_its_start_nothing_passes(memory: Memory) -> None:
    device = started(memory)
    device.linked = False
    give(memory, 0, DATA)
    assert device.write_register(nic.TRANSMIT_POLL, 1, memory) == [Interrupt()] and device.frames_out == 0
    assert device.receive(DATA, memory) == []
    idle = LegacyNic(MAC, True)
    assert idle.write_register(nic.TRANSMIT_POLL, 1, memory) == [] and idle.receive(DATA, memory) == []


def test_masked_reasons_raise_no_line(memory: Memory) -> None:
    device = started(memory, enabled=0)
    assert device.receive(DATA, memory) == [] and device.status & nic.RECEIVED


@pytest.mark.parametrize("register", [nic.RECEIVE_LIST, nic.TRANSMIT_LIST])
def test_a_ring_outside_the_memory_is_a_bus_error(memory: Memory, register: int) -> None:
    device = started(memory)
    device.write_register(register, 0x7FFFFFF0, memory)
    if register == nic.TRANSMIT_LIST:
        effects = device.write_register(nic.TRANSMIT_POLL, 1, memory)
    else:
        effects = device.receive(DATA, memory)
    assert effects == [Interrupt()] and device.status & nic.BUS_ERROR


def test_a_ring_that_never_ends_cannot_hold_the_device(memory: Memory) -> None:
    device = started(memory)
    for index in range(2):
        give(memory, index, DATA)
    device.write_register(nic.TRANSMIT_POLL, 1, memory)
    assert device.frames_out == 2, "each descriptor is given back once it is sent, so the ring is walked once"
