"""The hypercall table against codes, sizes and names transcribed from the reference."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hvlab.hypervisor import HYPERCALLS, STATUS, Status
from hvlab.hypervisor.calls import entries, input_value, result_value
from hvlab.hypervisor.intercepts import IO_PORT_MESSAGE, SYNIC_MESSAGE
from tests.hypervisor.support import COSTS, Machine

CODES = {
    "CreatePartition": 0x40,
    "InitializePartition": 0x41,
    "FinalizePartition": 0x42,
    "DeletePartition": 0x43,
    "SetPartitionProperty": 0x45,
    "DepositMemory": 0x48,
    "WithdrawMemory": 0x49,
    "MapGpaPages": 0x4B,
    "UnmapGpaPages": 0x4C,
    "InstallIntercept": 0x4D,
    "CreateVp": 0x4E,
    "SetVpRegisters": 0x51,
    "CreatePort": 0x95,
    "DeletePort": 0x58,
    "ConnectPort": 0x96,
    "DisconnectPort": 0x5B,
    "PostMessage": 0x5C,
    "SignalEvent": 0x5D,
}
SIZES = {"PostMessage": 256, "SignalEvent": 8, "CreatePartition": 16, "CreatePort": 56, "ConnectPort": 72}


def test_codes_and_input_sizes() -> None:
    assert {name: call.code for name, call in HYPERCALLS.items()} == CODES
    assert {name: HYPERCALLS[name].layout.size for name in SIZES} == SIZES


def test_message_sizes() -> None:
    assert (IO_PORT_MESSAGE.size, SYNIC_MESSAGE.size) == (128, 256)
    offsets = IO_PORT_MESSAGE.offsets
    assert [offsets[name] for name in ("rip", "rflags", "port", "access_info", "rax", "rcx", "rdi")] == [
        24,
        32,
        40,
        42,
        48,
        104,
        120,
    ]


def test_status_names() -> None:
    assert (STATUS[0], STATUS[6], STATUS[7], STATUS[0xB], STATUS[0x13]) == (
        "HV_STATUS_SUCCESS",
        "HV_STATUS_ACCESS_DENIED",
        "HV_STATUS_INVALID_PARTITION_STATE",
        "HV_STATUS_INSUFFICIENT_MEMORY",
        "HV_STATUS_INSUFFICIENT_BUFFERS",
    )


@pytest.mark.parametrize(
    ("count", "start", "done", "element", "expected"),
    [
        (5, 0, 5, 20, [(5, 0, 5)]),
        (0, 0, 0, 20, [(0, 0, 0)]),
        (2500, 0, 2500, 20, [(2500, 0, 2500)]),  # 50 microseconds to the nanosecond
        (2501, 0, 2501, 20, [(2501, 0, 2500), (2501, 2500, 2501)]),
        (4095, 0, 4095, 20, [(4095, 0, 2500), (4095, 2500, 4095)]),
        (4096, 0, 4096, 20, [(4095, 0, 2500), (4095, 2500, 4095), (1, 0, 1)]),
        (4095, 0, 3000, 20, [(4095, 0, 2500), (4095, 2500, 3000)]),  # the next one failed
        (4095, 0, 0, 20, [(4095, 0, 0)]),  # the first one failed
        (4095, 2500, 4095, 20, [(4095, 2500, 4095)]),  # the caller says where to begin
        (9000, 0, 9000, 0, [(4095, 0, 4095), (4095, 0, 4095), (810, 0, 810)]),
    ],
)
def test_a_long_list_is_worked_off_in_entries_of_50_microseconds(
    count: int, start: int, done: int, element: int, expected: list[tuple[int, int, int]]
) -> None:
    found = entries(count, start, done, element)
    assert [(entry.count, entry.start, entry.done) for entry in found] == expected


def test_a_call_that_goes_on_says_where_it_began_last_bit_for_bit() -> None:
    """2,500 elements of 20 ns fill an entry; the processor's RCX then holds the call with start index 2,500."""
    machine = Machine(pages=8192)
    machine.hypervisor.costs = replace(COSTS, repeat_element=20)
    number = machine.calls.call("CreatePartition").value
    result = machine.calls.call("DepositMemory", runs=machine.pages(2600), partition_id=number)
    event = machine.world.trace[result.seq]
    assert (event.get("count"), event.get("entries")) == (2600, 2)
    assert event.get("input") == 0x09C4_0A28_0000_0048  # start 2,500, count 2,600, code 0x48
    assert event.get("result") == 0x0000_0A28_0000_0000
    assert machine.hypervisor.cost_of(result) == 2 * COSTS.hypercall + 2600 * 20


def test_a_caller_may_begin_in_the_middle_of_its_list_but_not_behind_its_end() -> None:
    machine = Machine()
    number = machine.calls.call("CreatePartition").value
    pages = machine.pages(5)
    block = HYPERCALLS["DepositMemory"].layout.pack(partition_id=number)
    refused = machine.hypervisor.call(1, 0, "DepositMemory", block, pages, start=5)
    assert (refused.status, refused.done) == (Status.INVALID_HYPERCALL_INPUT, 0)
    result = machine.hypervisor.call(
        1, 0, "DepositMemory", block, [(pages[0][0], 2), (pages[0][0] + 2, 3)], start=3
    )
    assert (result.status, result.done) == (Status.SUCCESS, 2)
    event = machine.world.trace[result.seq]
    assert event.get("input") == 3 << 48 | 5 << 32 | 0x48
    assert event.get("result") == 5 << 32  # the whole list is done, counted from element 0
    assert machine.hypervisor.partitions[number].pool_size == 2


@pytest.mark.parametrize(
    ("code", "fast", "count", "value"),
    [(0x5C, False, 0, 0x5C), (0x5D, True, 0, 0x1005D), (0x48, False, 5, 5 << 32 | 0x48)],
)
def test_the_input_value_bit_for_bit(code: int, fast: bool, count: int, value: int) -> None:
    assert input_value(code, fast, count) == value


def test_the_result_value_and_the_trace_say_the_same() -> None:
    machine = Machine()
    number = machine.calls.call("CreatePartition").value
    machine.calls.call("DepositMemory", runs=machine.pages(5), partition_id=number)
    event = machine.world.trace[len(machine.world.trace)]
    assert event.get("result") == result_value(0, 5) == 5 << 32
    assert event.get("input") == 5 << 32 | 0x48
    assert (event.get("name"), event.get("code"), event.get("count")) == ("DepositMemory", 0x48, 5)
    assert event.get("bytes")[:8] == number.to_bytes(8, "little")


def test_a_platform_may_give_other_codes() -> None:
    machine = Machine()
    machine.hypervisor.code_of["CreatePort"] = 0x57
    machine.calls.call("CreatePort", port_partition=1, connection_partition=1, port_type=1, target_sint=2)
    event = machine.world.trace[len(machine.world.trace)]
    assert event.get("code") == 0x57 and event.get("input") & 0xFFFF == 0x57
