"""What traps in a partition: CPUID, MSRs, HLT, ports; what the hypervisor answers and what goes to the parent."""

from __future__ import annotations

import pytest

from hvlab.hypervisor import Status
from hvlab.hypervisor.intercepts import IO_PORT_MESSAGE, SYNIC_MESSAGE
from hvlab.hypervisor.life import REGISTER_EXPLICIT_SUSPEND, REGISTER_INTERCEPT_SUSPEND
from hvlab.hypervisor.partition import MSR_EOM, MSR_SCONTROL, MSR_SIEFP, MSR_SIMP
from tests.hypervisor.support import COSTS, Machine


@pytest.fixture
def machine() -> Machine:
    machine = Machine()
    machine.switch_on_synic(1, sint=0, vector=0x40)
    return machine


@pytest.fixture
def child(machine: Machine) -> int:
    number = machine.child()
    for port in (0x1F0, 0x1F7):
        assert machine.calls.call(
            "InstallIntercept", partition_id=number, access_type=3, intercept_type=0, parameter=port
        ).ok
    assert machine.calls.set_registers(number, 0, {REGISTER_EXPLICIT_SUSPEND: 0}).ok
    machine.world.run()
    assert machine.hypervisor.partitions[number].vps[0].state == "Running"
    machine.software(number).seen.clear()
    return number


def told(machine: Machine) -> dict[str, object]:
    """The intercept message in the parent's slot 0."""
    slot = SYNIC_MESSAGE.unpack(machine.hypervisor.read_gpa(1, 0x8000, 256))
    assert slot["payload_size"] == 128 and slot["message_type"] == 0x80010000
    return IO_PORT_MESSAGE.unpack(slot["payload"])


def test_the_hypervisor_says_who_it_is(machine: Machine, child: int) -> None:
    cpuid = machine.hypervisor.cpuid
    assert cpuid(child, 0, 1)[2] >> 31 & 1 == 1
    largest, *name = cpuid(child, 0, 0x40000000)
    assert largest >= 0x40000005
    assert b"".join(part.to_bytes(4, "little") for part in name) == b"Microsoft Hv"
    assert cpuid(child, 0, 0x40000001)[0].to_bytes(4, "little") == b"Hv#1"
    assert cpuid(child, 0, 0x40000003)[1] == 1 << 4 | 1 << 5  # post messages, signal events
    assert cpuid(1, 0, 0x40000003)[1] == 0xFFFFFFFF
    assert cpuid(child, 0, 0x12345) == (0, 0, 0, 0)
    events = [event for event in machine.world.trace if event.get("reason") == "cpuid"]
    assert [event.get("detail") for event in events][:2] == ["0x1", "0x40000000"]


@pytest.mark.parametrize(
    ("write", "count", "expected"),
    [
        (False, 1, {"access_type": 0, "access_info": 2, "rax": 0, "rcx": 0, "rsi": 0, "rdi": 0}),
        (True, 1, {"access_type": 1, "access_info": 2, "rax": 0xAB, "rcx": 0, "rsi": 0, "rdi": 0}),
        (False, 256, {"access_type": 0, "access_info": 26, "rcx": 256, "rsi": 0, "rdi": 0x7000}),
        (True, 256, {"access_type": 1, "access_info": 26, "rcx": 256, "rsi": 0x7000, "rdi": 0}),
    ],
)
def test_what_the_parent_is_told_of_a_port_access(
    machine: Machine, child: int, write: bool, count: int, expected: dict[str, int]
) -> None:
    value = 0xAB if write and count == 1 else 0
    assert machine.hypervisor.io_port(child, 0, 0x1F0, write, 2, value, count, 0x7000 if count > 1 else 0)
    message = told(machine)
    assert {name: message[name] for name in expected} == expected
    assert (message["port"], message["vp_index"]) == (0x1F0, 0)
    assert message["instruction_length"] == (2 if count > 1 else 1)  # REP is a prefix of its own
    event = next(event for event in machine.world.trace if event.kind == "intercept")
    assert (event.get("port"), event.get("access"), event.get("size"), event.get("count")) == (
        0x1F0,
        "write" if write else "read",
        2,
        count,
    )
    assert event.get("value") == (0xAB if write and count == 1 else None)
    assert event.get("bytes") == IO_PORT_MESSAGE.pack(**message)


def test_a_string_access_is_one_exit(machine: Machine, child: int) -> None:
    before = sum(machine.hypervisor.partitions[child].vps[0].exits.values())
    machine.hypervisor.io_port(child, 0, 0x1F0, False, 2, count=256, buffer_gpa=0x7000)
    exits = machine.hypervisor.partitions[child].vps[0].exits
    assert sum(exits.values()) == before + 1 and exits["intercept"] == 1


def test_an_intercept_that_was_removed_is_none(machine: Machine, child: int) -> None:
    machine.calls.call("InstallIntercept", partition_id=child, intercept_type=0, parameter=0x1F7)
    assert machine.hypervisor.io_port(child, 0, 0x1F7, write=False, size=2) is False
    processor = machine.hypervisor.partitions[child].vps[0]
    assert processor.registers["rax"] == 0xFFFF and processor.exits["io port"] == 1
    assert machine.hypervisor.read_gpa(1, 0x8000, 4) == bytes(4)


def test_a_processor_goes_on_after_the_crossings_cost_and_only_when_it_is_let(
    machine: Machine, child: int
) -> None:
    machine.hypervisor.io_port(child, 0, 0x1F7, write=False, size=1)
    machine.world.run()
    assert machine.software(child).seen == []
    processor = machine.hypervisor.partitions[child].vps[0]
    assert (processor.state, processor.intercepted) == ("Suspended", True)
    now = machine.world.now
    machine.calls.set_registers(child, 0, {REGISTER_INTERCEPT_SUSPEND: 0})
    assert (processor.state, processor.intercepted) == ("Running", False)
    machine.world.run()
    cost = COSTS.hypercall + COSTS.repeat_element + COSTS.exit
    assert machine.software(child).seen == [("resumed", 0, now + cost)]


def test_a_partition_without_software_is_not_resumed(machine: Machine, child: int) -> None:
    machine.hypervisor.partitions[child].software = -1
    machine.calls.set_registers(child, 0, {REGISTER_INTERCEPT_SUSPEND: 0})
    assert machine.world.next_time() is None


def test_a_halted_processor_waits_for_an_interrupt(machine: Machine, child: int) -> None:
    processor = machine.hypervisor.partitions[child].vps[0]
    machine.hypervisor.halt(child, 0)
    assert processor.state == "Waiting"
    machine.hypervisor.line_interrupt(child, 0x3E, 14)
    assert processor.state == "Running"
    event = machine.world.trace[len(machine.world.trace)]
    assert [event.get(name) for name in ("reason", "sint", "vector", "number")] == [
        "device line",
        None,
        0x3E,
        14,
    ]
    machine.world.run()
    when = event.time + COSTS.interrupt
    assert machine.software(child).seen == [("interrupt", 0, -1, 0x3E, when)]


def test_an_interrupt_does_not_end_a_suspension(machine: Machine, child: int) -> None:
    machine.hypervisor.io_port(child, 0, 0x1F7, write=False, size=1)
    machine.hypervisor.line_interrupt(child, 0x3E, 14)
    assert machine.hypervisor.partitions[child].vps[0].state == "Suspended"
    machine.world.run()
    assert machine.software(child).seen == []
    machine.calls.set_registers(child, 0, {REGISTER_INTERCEPT_SUSPEND: 0})
    when = machine.world.now + COSTS.hypercall + COSTS.exit
    machine.world.run()
    assert [what for what, *_ in machine.software(child).seen] == ["resumed", "interrupt"]
    assert machine.software(child).seen[1] == ("interrupt", 0, -1, 0x3E, when + 1)


def test_each_reason_to_stand_is_ended_alone(machine: Machine, child: int) -> None:
    machine.hypervisor.io_port(child, 0, 0x1F7, write=False, size=1)
    machine.calls.set_registers(child, 0, {REGISTER_EXPLICIT_SUSPEND: 1})
    machine.calls.set_registers(child, 0, {REGISTER_INTERCEPT_SUSPEND: 0})
    machine.world.run()
    assert machine.software(child).seen == []
    machine.calls.set_registers(child, 0, {REGISTER_EXPLICIT_SUSPEND: 0})
    machine.world.run()
    assert [what for what, *_ in machine.software(child).seen] == ["resumed"]


def test_what_a_crossing_costs_is_not_charged_to_what_comes_after_it(machine: Machine, child: int) -> None:
    machine.hypervisor.io_port(child, 0, 0x1F7, write=False, size=1)
    other = machine.child()
    now = machine.world.now
    machine.hypervisor.line_interrupt(other, 0x3E, 14)
    machine.world.run()
    assert machine.software(other).seen == [("interrupt", 0, -1, 0x3E, now + COSTS.interrupt)]


def test_a_partition_without_software_has_a_name_in_the_trace(machine: Machine) -> None:
    number = machine.calls.call("CreatePartition").value
    event = machine.world.trace[len(machine.world.trace)]
    assert (event.kind, event.target, event.partition) == ("partition", f"hv/partition{number}", number)


def test_eom_is_an_order_and_not_a_value(machine: Machine, child: int) -> None:
    machine.hypervisor.write_msr(child, 0, MSR_EOM, 5)
    assert MSR_EOM not in machine.hypervisor.partitions[child].vps[0].msrs
    assert machine.world.trace[len(machine.world.trace)].get("detail") == "HV_X64_MSR_EOM"


def test_a_line_to_a_partition_that_is_gone_or_has_no_processor_is_nothing(machine: Machine) -> None:
    bare = machine.calls.call("CreatePartition").value
    before = len(machine.world.trace)
    machine.hypervisor.line_interrupt(bare, 0x3E, 14)
    machine.hypervisor.line_interrupt(77, 0x3E, 14)
    assert len(machine.world.trace) == before


@pytest.mark.parametrize(
    ("simp", "scontrol", "on"), [(0x8001, 1, True), (0x8000, 1, False), (0x8001, 0, False)]
)
def test_messages_need_the_page_and_the_controller_switched_on(
    machine: Machine, child: int, simp: int, scontrol: int, on: bool
) -> None:
    machine.connect(1, 1, child, 1, kind=1)
    machine.hypervisor.write_msr(child, 0, MSR_SIMP, simp)
    machine.hypervisor.write_msr(child, 0, MSR_SCONTROL, scontrol)
    assert machine.calls.post(1, b"x").ok is on


@pytest.mark.parametrize("off", [MSR_SIEFP, MSR_SCONTROL])
def test_an_event_for_a_page_that_is_off_is_refused(machine: Machine, child: int, off: int) -> None:
    machine.connect(1, 2, child, 2, kind=2, flags=4)
    machine.switch_on_synic(child)
    machine.hypervisor.write_msr(child, 0, off, 0)
    assert machine.calls.signal(2).status is Status.INVALID_SYNIC_STATE
    assert machine.world.next_time() is None
