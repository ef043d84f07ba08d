"""Intercept messages: what the hypervisor tells the parent when a child does something it must not.

The payloads are those of TLFS 2.0 chapter 16; only what the simulation uses of
the processor's state is filled in.
"""

from __future__ import annotations

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
