"""Intercept messages: what the hypervisor tells the parent when a child does something it must not.

The payloads are those of TLFS 2.0 chapter 16; only what the simulation uses of
the processor's state is filled in.
"""

from __future__ import annotations

from typing import NamedTuple

from hvlab.kernel import Field, Layout

UNMAPPED_GPA = 0x80000000
IO_PORT, MSR, CPUID = 0x80010000, 0x80010001, 0x80010002
INTERCEPT_NAMES = {UNMAPPED_GPA: "UnmappedGpa", IO_PORT: "X64IoPort", MSR: "X64Msr", CPUID: "X64Cpuid"}

READ, WRITE = 0, 1

_HEADER = (
    Field("vp_index", "u32"),
    Field("instruction_length", "u8", shown="hex"),
    Field("access_type", "u8", names={0: "read", 1: "write", 2: "execute"}),
    Field("execution_state", "u16", shown="hex"),
    Field("cs", "bytes", 16),
    Field("rip", "u64", shown="hex"),
    Field("rflags", "u64", shown="hex"),
)

IO_PORT_MESSAGE = Layout(
    "IoPortIntercept",
    *_HEADER,
    Field("port", "u16", shown="hex"),
    Field(
        "access_info",
        "u8",
        flags={1: "1 byte", 2: "2 bytes", 4: "4 bytes", 8: "string", 16: "rep"},
        shown="hex",
    ),
    Field("instruction_byte_count", "u8"),
    Field("_reserved", "u32"),
    Field("rax", "u64", shown="hex"),
    Field("instruction_bytes", "bytes", 16),
    Field("ds", "bytes", 16),
    Field("es", "bytes", 16),
    Field("rcx", "u64"),
    Field("rsi", "u64", shown="hex"),
    Field("rdi", "u64", shown="hex"),
)

MEMORY_MESSAGE = Layout(
    "MemoryIntercept",
    *_HEADER,
    Field("cache_type", "u32"),
    Field("instruction_byte_count", "u8"),
    Field("memory_access_info", "u8", shown="hex"),
    Field("_reserved", "u16"),
    Field("guest_virtual_address", "u64", shown="hex"),
    Field("guest_physical_address", "u64", shown="hex"),
    Field("instruction_bytes", "bytes", 16),
)

STRING, REP = 8, 16

_port_message = IO_PORT_MESSAGE.struct.pack


def port_message(
    vp: int,
    length: int,
    write: bool,
    port: int,
    info: int,
    rax: int,
    rcx: int = 0,
    rsi: int = 0,
    rdi: int = 0,
) -> bytes:
    """IO_PORT_MESSAGE with what is filled in of it: the most frequent message of all while a guest boots."""
    access, none = WRITE if write else READ, b""
    return _port_message(
        vp, length, access, 0, none, 0, 0, port, info, 0, 0, rax, none, none, none, rcx, rsi, rdi
    )


class PortAccess(NamedTuple):
    """What a device's model needs of IO_PORT_MESSAGE, in the layout's order and under its names."""

    vp_index: int
    access_type: int
    port: int
    access_info: int
    rax: int
    rcx: int
    rsi: int
    rdi: int


_port_access = IO_PORT_MESSAGE.reader(*PortAccess._fields)


def port_access(message: bytes) -> PortAccess:
    """What a port access was."""
    return PortAccess._make(_port_access(message))


SYNIC_MESSAGE = Layout(
    "SynicMessage",
    Field("message_type", "u32", names={1: "VMBus", **INTERCEPT_NAMES}, shown="hex"),
    Field("payload_size", "u8"),
    Field("flags", "u8", flags={1: "MessagePending"}),
    Field("_reserved", "u16"),
    Field("sender", "u64", shown="hex"),
    Field("payload", "bytes", 240),
)
"""One of the 16 slots of a SIM page: 256 bytes, one a SINT."""

_slot, slot_content = (
    SYNIC_MESSAGE.struct.pack,
    SYNIC_MESSAGE.reader("message_type", "payload_size", "sender", "payload"),
)


def slot(kind: int, payload: bytes, pending: bool, sender: int) -> bytes:
    """The bytes of a slot with a message in it; `pending` says whether more are waiting."""
    return _slot(kind, len(payload), pending, 0, sender, payload)
