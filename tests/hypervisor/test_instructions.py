"""Single instructions: who answers them, at which level they are allowed, and what they leave in the trace."""

from __future__ import annotations

import pytest

from hvlab.hypervisor.instructions import (
    EXCEPTION,
    EXIT,
    HYPERCALL,
    INTERCEPT,
    KERNEL,
    NATIVE,
    SYSTEM_CALL,
    USER,
    BadInstruction,
    execute,
)
from tests.hypervisor.support import Machine


@pytest.fixture
def machine() -> Machine:
    machine = Machine()
    machine.switch_on_synic(1, sint=0, vector=0x40)
    return machine


@pytest.mark.parametrize(
    ("text", "kernel", "user"),
    [
        ("ADD EAX, 1", NATIVE, NATIVE),
        ("MOV EAX, EBX", NATIVE, NATIVE),
        ("CLI", NATIVE, EXCEPTION),
        ("MOV CR3, EAX", EXIT, EXCEPTION),
        ("MOV EAX, CR3", NATIVE, EXCEPTION),
        ("INVLPG [0x1000]", EXIT, EXCEPTION),
        ("CPUID 1", EXIT, EXIT),
        ("HLT", EXIT, EXCEPTION),
        ("IN AL, 0x1F7", INTERCEPT, EXCEPTION),
        ("out 0cf8h, 1", EXIT, EXCEPTION),
        ("RDMSR 0x40000000", EXIT, EXCEPTION),
        ("RDMSR 0x1B", EXCEPTION, EXCEPTION),
        ("SYSCALL", EXCEPTION, SYSTEM_CALL),
        ("VMCALL HvCallPostMessage", HYPERCALL, EXCEPTION),
        ("MOV EAX, [0x3000]", NATIVE, NATIVE),
        ("MOV [0xFED00000], EAX", INTERCEPT, INTERCEPT),
    ],
)
@pytest.mark.parametrize("level", [KERNEL, USER])
def test_who_answers(machine: Machine, text: str, kernel: str, user: str, level: int) -> None:
    child = machine.child()
    machine.calls.call(
        "InstallIntercept", partition_id=child, access_type=3, intercept_type=0, parameter=0x1F7
    )
    mark = len(machine.world.trace)
    outcome = execute(machine.hypervisor, child, 0, text, level)
    assert outcome.way == (kernel if level == KERNEL else user)
    told, *followed = [machine.world.trace[seq] for seq in range(mark + 1, len(machine.world.trace) + 1)]
    assert (told.kind, told.get("way"), told.get("level")) == ("instruction", outcome.way, level)
    left = {NATIVE: [], SYSTEM_CALL: [], EXIT: ["exit"], HYPERCALL: ["hypercall"], INTERCEPT: ["intercept"]}
    if outcome.way in left:
        assert [event.kind for event in followed if event.kind != "interrupt"] == left[outcome.way]
    assert all(event.cause for event in followed)
    assert machine.hypervisor.partitions[child].vps[0].stands is (outcome.way == INTERCEPT)


def test_the_root_reaches_devices_and_a_child_does_not(machine: Machine) -> None:
    child = machine.child()
    assert execute(machine.hypervisor, 1, 0, "IN AL, 0xCF8", KERNEL).way == NATIVE
    assert execute(machine.hypervisor, child, 0, "IN AL, 0xCF8", KERNEL).way == EXIT


def test_a_child_may_ask_but_the_status_says_no(machine: Machine) -> None:
    child = machine.child()
    execute(machine.hypervisor, child, 0, "VMCALL CreatePartition", KERNEL)
    (call,) = [event for event in machine.world.trace if event.kind == "hypercall"][-1:]
    assert call.get("status_name") == "HV_STATUS_ACCESS_DENIED"


@pytest.mark.parametrize("name", ["DeletePartition", "FinalizePartition", "SetPartitionProperty"])
def test_nobody_takes_the_root_away(machine: Machine, name: str) -> None:
    child = machine.child()
    for caller in (1, child):
        execute(machine.hypervisor, caller, 0, f"VMCALL {name}, 1", KERNEL)
        (call,) = [event for event in machine.world.trace if event.kind == "hypercall"][-1:]
        assert call.get("status_name") == "HV_STATUS_ACCESS_DENIED"
    assert machine.hypervisor.partitions[1].state == "Active"
    with pytest.raises(BadInstruction):
        execute(machine.hypervisor, 1, 0, f"VMCALL {name}, {child}", KERNEL)


@pytest.mark.parametrize("text", ["", "FOO", "IN AL, port", "MOV EAX", "VMCALL Nothing", "\x1b[2J"])
def test_what_is_no_instruction_is_named(machine: Machine, text: str) -> None:
    with pytest.raises(BadInstruction):
        execute(machine.hypervisor, 1, 0, text, KERNEL)


def test_with_nested_paging_the_guest_changes_its_own_page_tables() -> None:
    machine = Machine()
    machine.hypervisor.nested_paging = True
    assert execute(machine.hypervisor, machine.child(), 0, "MOV CR3, EAX", KERNEL).way == NATIVE
