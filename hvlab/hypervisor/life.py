"""What each hypercall does: the life of partitions, their memory, processors, ports, messages and events.

One function a call, in one table. The states in which a call is legal stand in
ALLOWED_STATES, after TLFS 2.0 section 5.2 to 5.4; the caller's privileges are
checked before any of this runs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from hvlab.hypervisor import synic
from hvlab.hypervisor.calls import (
    CPU_CAP,
    CPU_RESERVE,
    CPU_WEIGHT,
    PORT_TYPES,
    PROPERTIES,
    REGISTER_VALUE,
    Call,
    Privilege,
    Status,
)
from hvlab.hypervisor.partition import (
    ACTIVE,
    FINALIZED,
    FINALIZING,
    UNINITIALIZED,
    Partition,
    Port,
    VirtualProcessor,
    give_pages,
    take_pages,
)
from hvlab.hypervisor.results import Result
from hvlab.hypervisor.scheduler import DEFAULT_WEIGHT, Share
from hvlab.hypervisor.synic import Route

if TYPE_CHECKING:
    from hvlab.hypervisor.hypervisor import Hypervisor

Runs = Sequence[tuple[int, int]]
Fields = dict[str, Any]

POOL_PAGES = {"InitializePartition": 16, "CreateVp": 8, "CreatePort": 0, "ConnectPort": 0}
"""Pages a call takes from the target's pool: a teaching model, the real figures are not published."""
PAGES_PER_TABLE = 512
"""One pool page holds the table entries for this many mapped pages (the size of an x64 page table)."""
MAXIMUM_DEPTH = 2
FULL_SHARE, MAXIMUM_WEIGHT = 100_000, 10_000
MAXIMUM_VP_INDEX = 63
ACCESS_NAMES = {0: "rax", 1: "rcx"}

REGISTER_RAX, REGISTER_RCX, REGISTER_RSI, REGISTER_RDI = 0x20000, 0x20001, 0x20006, 0x20007
REGISTER_RIP = 0x20010
REGISTER_EXPLICIT_SUSPEND, REGISTER_INTERCEPT_SUSPEND = 0x0, 0x1
REGISTER_NAMES = {
    REGISTER_RAX: "rax",
    REGISTER_RCX: "rcx",
    REGISTER_RSI: "rsi",
    REGISTER_RDI: "rdi",
    REGISTER_RIP: "rip",
}

KNOWN_REGISTERS = frozenset((REGISTER_EXPLICIT_SUSPEND, REGISTER_INTERCEPT_SUSPEND, *REGISTER_NAMES))
"""Those that SetVpRegisters can set."""

_register = REGISTER_VALUE.reader("register_name", "low")

ALLOWED_STATES: dict[str, tuple[str, ...]] = {
    "InitializePartition": (UNINITIALIZED,),
    "FinalizePartition": (ACTIVE, FINALIZING),
    "DeletePartition": (FINALIZED, UNINITIALIZED),
    "SetPartitionProperty": (ACTIVE,),
    "DepositMemory": (UNINITIALIZED, ACTIVE),
    "WithdrawMemory": (UNINITIALIZED, ACTIVE, FINALIZED),
    "MapGpaPages": (ACTIVE,),
    "UnmapGpaPages": (ACTIVE,),
    "InstallIntercept": (ACTIVE,),
    "CreateVp": (ACTIVE,),
    "SetVpRegisters": (ACTIVE,),
}


def execute(
    hv: Hypervisor,
    caller: Partition,
    call: Call,
    block: bytes,
    runs: Runs = (),
    values: Sequence[bytes] = (),
) -> Result:
    """Do a hypercall whose privilege has been checked."""
    if len(block) != call.layout.size:
        return Result(Status.INVALID_HYPERCALL_INPUT)
    fields = call.layout.unpack(block)
    allowed = ALLOWED_STATES.get(call.name)
    if allowed is not None:
        target = hv.partitions.get(fields["partition_id"])
        if target is None:
            return Result(Status.INVALID_PARTITION_ID)
        if target.parent != caller.number:
            return Result(Status.ACCESS_DENIED)
        if target.state not in allowed:
            return Result(Status.INVALID_PARTITION_STATE)
        return _ON_TARGET[call.name](hv, caller, target, fields, runs, values)
    return _ON_CALLER[call.name](hv, caller, fields)


def _charge(target: Partition, pages: int) -> bool:
    """Take pages from a partition's pool; False if it has not enough."""
    if target.pool_size - target.pool_used < pages:
        return False
    target.pool_used += pages
    return True


def _note_state(hv: Hypervisor, target: Partition) -> Callable[[], None]:
    def note() -> None:
        hv.world.emit("partition", hv.name, hv.software_name(target), target.number, None, None, target.state)

    return note


# -- partitions ---------------------------------------------------------------------------


def _create(hv: Hypervisor, caller: Partition, fields: Fields) -> Result:
    depth, ancestor = 1, caller
    while ancestor.parent:
        depth += 1
        ancestor = hv.partitions[ancestor.parent]
    if depth >= MAXIMUM_DEPTH:
        return Result(Status.PARTITION_TOO_DEEP)
    number = hv.next_partition
    hv.next_partition += 1  # numbers are never used again
    child = hv.partitions[number] = Partition(number, caller.number, Privilege.CHILD)
    return Result(value=number, then=_note_state(hv, child))


def _initialize(
    hv: Hypervisor, caller: Partition, target: Partition, fields: Fields, runs: Runs, values: Sequence[bytes]
) -> Result:
    if not _charge(target, POOL_PAGES["InitializePartition"]):
        return Result(Status.INSUFFICIENT_MEMORY)
    target.state = ACTIVE
    return Result(then=_note_state(hv, target))


def _finalize(
    hv: Hypervisor, caller: Partition, target: Partition, fields: Fields, runs: Runs, values: Sequence[bytes]
) -> Result:
    if any(partition.parent == target.number for partition in hv.partitions.values()):
        return Result(Status.OPERATION_DENIED)
    for _, spa, count in target.gpa_map:
        _return_pages(hv, caller, spa, count)
    target.gpa_map.clear()
    hv.scheduler.forget(target.number)
    target.vps.clear()
    target.ports.clear()
    target.connections.clear()
    target.intercepts.clear()
    target.pool_used = 0
    target.state = FINALIZED
    return Result(then=_note_state(hv, target))


def _delete(
    hv: Hypervisor, caller: Partition, target: Partition, fields: Fields, runs: Runs, values: Sequence[bytes]
) -> Result:
    if target.pool:
        return Result(Status.OPERATION_DENIED)
    del hv.partitions[target.number]
    target.state = "Deleted"
    return Result(then=_note_state(hv, target))


def _set_property(
    hv: Hypervisor, caller: Partition, target: Partition, fields: Fields, runs: Runs, values: Sequence[bytes]
) -> Result:
    """What each processor of the partition may have; those created later begin with it, too."""
    code, value = fields["property_code"], fields["property_value"]
    if code not in PROPERTIES:
        return Result(Status.UNKNOWN_PROPERTY)
    top = MAXIMUM_WEIGHT if code == CPU_WEIGHT else FULL_SHARE
    if value > top or (code != CPU_RESERVE and value < 1):
        return Result(Status.OUT_OF_RANGE)
    target.properties[code] = value
    share = Share(
        target.properties.get(CPU_WEIGHT, DEFAULT_WEIGHT),
        target.properties.get(CPU_RESERVE, 0) // 1000,
        target.properties.get(CPU_CAP, FULL_SHARE) // 1000,
    )
    for index in target.vps:
        hv.scheduler.set_share(target.number, index, share)
    return Result()


# -- memory -------------------------------------------------------------------------------


def _leave_root(caller: Partition, runs: Runs) -> bool:
    """Take pages out of the caller's own map; False (and nothing done) if one is not its own."""
    extents = [(spa, count) for _, spa, count in caller.gpa_map]
    for first, count in runs:
        if not take_pages(extents, first, count):
            return False
    # The root's guest-physical numbers are the machine's own.
    caller.gpa_map = [(first, first, count) for first, count in extents]
    return True


def _return_pages(hv: Hypervisor, caller: Partition, spa: int, count: int) -> None:
    hv.memory.clear(spa, count)
    extents = [(first, length) for _, first, length in caller.gpa_map]
    give_pages(extents, spa, count)
    caller.gpa_map = [(first, first, length) for first, length in extents]


def _deposit(
    hv: Hypervisor, caller: Partition, target: Partition, fields: Fields, runs: Runs, values: Sequence[bytes]
) -> Result:
    if not _leave_root(caller, runs):
        return Result(Status.OPERATION_DENIED)
    for first, count in runs:
        hv.memory.clear(first, count)
        give_pages(target.pool, first, count)
    return Result(done=sum(count for _, count in runs))


def _withdraw(
    hv: Hypervisor, caller: Partition, target: Partition, fields: Fields, runs: Runs, values: Sequence[bytes]
) -> Result:
    free = target.pool_size - target.pool_used
    taken: list[tuple[int, int]] = []
    while free > 0 and target.pool:
        first, count = target.pool[-1]
        count = min(count, free)
        first = target.pool[-1][0] + target.pool[-1][1] - count
        take_pages(target.pool, first, count)
        _return_pages(hv, caller, first, count)
        taken.append((first, count))
        free -= count
    return Result(done=sum(count for _, count in taken), pages=tuple(taken))


def _map(
    hv: Hypervisor, caller: Partition, target: Partition, fields: Fields, runs: Runs, values: Sequence[bytes]
) -> Result:
    count = sum(length for _, length in runs)
    gpa = fields["target_gpa_page"]
    if count == 0 or any(gpa < first + length and first < gpa + count for first, _, length in target.gpa_map):
        return Result(Status.INVALID_PARAMETER)
    if target.pool_size - target.pool_used < -(-count // PAGES_PER_TABLE):
        return Result(Status.INSUFFICIENT_MEMORY)
    if not _leave_root(caller, runs):
        return Result(Status.OPERATION_DENIED)
    _charge(target, -(-count // PAGES_PER_TABLE))
    for first, length in runs:
        target.gpa_map.append((gpa, first, length))
        gpa += length
    target.gpa_map.sort()
    return Result(done=count)


def _unmap(
    hv: Hypervisor, caller: Partition, target: Partition, fields: Fields, runs: Runs, values: Sequence[bytes]
) -> Result:
    gpa, count = fields["target_gpa_page"], sum(length for _, length in runs)
    wanted = [(first, spa, length) for first, spa, length in target.gpa_map if first < gpa + count]
    wanted = [run for run in wanted if gpa < run[0] + run[2]]
    inside = [(max(first, gpa), min(first + length, gpa + count)) for first, _, length in wanted]
    if count == 0 or sum(end - begin for begin, end in inside) != count:
        return Result(Status.INVALID_PARAMETER)
    before = _tables(target)
    for (first, spa, length), (begin, end) in zip(wanted, inside, strict=True):
        target.gpa_map.remove((first, spa, length))
        rest = [(first, spa, begin - first), (end, spa + end - first, first + length - end)]
        target.gpa_map += [run for run in rest if run[2]]
        _return_pages(hv, caller, spa + begin - first, end - begin)
    target.gpa_map.sort()
    target.pool_used -= max(0, before - _tables(target))
    return Result(done=count)


def _tables(target: Partition) -> int:
    """Pool pages that hold the table entries of what is mapped."""
    return -(-target.mapped_pages // PAGES_PER_TABLE)


# -- processors and intercepts ---------------------------------------------------------------


def _create_vp(
    hv: Hypervisor, caller: Partition, target: Partition, fields: Fields, runs: Runs, values: Sequence[bytes]
) -> Result:
    index = fields["vp_index"]
    if index in target.vps or index > MAXIMUM_VP_INDEX:
        return Result(Status.INVALID_VP_INDEX)
    if fields["flags"]:
        return Result(Status.INVALID_PARAMETER)
    if not _charge(target, POOL_PAGES["CreateVp"]):
        return Result(Status.INSUFFICIENT_MEMORY)
    target.vps[index] = VirtualProcessor(index, stopped=index > 0)
    return Result()


def _set_registers(
    hv: Hypervisor, caller: Partition, target: Partition, fields: Fields, runs: Runs, values: Sequence[bytes]
) -> Result:
    vp = target.vps.get(fields["vp_index"])
    if vp is None:
        return Result(Status.INVALID_VP_INDEX)
    suspended, intercepted = vp.suspended, vp.intercepted
    for element in values:
        name, value = _register(element)
        if name == REGISTER_EXPLICIT_SUSPEND:
            suspended = bool(value)
        elif name == REGISTER_INTERCEPT_SUSPEND:
            intercepted = bool(value)
        elif name in REGISTER_NAMES:
            vp.registers[REGISTER_NAMES[name]] = value
        else:
            return Result(Status.INVALID_PARAMETER)
    if (suspended, intercepted) == (vp.suspended, vp.intercepted):
        return Result(done=len(values))
    return Result(done=len(values), then=partial(hv.set_suspended, target, vp.index, suspended, intercepted))


def _install_intercept(
    hv: Hypervisor, caller: Partition, target: Partition, fields: Fields, runs: Runs, values: Sequence[bytes]
) -> Result:
    kind, mask = fields["intercept_type"], fields["access_type"]
    if kind > 3 or mask not in ((0, 3) if kind < 2 else (0, 4)):
        return Result(Status.INVALID_PARAMETER)  # ports and MSRs only for reading and writing together
    key = (kind, fields["parameter"])
    if mask:
        target.intercepts[key] = mask
    else:
        target.intercepts.pop(key, None)
    return Result()


# -- ports, connections, messages, events -------------------------------------------------------


def _create_port(hv: Hypervisor, caller: Partition, fields: Fields) -> Result:
    owner = hv.partitions.get(fields["port_partition"])
    if owner is None or fields["connection_partition"] not in hv.partitions:
        return Result(Status.INVALID_PARTITION_ID)
    if owner.state != ACTIVE:
        return Result(Status.INVALID_PARTITION_STATE)
    if fields["port_id"] in owner.ports:
        return Result(Status.INVALID_PORT_ID)
    if fields["port_type"] not in PORT_TYPES:
        return Result(Status.INVALID_PARAMETER)
    if not 1 <= fields["target_sint"] <= 15 or fields["base_flag_number"] + fields["flag_count"] > 2048:
        return Result(Status.INVALID_PARAMETER)
    owner.ports[fields["port_id"]] = Port(
        fields["port_id"],
        fields["port_type"],
        fields["target_sint"],
        fields["target_vp"],
        fields["base_flag_number"],
        fields["flag_count"],
        fields["connection_partition"],
    )
    return Result()


def _delete_port(hv: Hypervisor, caller: Partition, fields: Fields) -> Result:
    owner = hv.partitions.get(fields["port_partition"])
    if owner is None:
        return Result(Status.INVALID_PARTITION_ID)
    if caller.number not in (owner.number, owner.parent):
        return Result(Status.ACCESS_DENIED)
    if owner.ports.pop(fields["port_id"], None) is None:
        return Result(Status.INVALID_PORT_ID)
    return Result()


def _connect_port(hv: Hypervisor, caller: Partition, fields: Fields) -> Result:
    source = hv.partitions.get(fields["connection_partition"])
    owner = hv.partitions.get(fields["port_partition"])
    if source is None or owner is None:
        return Result(Status.INVALID_PARTITION_ID)
    if source.state != ACTIVE or owner.state != ACTIVE:
        return Result(Status.INVALID_PARTITION_STATE)
    if fields["connection_id"] in source.connections:
        return Result(Status.INVALID_CONNECTION_ID)
    port = owner.ports.get(fields["port_id"])
    if port is None or port.connection_partition != source.number:
        return Result(Status.INVALID_PORT_ID)
    if fields["connection_type"] != port.kind:
        return Result(Status.INVALID_PARAMETER)
    source.connections[fields["connection_id"]] = (owner.number, port.number)
    return Result()


def _disconnect_port(hv: Hypervisor, caller: Partition, fields: Fields) -> Result:
    source = hv.partitions.get(fields["connection_partition"])
    if source is None:
        return Result(Status.INVALID_PARTITION_ID)
    if caller.number not in (source.number, source.parent):
        return Result(Status.ACCESS_DENIED)
    if source.connections.pop(fields["connection_id"], None) is None:
        return Result(Status.INVALID_CONNECTION_ID)
    return Result()


def _find_port(
    hv: Hypervisor, caller: Partition, connection: int, kind: int
) -> tuple[Partition, Port] | Status:
    place = caller.connections.get(connection)
    if place is None:
        return Status.INVALID_CONNECTION_ID
    owner = hv.partitions.get(place[0])
    port = owner.ports.get(place[1]) if owner is not None else None
    if owner is None or port is None or owner.state != ACTIVE or port.kind != kind:
        return Status.INVALID_PORT_ID
    return owner, port


def _post_message(hv: Hypervisor, caller: Partition, fields: Fields) -> Result:
    kind, size = fields["message_type"], fields["payload_size"]
    if kind == 0 or kind >> 31 or size > 240:
        return Result(Status.INVALID_PARAMETER)
    found = _find_port(hv, caller, fields["connection_id"], 1)
    if isinstance(found, Status):
        return Result(found)
    owner, port = found
    vp = owner.vps.get(port.vp)
    if vp is None:
        return Result(Status.INVALID_VP_INDEX)
    if synic.known_message_page(hv, owner, vp) is None:
        return Result(Status.INVALID_SYNIC_STATE)
    if synic.buffers_in_use(vp, port.sint, port.number) >= synic.BUFFERS_PER_PORT:
        return Result(Status.INSUFFICIENT_BUFFERS)
    payload = fields["payload"][:size]
    return Result(then=lambda: synic.deliver(hv, owner, vp, port.sint, kind, port.number, payload))


def find_route(hv: Hypervisor, caller: Partition, connection: int, number: int) -> Route | Status:
    """Where a signal over a connection with that flag number goes, or why it goes nowhere."""
    found = _find_port(hv, caller, connection, 2)
    if isinstance(found, Status):
        return found
    owner, port = found
    if number >= port.flag_count:
        return Status.INVALID_PARAMETER
    vp = owner.vps.get(port.vp)
    if vp is None:
        return Status.INVALID_VP_INDEX
    page = synic.flag_page(owner, vp, port.sint)
    if page is None:
        return Status.INVALID_SYNIC_STATE
    return synic.route(caller, owner, vp, port.sint, port.base_flag + number, page)


def _signal_event(hv: Hypervisor, caller: Partition, fields: Fields) -> Result:
    found = find_route(hv, caller, fields["connection_id"], fields["flag_number"])
    if isinstance(found, Status):
        return Result(found)
    return Result(then=partial(synic.raise_flag, hv, found))


_ON_CALLER: dict[str, Callable[[Any, Partition, Fields], Result]] = {
    "CreatePartition": _create,
    "CreatePort": _create_port,
    "DeletePort": _delete_port,
    "ConnectPort": _connect_port,
    "DisconnectPort": _disconnect_port,
    "PostMessage": _post_message,
    "SignalEvent": _signal_event,
}
_ON_TARGET: dict[str, Callable[[Any, Partition, Partition, Fields, Runs, Sequence[bytes]], Result]] = {
    "InitializePartition": _initialize,
    "SetPartitionProperty": _set_property,
    "FinalizePartition": _finalize,
    "DeletePartition": _delete,
    "DepositMemory": _deposit,
    "WithdrawMemory": _withdraw,
    "MapGpaPages": _map,
    "UnmapGpaPages": _unmap,
    "InstallIntercept": _install_intercept,
    "CreateVp": _create_vp,
    "SetVpRegisters": _set_registers,
}
