"""Messages, event flags and intercepts: slots, queues, masks, and the way round through the parent."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hvlab.hypervisor import Status
from hvlab.hypervisor.intercepts import IO_PORT, IO_PORT_MESSAGE, SYNIC_MESSAGE
from hvlab.hypervisor.life import REGISTER_INTERCEPT_SUSPEND, REGISTER_RAX
from hvlab.hypervisor.partition import MSR_EOM, MSR_GUEST_OS_ID, MSR_HYPERCALL, MSR_SIEFP, MSR_SINT0
from tests.hypervisor.support import COSTS, Machine

SLOT = 0x8000 + 2 * 256
FLAGS = 0x9000 + 2 * 256


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def child(machine: Machine) -> int:
    number = machine.child()
    machine.switch_on_synic(number)
    machine.connect(1, 0x201, number, 1, kind=1)
    machine.connect(1, 0x202, number, 2, kind=2, flags=2048)
    return number


def slot(machine: Machine, child: int) -> dict[str, object]:
    return SYNIC_MESSAGE.unpack(machine.hypervisor.read_gpa(child, SLOT, 256))


def clear_slot(machine: Machine, child: int) -> None:
    machine.hypervisor.write_gpa(child, SLOT, bytes(4))


def interrupts(machine: Machine, child: int) -> int:
    machine.world.run()
    return sum(1 for seen in machine.software(child).seen if seen[0] == "interrupt")


def test_a_message_lies_in_the_slot_of_its_sint(machine: Machine, child: int) -> None:
    assert machine.calls.post(0x201, b"hello").ok
    found = slot(machine, child)
    assert (found["message_type"], found["payload_size"], found["flags"], found["sender"]) == (1, 5, 0, 1)
    assert bytes(found["payload"])[:5] == b"hello"  # type: ignore[call-overload]
    assert interrupts(machine, child) == 1
    assert machine.software(child).seen[0] == ("interrupt", 0, 2, 0x52, COSTS.hypercall + COSTS.interrupt)


def test_a_second_message_waits_until_the_slot_is_free_and_eom_written(machine: Machine, child: int) -> None:
    machine.calls.post(0x201, b"one")
    machine.calls.post(0x201, b"two")
    assert bytes(slot(machine, child)["payload"])[:3] == b"one"  # type: ignore[call-overload]
    assert slot(machine, child)["flags"] == 1
    machine.hypervisor.write_msr(child, 0, MSR_EOM, 0)  # too early: the slot is still taken
    assert bytes(slot(machine, child)["payload"])[:3] == b"one"  # type: ignore[call-overload]
    clear_slot(machine, child)
    machine.hypervisor.write_msr(child, 0, MSR_EOM, 0)
    assert bytes(slot(machine, child)["payload"])[:3] == b"two"  # type: ignore[call-overload]
    assert slot(machine, child)["flags"] == 0
    assert interrupts(machine, child) == 2


def test_a_message_never_overtakes_those_that_wait(machine: Machine, child: int) -> None:
    """The receiver has freed the slot and not yet written EOM: a third message puts the second one in."""
    for text in (b"one", b"two"):
        machine.calls.post(0x201, text)
    clear_slot(machine, child)
    machine.calls.post(0x201, b"six")
    found = slot(machine, child)
    assert (bytes(found["payload"])[:3], found["flags"]) == (b"two", 1)  # type: ignore[call-overload]
    clear_slot(machine, child)
    machine.hypervisor.write_msr(child, 0, MSR_EOM, 0)
    found = slot(machine, child)
    assert (bytes(found["payload"])[:3], found["flags"]) == (b"six", 0)  # type: ignore[call-overload]
    assert interrupts(machine, child) == 3


def test_the_trace_says_that_a_message_waits_and_how_many(machine: Machine, child: int) -> None:
    for text in (b"one", b"two", b"six"):
        machine.calls.post(0x201, text)
    events = [event for event in machine.world.trace if event.kind == "message.queued"]
    assert [(event.get("sint"), event.get("waiting"), event.partition) for event in events] == [
        (2, 1, child),
        (2, 2, child),
    ]
    posts = [machine.world.trace[event.cause or 0].get("name") for event in events]
    assert posts == ["PostMessage", "PostMessage"]


def test_an_intercept_waits_for_a_parent_whose_synic_is_off(machine: Machine) -> None:
    number = machine.child()
    machine.calls.call(
        "InstallIntercept", partition_id=number, access_type=3, intercept_type=0, parameter=0x1F7
    )
    assert machine.hypervisor.io_port(number, 0, 0x1F7, write=False, size=1) is True
    assert machine.hypervisor.read_gpa(1, 0x8000, 4) == bytes(4)
    machine.hypervisor.write_msr(1, 0, MSR_EOM, 0)  # still off: nothing comes, nothing is lost
    machine.switch_on_synic(1, sint=0, vector=0x40)
    machine.hypervisor.write_msr(1, 0, MSR_EOM, 0)
    assert int.from_bytes(machine.hypervisor.read_gpa(1, 0x8000, 4), "little") == IO_PORT
    machine.world.run()
    assert [seen[:4] for seen in machine.root.seen] == [("interrupt", 0, 0, 0x40)]


def test_slots_of_different_sints_do_not_wait_for_each_other(machine: Machine, child: int) -> None:
    machine.hypervisor.write_msr(child, 0, MSR_SINT0 + 5, 0x60)
    assert machine.calls.call(
        "CreatePort", port_partition=child, port_id=9, connection_partition=1, port_type=1, target_sint=5
    ).ok
    assert machine.calls.call(
        "ConnectPort",
        connection_partition=1,
        connection_id=9,
        port_partition=child,
        port_id=9,
        connection_type=1,
    ).ok
    machine.calls.post(0x201, b"two")
    machine.calls.post(9, b"five")
    assert machine.hypervisor.read_gpa(child, 0x8000 + 5 * 256 + 16, 4) == b"five"
    assert slot(machine, child)["flags"] == 0 and interrupts(machine, child) == 2


def test_a_partition_without_software_is_not_interrupted(machine: Machine, child: int) -> None:
    """Between the guest's end and the partition's, a message may still come: nobody is called for it."""
    machine.hypervisor.partitions[child].software = -1
    machine.calls.post(0x201, b"late")
    assert machine.world.next_time() is None


def test_sixteen_messages_wait_and_the_next_is_refused(machine: Machine, child: int) -> None:
    statuses = [machine.calls.post(0x201, bytes([number])).status for number in range(18)]
    assert statuses[:17] == [Status.SUCCESS] * 17  # one in the slot, sixteen in buffers
    assert statuses[17] is Status.INSUFFICIENT_BUFFERS
    order = []
    for _ in range(17):
        order.append(bytes(slot(machine, child)["payload"])[0])  # type: ignore[call-overload]
        clear_slot(machine, child)
        machine.hypervisor.write_msr(child, 0, MSR_EOM, 0)
    assert order == list(range(17))


def test_a_masked_sint_gets_the_message_but_no_interrupt(machine: Machine, child: int) -> None:
    machine.hypervisor.write_msr(child, 0, MSR_SINT0 + 2, 1 << 16 | 0x52)
    assert machine.calls.post(0x201, b"x").ok
    assert slot(machine, child)["message_type"] == 1
    assert interrupts(machine, child) == 0


def test_messages_of_a_masked_sint_are_taken_one_by_one_without_interrupts(
    machine: Machine, child: int
) -> None:
    """MessagePending and EOM work as ever; what is unmasked later interrupts from the next message on."""
    masked = 1 << 16 | 0x52
    machine.hypervisor.write_msr(child, 0, MSR_SINT0 + 2, masked)
    for text in (b"one", b"two", b"six"):
        assert machine.calls.post(0x201, text).ok
    assert slot(machine, child)["flags"] == 1  # MessagePending
    clear_slot(machine, child)
    machine.hypervisor.write_msr(child, 0, MSR_EOM, 0)
    found = slot(machine, child)
    assert (bytes(found["payload"])[:3], found["flags"]) == (b"two", 1)  # type: ignore[call-overload]
    assert interrupts(machine, child) == 0
    machine.hypervisor.write_msr(child, 0, MSR_SINT0 + 2, 0x52)
    assert interrupts(machine, child) == 0  # what was lost does not come back
    clear_slot(machine, child)
    machine.hypervisor.write_msr(child, 0, MSR_EOM, 0)
    found = slot(machine, child)
    assert (bytes(found["payload"])[:3], found["flags"]) == (b"six", 0)  # type: ignore[call-overload]
    assert interrupts(machine, child) == 1


def test_an_event_for_a_masked_sint_is_refused_and_sets_nothing(machine: Machine, child: int) -> None:
    machine.hypervisor.write_msr(child, 0, MSR_SINT0 + 2, 1 << 16 | 0x52)
    assert machine.calls.signal(0x202, 11).status is Status.INVALID_SYNIC_STATE
    assert machine.hypervisor.read_gpa(child, FLAGS, 256) == bytes(256)
    assert interrupts(machine, child) == 0
    machine.hypervisor.write_msr(child, 0, MSR_SINT0 + 2, 0x52)
    assert machine.calls.signal(0x202, 11).ok
    assert interrupts(machine, child) == 1


def test_an_event_flag_interrupts_only_when_it_was_clear(machine: Machine, child: int) -> None:
    assert machine.calls.signal(0x202, 11).ok
    assert machine.calls.signal(0x202, 11).ok
    assert machine.hypervisor.read_gpa(child, FLAGS + 1, 1) == bytes([1 << 3])
    assert interrupts(machine, child) == 1
    machine.hypervisor.write_gpa(child, FLAGS + 1, b"\0")
    machine.calls.signal(0x202, 11)
    assert interrupts(machine, child) == 2


def test_a_signal_whose_way_is_known_leaves_the_same_events(machine: Machine, child: int) -> None:
    told = []
    for _ in range(3):
        before = len(machine.world.trace)
        assert machine.calls.signal(0x202, 11).seq == before + 1
        hypercall, interrupt = machine.world.trace.since(before)
        assert interrupt.cause == hypercall.seq
        told.append(
            [(one.kind, one.source, one.target, one.vp, one.fields) for one in (hypercall, interrupt)]
        )
        assert interrupts(machine, child) == len(told)
        machine.hypervisor.write_gpa(child, FLAGS, bytes(256))
    assert told[0] == told[1] == told[2]
    assert machine.hypervisor.partitions[1].vps[0].exits["hypercall"] > 3


def test_a_known_way_is_forgotten_when_something_on_it_changes(machine: Machine, child: int) -> None:
    world, signal = machine.world, machine.calls.signal
    whole = world.save()

    def after(change: Callable[[], object]) -> Status:
        world.restore(whole)
        assert signal(0x202, 11).ok and signal(0x202, 11).ok
        change()
        return signal(0x202, 11).status

    call, msr = machine.calls.call, machine.hypervisor.write_msr
    assert after(lambda: msr(child, 0, MSR_SINT0 + 2, 1 << 16 | 0x52)) is Status.INVALID_SYNIC_STATE
    assert after(lambda: msr(child, 0, MSR_SIEFP, 0)) is Status.INVALID_SYNIC_STATE
    assert after(lambda: call("DeletePort", port_partition=child, port_id=2)) is Status.INVALID_PORT_ID
    gone = after(lambda: call("DisconnectPort", connection_partition=1, connection_id=0x202))
    assert gone is Status.INVALID_CONNECTION_ID
    assert after(lambda: call("FinalizePartition", partition_id=child)) is not Status.SUCCESS
    assert after(lambda: None) is Status.SUCCESS


def test_a_known_way_leads_nowhere_else_after_going_back(machine: Machine, child: int) -> None:
    whole = machine.world.save()
    assert machine.calls.signal(0x202, 11).ok
    machine.world.restore(whole)
    assert machine.calls.signal(0x202, 11).ok
    assert machine.hypervisor.read_gpa(child, FLAGS + 1, 1) == bytes([1 << 3])
    assert machine.hypervisor.partitions[child].vps[0].halted is False
    assert interrupts(machine, child) == 1


@pytest.mark.parametrize(
    ("connection", "payload", "status"),
    [
        (0x999, b"x", Status.INVALID_CONNECTION_ID),
        (0x202, b"x", Status.INVALID_PORT_ID),  # an event port
    ],
)
def test_posts_that_go_nowhere(
    machine: Machine, child: int, connection: int, payload: bytes, status: Status
) -> None:
    assert machine.calls.post(connection, payload).status is status


def test_post_message_checks_its_parameters(machine: Machine, child: int) -> None:
    for kind, size in ((0, 1), (1 << 31, 1), (1, 241)):
        result = machine.calls.call("PostMessage", connection_id=0x201, message_type=kind, payload_size=size)
        assert result.status is Status.INVALID_PARAMETER
    assert machine.calls.signal(0x202, 2048).status is Status.INVALID_PARAMETER


def test_a_deleted_port_leaves_a_dead_connection(machine: Machine, child: int) -> None:
    assert machine.calls.call("DeletePort", port_partition=child, port_id=1).ok
    assert machine.calls.post(0x201, b"x").status is Status.INVALID_PORT_ID


def test_ports_and_connections_have_numbers_of_their_own(machine: Machine, child: int) -> None:
    again = machine.calls.call(
        "CreatePort", port_partition=child, port_id=1, connection_partition=1, port_type=1, target_sint=2
    )
    assert again.status is Status.INVALID_PORT_ID
    bad_sint = machine.calls.call(
        "CreatePort", port_partition=child, port_id=9, connection_partition=1, port_type=1, target_sint=0
    )
    assert bad_sint.status is Status.INVALID_PARAMETER
    twice = machine.calls.call(
        "ConnectPort", connection_partition=1, connection_id=0x201, port_partition=child, port_id=1
    )
    assert twice.status is Status.INVALID_CONNECTION_ID


def test_a_synic_that_is_off_takes_no_message(machine: Machine) -> None:
    number = machine.child()
    machine.connect(1, 0x201, number, 1, kind=1)
    assert machine.calls.post(0x201, b"x").status is Status.INVALID_SYNIC_STATE


def test_the_hypercall_page_stays_off_until_the_guest_has_said_who_it_is(machine: Machine) -> None:
    number = machine.child()
    processor = machine.hypervisor.partitions[number].vps[0]
    machine.hypervisor.write_msr(number, 0, MSR_HYPERCALL, 0x5001)
    assert processor.msrs[MSR_HYPERCALL] == 0x5000
    machine.hypervisor.write_msr(number, 0, MSR_GUEST_OS_ID, 1)
    machine.hypervisor.write_msr(number, 0, MSR_HYPERCALL, 0x5001)
    assert processor.msrs[MSR_HYPERCALL] == 0x5001


def test_an_intercepted_access_goes_round_through_the_parent(machine: Machine) -> None:
    number = machine.child()
    machine.switch_on_synic(1, sint=0, vector=0x40)
    installed = machine.calls.call(
        "InstallIntercept", partition_id=number, access_type=3, intercept_type=0, parameter=0x1F7
    )
    assert installed.ok
    assert machine.hypervisor.io_port(number, 0, 0x1F7, write=False, size=1) is True
    processor = machine.hypervisor.partitions[number].vps[0]
    assert (processor.state, processor.intercepted) == ("Suspended", True)
    found = SYNIC_MESSAGE.unpack(machine.hypervisor.read_gpa(1, 0x8000, 256))
    assert (found["message_type"], found["sender"]) == (IO_PORT, number)
    access = IO_PORT_MESSAGE.unpack(found["payload"])
    assert (access["port"], access["access_type"], access["access_info"]) == (0x1F7, 0, 1)
    machine.world.run()
    assert machine.root.seen == [("interrupt", 0, 0, 0x40, COSTS.intercept + COSTS.interrupt)]
    machine.calls.set_registers(number, 0, {REGISTER_RAX: 0x50, REGISTER_INTERCEPT_SUSPEND: 0})
    assert processor.registers["rax"] == 0x50 and processor.state == "Running"
    machine.world.run()
    assert machine.software(number).seen[0][:2] == ("resumed", 0)


def test_an_access_nobody_intercepts_reads_all_ones(machine: Machine) -> None:
    number = machine.child()
    assert machine.hypervisor.io_port(number, 0, 0x3F8, write=False, size=1) is False
    assert machine.hypervisor.partitions[number].vps[0].registers["rax"] == 0xFF


def test_exits_are_counted_where_they_happen(machine: Machine, child: int) -> None:
    before = sum(machine.hypervisor.partitions[child].vps[0].exits.values())
    machine.hypervisor.cpuid(child, 0, 0x40000000)
    machine.inside(child).post(5, b"x")
    machine.hypervisor.halt(child, 0)
    exits = machine.hypervisor.partitions[child].vps[0].exits
    assert sum(exits.values()) == before + 3
    assert (exits["cpuid"], exits["hypercall"], exits["hlt"]) == (1, 1, 1)
