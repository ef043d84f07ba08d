"""What hypercalls refuse, and with which status: one case a rule."""

from __future__ import annotations

from typing import Any

import pytest

from hvlab.hypervisor import HYPERCALLS, STATUS, Status
from hvlab.hypervisor.calls import Privilege
from hvlab.hypervisor.life import MAXIMUM_VP_INDEX, PAGES_PER_TABLE
from tests.hypervisor.support import Machine

# Transcribed from the reference, section 5.
CODES = {
    0x0: "SUCCESS",
    0x2: "INVALID_HYPERCALL_CODE",
    0x3: "INVALID_HYPERCALL_INPUT",
    0x4: "INVALID_ALIGNMENT",
    0x5: "INVALID_PARAMETER",
    0x6: "ACCESS_DENIED",
    0x7: "INVALID_PARTITION_STATE",
    0x8: "OPERATION_DENIED",
    0x9: "UNKNOWN_PROPERTY",
    0xA: "OUT_OF_RANGE",
    0xB: "INSUFFICIENT_MEMORY",
    0xC: "PARTITION_TOO_DEEP",
    0xD: "INVALID_PARTITION_ID",
    0xE: "INVALID_VP_INDEX",
    0x10: "NOT_FOUND",
    0x11: "INVALID_PORT_ID",
    0x12: "INVALID_CONNECTION_ID",
    0x13: "INSUFFICIENT_BUFFERS",
    0x14: "NOT_ACKNOWLEDGED",
    0x15: "INVALID_VP_STATE",
    0x18: "INVALID_SYNIC_STATE",
    0x19: "OBJECT_IN_USE",
}
PRIVILEGES = {
    "CREATE_PARTITIONS": 32,
    "ACCESS_PARTITION_ID": 33,
    "ACCESS_MEMORY_POOL": 34,
    "POST_MESSAGES": 36,
    "SIGNAL_EVENTS": 37,
    "CREATE_PORT": 38,
    "CONNECT_PORT": 39,
}


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def child(machine: Machine) -> int:
    return machine.child()


def finalized(machine: Machine) -> int:
    number = machine.child()
    assert machine.calls.call("FinalizePartition", partition_id=number).ok
    return number


def status(machine: Machine, name: str, **fields: Any) -> Status:
    return machine.calls.call(name, **fields).status


def port(owner: int, **changes: int) -> dict[str, Any]:
    """The fields of a port that can be made."""
    return {
        "port_partition": owner,
        "port_id": 5,
        "connection_partition": 1,
        "port_type": 2,
        "target_sint": 2,
        "flag_count": 2048,
        **changes,
    }


def test_status_numbers_and_privilege_bits_are_those_of_the_reference() -> None:
    assert {number: f"HV_STATUS_{name}" for number, name in CODES.items()} == STATUS
    assert {name: getattr(Privilege, name) for name in PRIVILEGES} == {
        name: 1 << bit for name, bit in PRIVILEGES.items()
    }
    assert Privilege.CHILD == 1 << 36 | 1 << 37
    assert all(Privilege.ROOT >> bit & 1 for bit in range(32, 64)) and not Privilege.ROOT & 0xFFFFFFFF


def test_an_input_of_the_wrong_length_is_no_input(machine: Machine) -> None:
    for name, call in HYPERCALLS.items():
        for length in (call.layout.size - 1, call.layout.size + 1):
            result = machine.hypervisor.call(1, 0, name, bytes(length))
            assert result.status is Status.INVALID_HYPERCALL_INPUT


def test_a_child_of_a_child_is_too_deep(machine: Machine, child: int) -> None:
    machine.hypervisor.partitions[child].privileges |= Privilege.CREATE_PARTITIONS
    assert machine.inside(child).call("CreatePartition").status is Status.PARTITION_TOO_DEEP
    assert sorted(machine.hypervisor.partitions) == [1, child]


def test_a_partition_with_children_is_not_finalized(machine: Machine, child: int) -> None:
    machine.hypervisor.partitions[machine.child()].parent = child
    assert status(machine, "FinalizePartition", partition_id=child) is Status.OPERATION_DENIED
    assert machine.hypervisor.partitions[child].state == "Active"


def test_a_finalized_partition_has_nothing_left(machine: Machine, child: int) -> None:
    machine.connect(1, 0x201, child, 1, kind=1)
    machine.connect(child, 0x301, 1, 7, kind=1)
    machine.calls.call(
        "InstallIntercept", partition_id=child, access_type=3, intercept_type=0, parameter=0x1F7
    )
    partition = machine.hypervisor.partitions[child]
    assert machine.calls.call("FinalizePartition", partition_id=child).ok
    assert (partition.gpa_map, partition.vps, partition.ports) == ([], {}, {})
    assert (partition.connections, partition.intercepts, partition.pool_used) == ({}, {}, 0)
    assert partition.pool_size == 64  # what was deposited is withdrawn, not lost
    assert machine.calls.post(0x201, b"x").status is Status.INVALID_PORT_ID


def test_the_trace_tells_each_state_of_a_partitions_life(machine: Machine, child: int) -> None:
    for name in ("FinalizePartition", "WithdrawMemory", "DeletePartition"):
        assert machine.calls.call(name, partition_id=child).ok
    events = [e for e in machine.world.trace if e.kind == "partition" and e.partition == child]
    assert [event.get("state") for event in events] == ["Uninitialized", "Active", "Finalized", "Deleted"]
    causes = [machine.world.trace[event.cause or 0].get("name") for event in events]
    assert causes == ["CreatePartition", "InitializePartition", "FinalizePartition", "DeletePartition"]


def test_only_what_is_not_in_use_can_be_withdrawn(machine: Machine) -> None:
    number = machine.calls.call("CreatePartition").value
    runs = [(100, 10), (200, 30)]
    machine.calls.call("DepositMemory", runs=runs, partition_id=number)
    machine.calls.call("InitializePartition", partition_id=number)  # takes 16
    partition = machine.hypervisor.partitions[number]
    assert (partition.pool_size, partition.pool_used) == (40, 16)
    taken = machine.calls.call("WithdrawMemory", partition_id=number)
    assert (taken.done, taken.pages) == (24, ((206, 24),))
    assert (partition.pool, partition.pool_used) == ([(100, 10), (200, 6)], 16)
    assert machine.calls.call("WithdrawMemory", partition_id=number).done == 0
    machine.calls.call("FinalizePartition", partition_id=number)
    rest = machine.calls.call("WithdrawMemory", partition_id=number)
    assert (rest.done, rest.pages) == (16, ((200, 6), (100, 10)))


def test_deposited_pages_are_wiped(machine: Machine) -> None:
    machine.hypervisor.write_gpa(1, 0x64000, b"secret")
    number = machine.calls.call("CreatePartition").value
    machine.calls.call("DepositMemory", runs=[(100, 1)], partition_id=number)
    assert machine.hypervisor.memory.page(100) == bytes(4096)
    machine.hypervisor.memory.page_for_write(100)[:6] = b"tables"
    machine.calls.call("WithdrawMemory", partition_id=number)
    assert machine.hypervisor.read_gpa(1, 0x64000, 6) == bytes(6)


@pytest.mark.parametrize(
    ("gpa", "count", "fits"), [(64, 1, True), (63, 1, False), (60, 8, False), (0, 1, False)]
)
def test_pages_are_not_mapped_over_others(
    machine: Machine, child: int, gpa: int, count: int, fits: bool
) -> None:
    result = machine.calls.call(
        "MapGpaPages", runs=machine.pages(count), partition_id=child, target_gpa_page=gpa, map_flags=7
    )
    assert (result.status is Status.INVALID_PARAMETER) != fits and result.done == (count if fits else 0)


def test_pages_may_be_mapped_below_others(machine: Machine, child: int) -> None:
    for gpa in (100, 80):
        machine.calls.call("MapGpaPages", runs=machine.pages(4), partition_id=child, target_gpa_page=gpa)
    partition = machine.hypervisor.partitions[child]
    assert [first for first, _, _ in partition.gpa_map] == [0, 80, 100]
    assert status(machine, "MapGpaPages", partition_id=child, target_gpa_page=200) is Status.INVALID_PARAMETER
    below = machine.calls.call("MapGpaPages", runs=machine.pages(20), partition_id=child, target_gpa_page=60)
    assert below.status is Status.INVALID_PARAMETER


def test_each_table_of_mapped_pages_costs_a_page_of_the_pool(machine: Machine, child: int) -> None:
    partition = machine.hypervisor.partitions[child]
    before = partition.pool_used
    assert PAGES_PER_TABLE == 512  # an x64 page table
    for count, tables in ((1, 1), (512, 1), (513, 2)):
        gpa = partition.gpa_map[-1][0] + partition.gpa_map[-1][2]
        machine.calls.call(
            "MapGpaPages", runs=machine.pages(count), partition_id=child, target_gpa_page=gpa, map_flags=7
        )
        assert partition.pool_used == before + tables
        before += tables


def test_the_last_page_of_the_pool_can_be_used(machine: Machine) -> None:
    number = machine.calls.call("CreatePartition").value
    machine.calls.call("DepositMemory", runs=machine.pages(17), partition_id=number)
    machine.calls.call("InitializePartition", partition_id=number)
    for page, expected in ((0, Status.SUCCESS), (1, Status.INSUFFICIENT_MEMORY)):
        result = machine.calls.call(
            "MapGpaPages", runs=machine.pages(1), partition_id=number, target_gpa_page=page, map_flags=7
        )
        assert result.status is expected


def test_unmapped_pages_are_the_parents_again_and_empty(machine: Machine, child: int) -> None:
    machine.hypervisor.write_gpa(child, 0x2000, b"secret")
    spa = machine.hypervisor.partitions[child].translate(2)
    assert spa is not None
    used = machine.hypervisor.partitions[child].pool_used
    for first, count in ((60, 5), (64, 1), (1, 0)):
        wrong = machine.calls.call(
            "UnmapGpaPages", runs=[(0, count)], partition_id=child, target_gpa_page=first
        )
        assert wrong.status is Status.INVALID_PARAMETER, (first, count)
    part = machine.calls.call("UnmapGpaPages", runs=[(0, 3)], partition_id=child, target_gpa_page=1)
    assert part.done == 3
    assert [run[::2] for run in machine.hypervisor.partitions[child].gpa_map] == [(0, 1), (4, 60)]
    for page in (1, 2, 3):
        with pytest.raises(LookupError):
            machine.hypervisor.read_gpa(child, page << 12, 1)
    assert machine.hypervisor.read_gpa(1, spa << 12, 6) == bytes(6)
    assert machine.hypervisor.partitions[child].pool_used == used, "one table holds 512 entries"
    rest = machine.calls.call("UnmapGpaPages", runs=[(0, 60)], partition_id=child, target_gpa_page=4)
    last = machine.calls.call("UnmapGpaPages", runs=[(0, 1)], partition_id=child, target_gpa_page=0)
    assert (rest.done, last.done) == (60, 1)
    assert machine.hypervisor.partitions[child].pool_used == used - 1


def test_processors_end_at_the_highest_index(machine: Machine, child: int) -> None:
    top = MAXIMUM_VP_INDEX
    assert status(machine, "CreateVp", partition_id=child, vp_index=top) is Status.SUCCESS
    assert status(machine, "CreateVp", partition_id=child, vp_index=top + 1) is Status.INVALID_VP_INDEX


def test_registers_belong_to_a_processor_and_have_names(machine: Machine, child: int) -> None:
    assert machine.calls.set_registers(child, 3, {0x20000: 1}).status is Status.INVALID_VP_INDEX
    assert machine.calls.set_registers(child, 0, {0x12345678: 1}).status is Status.INVALID_PARAMETER
    names = {0x20000: "rax", 0x20001: "rcx", 0x20006: "rsi", 0x20007: "rdi", 0x20010: "rip"}
    assert machine.calls.set_registers(child, 0, {code: code for code in names}).done == 5
    registers = machine.hypervisor.partitions[child].vps[0].registers
    assert registers == {name: code for code, name in names.items()}
    machine.world.run()
    assert machine.software(child).seen == []  # setting registers alone lets nothing go on


@pytest.mark.parametrize(
    ("kind", "mask", "legal"),
    [(kind, mask, mask in ((0, 3) if kind in (0, 1) else (0, 4))) for kind in range(4) for mask in range(8)]
    + [(4, 4, False), (4, 0, False)],
)
def test_which_accesses_can_be_intercepted(
    machine: Machine, child: int, kind: int, mask: int, legal: bool
) -> None:
    """Ports and MSRs for reading and writing together, CPUID and exceptions for execution; 0 removes."""
    result = status(
        machine,
        "InstallIntercept",
        partition_id=child,
        access_type=mask,
        intercept_type=kind,
        parameter=9,
    )
    assert result is (Status.SUCCESS if legal else Status.INVALID_PARAMETER)
    expected = {(kind, 9): mask} if legal and mask else {}
    assert machine.hypervisor.partitions[child].intercepts == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Status.SUCCESS),
        ({"port_partition": 77}, Status.INVALID_PARTITION_ID),
        ({"connection_partition": 77}, Status.INVALID_PARTITION_ID),
        ({"target_sint": 0}, Status.INVALID_PARAMETER),
        ({"target_sint": 1}, Status.SUCCESS),
        ({"target_sint": 15}, Status.SUCCESS),
        ({"target_sint": 16}, Status.INVALID_PARAMETER),
        ({"base_flag_number": 1}, Status.INVALID_PARAMETER),
        ({"base_flag_number": 2047, "flag_count": 1}, Status.SUCCESS),
    ],
)
def test_what_a_port_must_be(machine: Machine, child: int, changes: dict[str, int], expected: Status) -> None:
    assert status(machine, "CreatePort", **port(child, **changes)) is expected
    assert len(machine.hypervisor.partitions[child].ports) == (expected is Status.SUCCESS)


def test_a_partition_that_is_not_active_has_no_ports_and_no_connections(machine: Machine, child: int) -> None:
    dead = finalized(machine)
    assert status(machine, "CreatePort", **port(dead)) is Status.INVALID_PARTITION_STATE
    machine.calls.call("CreatePort", **port(child))
    for source, owner in ((1, dead), (dead, child)):
        assert (
            status(
                machine,
                "ConnectPort",
                connection_partition=source,
                connection_id=3,
                port_partition=owner,
                port_id=5,
            )
            is Status.INVALID_PARTITION_STATE
        )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Status.SUCCESS),
        ({"connection_partition": 77}, Status.INVALID_PARTITION_ID),
        ({"port_partition": 77}, Status.INVALID_PARTITION_ID),
        ({"connection_type": 1}, Status.INVALID_PARAMETER),
        ({"port_id": 6}, Status.INVALID_PORT_ID),
        ({"connection_partition": 2}, Status.INVALID_PORT_ID),  # the port is for the root
        ({"connection_id": 4}, Status.INVALID_CONNECTION_ID),
    ],
)
def test_what_a_connection_must_be(
    machine: Machine, child: int, changes: dict[str, int], expected: Status
) -> None:
    machine.calls.call("CreatePort", **port(child))
    machine.connect(1, 4, child, 9, kind=2)
    fields = {"connection_partition": 1, "connection_id": 3, "port_partition": child, "port_id": 5}
    fields |= {"connection_type": 2, **changes}
    assert status(machine, "ConnectPort", **fields) is expected


def test_what_is_not_there_cannot_be_deleted_or_disconnected(machine: Machine, child: int) -> None:
    machine.connect(1, 4, child, 9, kind=1)
    assert status(machine, "DeletePort", port_partition=77) is Status.INVALID_PARTITION_ID
    assert status(machine, "DeletePort", port_partition=child, port_id=8) is Status.INVALID_PORT_ID
    assert status(machine, "DisconnectPort", connection_partition=77) is Status.INVALID_PARTITION_ID
    missing = status(machine, "DisconnectPort", connection_partition=1, connection_id=5)
    assert missing is Status.INVALID_CONNECTION_ID
    assert status(machine, "DisconnectPort", connection_partition=1, connection_id=4) is Status.SUCCESS
    assert machine.calls.post(4, b"x").status is Status.INVALID_CONNECTION_ID


def test_messages_and_events_for_a_processor_that_is_not_there(machine: Machine, child: int) -> None:
    for number, kind in ((1, 1), (2, 2)):
        machine.calls.call("CreatePort", **port(child, port_id=number, port_type=kind, target_vp=3))
        machine.calls.call(
            "ConnectPort",
            connection_partition=1,
            connection_id=number,
            port_partition=child,
            port_id=number,
            connection_type=kind,
        )
    assert machine.calls.post(1, b"x").status is Status.INVALID_VP_INDEX
    assert machine.calls.signal(2).status is Status.INVALID_VP_INDEX


def test_signals_that_go_nowhere(machine: Machine, child: int) -> None:
    machine.switch_on_synic(child)
    machine.connect(1, 1, child, 1, kind=1)
    machine.connect(1, 2, child, 2, kind=2, flags=4)
    assert machine.calls.signal(9).status is Status.INVALID_CONNECTION_ID
    assert machine.calls.signal(1).status is Status.INVALID_PORT_ID  # a message port
    assert machine.calls.signal(2, 3).ok
    assert machine.calls.signal(2, 4).status is Status.INVALID_PARAMETER


def test_the_largest_message_is_240_bytes(machine: Machine, child: int) -> None:
    machine.switch_on_synic(child)
    machine.connect(1, 1, child, 1, kind=1)
    assert machine.calls.post(1, bytes(range(240))).ok
    assert machine.hypervisor.read_gpa(child, 0x8000 + 2 * 256 + 16, 240) == bytes(range(240))


def test_a_call_costs_more_the_longer_its_list(machine: Machine) -> None:
    number = machine.calls.call("CreatePartition").value
    result = machine.calls.call("DepositMemory", runs=machine.pages(5), partition_id=number)
    costs = machine.hypervisor.costs
    assert machine.hypervisor.cost_of(result) == costs.hypercall + 5 * costs.repeat_element
