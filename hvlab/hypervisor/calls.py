"""The hypercall table: names, codes, input structs and status codes, after the TLFS.

A call's input value (64 bits) holds the code in bits 15:0, the fast flag in bit
16, the number of list elements in bits 43:32 and the first element to do in bits
59:48; the result value holds the status in bits 15:0 and the elements done in
bits 43:32. Input structs are those
of TLFS 2.0 where the layout is known from it, of current headers otherwise; the
list that follows the struct of a repeat call is not part of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from hvlab.kernel import Field, Layout


class Status(IntEnum):
    """HV_STATUS values."""

    SUCCESS = 0x0
    INVALID_HYPERCALL_CODE = 0x2
    INVALID_HYPERCALL_INPUT = 0x3
    INVALID_ALIGNMENT = 0x4
    INVALID_PARAMETER = 0x5
    ACCESS_DENIED = 0x6
    INVALID_PARTITION_STATE = 0x7
    OPERATION_DENIED = 0x8
    UNKNOWN_PROPERTY = 0x9
    OUT_OF_RANGE = 0xA
    INSUFFICIENT_MEMORY = 0xB
    PARTITION_TOO_DEEP = 0xC
    INVALID_PARTITION_ID = 0xD
    INVALID_VP_INDEX = 0xE
    NOT_FOUND = 0x10
    INVALID_PORT_ID = 0x11
    INVALID_CONNECTION_ID = 0x12
    INSUFFICIENT_BUFFERS = 0x13
    NOT_ACKNOWLEDGED = 0x14
    INVALID_VP_STATE = 0x15
    INVALID_SYNIC_STATE = 0x18
    OBJECT_IN_USE = 0x19


STATUS = {int(status): f"HV_STATUS_{status.name}" for status in Status}
"""Status names by number, as they are printed."""


class Privilege:
    """Bits of a partition's privilege mask."""

    CREATE_PARTITIONS = 1 << 32
    ACCESS_PARTITION_ID = 1 << 33
    ACCESS_MEMORY_POOL = 1 << 34
    POST_MESSAGES = 1 << 36
    SIGNAL_EVENTS = 1 << 37
    CREATE_PORT = 1 << 38
    CONNECT_PORT = 1 << 39

    ROOT = (1 << 64) - (1 << 32)
    CHILD = POST_MESSAGES | SIGNAL_EVENTS


PORT_TYPES = {1: "message", 2: "event"}
CPU_RESERVE, CPU_CAP, CPU_WEIGHT = 0x20001, 0x20002, 0x20003
PROPERTIES = {CPU_RESERVE: "CpuReserve", CPU_CAP: "CpuCap", CPU_WEIGHT: "CpuWeight"}
"""What each processor of a partition may have: reserve and cap in thousandths of a per cent, and its weight."""
INTERCEPT_TYPES = {0: "IoPort", 1: "Msr", 2: "Cpuid", 3: "Exception"}


def _u64(name: str, shown: str = "dec") -> Field:
    return Field(name, "u64", shown=shown)


def _u32(name: str, shown: str = "dec") -> Field:
    return Field(name, "u32", shown=shown)


CREATE_PARTITION = Layout("HvCallCreatePartition", _u64("flags", "hex"), _u64("proximity_domain"))
PARTITION_ONLY = Layout("HvCallPartition", _u64("partition_id"))
POOL = Layout("HvCallMemoryPool", _u64("partition_id"), _u64("proximity_domain"))
MAP_GPA_PAGES = Layout(
    "HvCallMapGpaPages",
    _u64("partition_id"),
    _u64("target_gpa_page", "hex"),
    Field("map_flags", "u32", flags={1: "read", 2: "write", 4: "execute"}, shown="hex"),
    _u32("_reserved"),
)
CREATE_VP = Layout(
    "HvCallCreateVp", _u64("partition_id"), _u32("vp_index"), _u32("_pad"), _u64("flags", "hex")
)
SET_PROPERTY = Layout(
    "HvCallSetPartitionProperty",
    _u64("partition_id"),
    Field("property_code", "u32", names=PROPERTIES, shown="hex"),
    _u32("_pad"),
    _u64("property_value"),
)
INSTALL_INTERCEPT = Layout(
    "HvCallInstallIntercept",
    _u64("partition_id"),
    Field("access_type", "u32", flags={1: "read", 2: "write", 4: "execute"}, shown="hex"),
    Field("intercept_type", "u32", names=INTERCEPT_TYPES),
    _u64("parameter", "hex"),
)
CREATE_PORT = Layout(
    "HvCallCreatePort",
    _u64("port_partition"),
    _u32("port_id", "hex"),
    Field("port_vtl", "u8"),
    Field("min_connection_vtl", "u8"),
    Field("_pad", "u16"),
    _u64("connection_partition"),
    Field("port_type", "u32", names=PORT_TYPES),
    _u32("_pad2"),
    _u32("target_sint"),
    _u32("target_vp"),
    Field("base_flag_number", "u16"),
    Field("flag_count", "u16"),
    _u32("_reserved"),
    _u64("proximity_domain"),
)
CONNECT_PORT = Layout(
    "HvCallConnectPort",
    _u64("connection_partition"),
    _u32("connection_id", "hex"),
    Field("connection_vtl", "u8"),
    Field("_pad", "bytes", 3),
    _u64("port_partition"),
    _u32("port_id", "hex"),
    _u32("_reserved"),
    Field("connection_type", "u32", names=PORT_TYPES),
    _u32("_pad2"),
    Field("_connection_info", "bytes", 24),
    _u64("proximity_domain"),
)
DELETE_PORT = Layout("HvCallDeletePort", _u64("port_partition"), _u32("port_id", "hex"), _u32("_reserved"))
DISCONNECT_PORT = Layout(
    "HvCallDisconnectPort", _u64("connection_partition"), _u32("connection_id", "hex"), _u32("_reserved")
)
POST_MESSAGE = Layout(
    "HvCallPostMessage",
    _u32("connection_id", "hex"),
    _u32("_reserved"),
    _u32("message_type", "hex"),
    _u32("payload_size"),
    Field("payload", "bytes", 240),
)
SIGNAL_EVENT = Layout(
    "HvCallSignalEvent", _u32("connection_id", "hex"), Field("flag_number", "u16"), Field("_reserved", "u16")
)
SET_VP_REGISTERS = Layout(
    "HvCallSetVpRegisters",
    _u64("partition_id"),
    _u32("vp_index"),
    Field("target_vtl", "u8"),
    Field("_pad", "bytes", 3),
)
REGISTER_VALUE = Layout(
    "RegisterAssoc",
    _u32("register_name", "hex"),
    Field("_pad", "bytes", 12),
    _u64("low", "hex"),
    _u64("high", "hex"),
)


@dataclass(frozen=True)
class Call:
    """A hypercall: its name without `HvCall`, its code, its input struct, and its ways of being made."""

    name: str
    code: int
    layout: Layout
    fast: bool = False
    repeat: bool = False
    privilege: int = 0


def _table(*calls: Call) -> dict[str, Call]:
    return {call.name: call for call in calls}


HYPERCALLS = _table(
    Call("CreatePartition", 0x40, CREATE_PARTITION, privilege=Privilege.CREATE_PARTITIONS),
    Call("InitializePartition", 0x41, PARTITION_ONLY, fast=True),
    Call("FinalizePartition", 0x42, PARTITION_ONLY, fast=True),
    Call("DeletePartition", 0x43, PARTITION_ONLY, fast=True),
    Call("SetPartitionProperty", 0x45, SET_PROPERTY),
    Call("DepositMemory", 0x48, POOL, repeat=True, privilege=Privilege.ACCESS_MEMORY_POOL),
    Call("WithdrawMemory", 0x49, POOL, repeat=True, privilege=Privilege.ACCESS_MEMORY_POOL),
    Call("MapGpaPages", 0x4B, MAP_GPA_PAGES, repeat=True),
    Call("UnmapGpaPages", 0x4C, MAP_GPA_PAGES, repeat=True),
    Call("InstallIntercept", 0x4D, INSTALL_INTERCEPT),
    Call("CreateVp", 0x4E, CREATE_VP),
    Call("SetVpRegisters", 0x51, SET_VP_REGISTERS, repeat=True),
    Call("CreatePort", 0x95, CREATE_PORT, privilege=Privilege.CREATE_PORT),
    Call("DeletePort", 0x58, DELETE_PORT),
    Call("ConnectPort", 0x96, CONNECT_PORT, privilege=Privilege.CONNECT_PORT),
    Call("DisconnectPort", 0x5B, DISCONNECT_PORT),
    Call("PostMessage", 0x5C, POST_MESSAGE, privilege=Privilege.POST_MESSAGES),
    Call("SignalEvent", 0x5D, SIGNAL_EVENT, fast=True, privilege=Privilege.SIGNAL_EVENTS),
)
"""Today's codes; a platform may give other ones (2008: CreatePort 0x57, ConnectPort 0x59)."""


MAXIMUM_REPEAT = 0xFFF
"""As many elements fit into the 12 bits of one call; a longer list takes several calls."""
LONGEST_ENTRY = 50_000
"""How long, in ns, a repeat call keeps a processor at most before it lets interrupts through and goes on (TLFS)."""


FAST = 1 << 16
"""In the input value: the input lies in registers."""


def input_value(code: int, fast: bool, count: int, start: int = 0) -> int:
    """The 64-bit hypercall input value of one call: at most MAXIMUM_REPEAT elements, from `start` on."""
    return code | (FAST if fast else 0) | count << 32 | start << 48


def result_value(status: int, count: int) -> int:
    """The 64-bit hypercall result value; `count` counts from the call's element 0, however often it was entered."""
    return status | count << 32


@dataclass(frozen=True)
class Entry:
    """One entry into the hypervisor for (a part of) a list: the call's elements, where it begins, where it ends.

    `count` is the call's own, `start` its first element to do, `done` the first that is left. Where `done` falls
    short of `count` and nothing failed, the hypervisor has put `done` into the caller's input value as its start and
    left the caller at the same instruction: interrupts come through, and the call goes on by itself.
    """

    count: int
    start: int
    done: int


@lru_cache(1024)
def entries(count: int, start: int, done: int, element: int) -> tuple[Entry, ...]:
    """How a list of `count` elements, each taking `element` ns, is worked off from `start` until `done` are done.

    Always at least one entry. A list of more than MAXIMUM_REPEAT elements is several calls, one after the other.
    """
    step = max(1, LONGEST_ENTRY // element) if element else MAXIMUM_REPEAT
    found: list[Entry] = []
    first = 0
    while True:
        size = min(count - first, MAXIMUM_REPEAT)
        at = max(0, start - first)
        while at < size and (at < done - first or not found):
            until = min(at + step, size, max(done - first, 0))
            found.append(Entry(size, at, until))
            if until == at:
                break
            at = until
        first += size
        if first >= count or first >= done:
            return tuple(found) or (Entry(size, 0, 0),)


def runs_from(runs: Sequence[tuple[int, int]], start: int) -> Sequence[tuple[int, int]]:
    """The pages that are left of a list when the first `start` are done."""
    if not start:
        return runs
    left = []
    for first, count in runs:
        skipped = min(start, count)
        start -= skipped
        if count > skipped:
            left.append((first + skipped, count - skipped))
    return left
