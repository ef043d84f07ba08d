"""The hypercall table against codes, sizes and names transcribed from the reference."""

from __future__ import annotations

import pytest

from hvlab.hypervisor import HYPERCALLS, STATUS
from hvlab.hypervisor.calls import input_value, result_value
from hvlab.hypervisor.intercepts import IO_PORT_MESSAGE, SYNIC_MESSAGE
from tests.hypervisor.support import Machine

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
