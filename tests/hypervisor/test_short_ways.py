"""What is looked up once and what is done at once leads to what the general way leads to."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from hvlab.hypervisor.calls import REGISTER_VALUE, SET_VP_REGISTERS
from hvlab.hypervisor.life import (
    REGISTER_EXPLICIT_SUSPEND,
    REGISTER_INTERCEPT_SUSPEND,
    REGISTER_RAX,
    REGISTER_RCX,
)
from hvlab.hypervisor.results import Result
from tests.hypervisor.support import COSTS, Machine

UNKNOWN = 0x1234
PORT = 0x1F0

SETTINGS = st.tuples(
    st.sampled_from([1, 2, 2, 2, 3, 3, 9]),
    st.sampled_from([0, 0, 0, 1]),
    st.dictionaries(
        st.sampled_from(
            [REGISTER_EXPLICIT_SUSPEND, REGISTER_INTERCEPT_SUSPEND, REGISTER_RAX, REGISTER_RCX, UNKNOWN]
        ),
        st.integers(0, 2),
        max_size=4,
    ),
)
STEPS = st.lists(st.one_of(SETTINGS, st.sampled_from(["port", "line", "finalize", "run"])), max_size=20)


def at_once(machine: Machine, number: int, vp: int, registers: dict[int, int]) -> Result:
    return machine.calls.set_registers(number, vp, registers)


def by_call(machine: Machine, number: int, vp: int, registers: dict[int, int]) -> Result:
    """As any other repeat call goes."""
    block = SET_VP_REGISTERS.pack(partition_id=number, vp_index=vp)
    machine.hypervisor.write_gpa(1, machine.calls.input_gpa, block)
    values = [REGISTER_VALUE.pack(register_name=name, low=value) for name, value in registers.items()]
    return machine.hypervisor.call(1, 0, "SetVpRegisters", block, (), values)


def led_to(
    steps: list[tuple[int, int, dict[int, int]] | str],
    way: Callable[[Machine, int, int, dict[int, int]], Result],
) -> tuple[object, ...]:
    """The results, and the digests of world and trace."""
    machine = Machine()
    machine.switch_on_synic(1, sint=0, vector=0x40)
    for number in (2, 3):
        assert machine.child() == number
        assert machine.calls.call(
            "InstallIntercept", partition_id=number, access_type=3, intercept_type=0, parameter=PORT
        ).ok
    hypervisor, results = machine.hypervisor, []
    for step in steps:
        if not isinstance(step, str):
            number, vp, registers = step
            found = way(machine, number, vp, registers)
            results.append((found.status, found.done, found.seq, found.entries))
        elif step == "run":
            machine.world.run()
        elif step == "port":
            if not hypervisor.stands(2, 0):
                hypervisor.io_port(2, 0, PORT, False, 1)
        elif step == "line":
            hypervisor.line_interrupt(2, 0x3E, 14)
        elif step == "finalize":
            machine.calls.call("FinalizePartition", partition_id=3)
    machine.world.run()
    return results, machine.world.digest(), machine.world.trace.digest()


@given(STEPS)
def test_registers_set_at_once_are_those_set_by_the_call(
    steps: list[tuple[int, int, dict[int, int]] | str],
) -> None:
    assert led_to(steps, at_once) == led_to(steps, by_call)


def test_a_list_too_long_for_one_entry_goes_the_general_way() -> None:
    machine = Machine()
    child = machine.child()
    object.__setattr__(machine.hypervisor, "costs", COSTS.__class__(10, 5, 100, 7, repeat_element=40_000))
    assert machine.calls.set_registers(child, 0, {REGISTER_RAX: 1, REGISTER_RCX: 2}).entries == 2


def test_a_page_that_was_used_is_found_no_more_when_it_is_unmapped() -> None:
    machine = Machine()
    child = machine.child(memory=8)
    hypervisor = machine.hypervisor
    hypervisor.write_gpa(child, 0x3010, b"here")
    assert hypervisor.read_gpa(child, 0x3010, 4) == b"here"
    before = hypervisor.machine_page(child, 3)
    assert machine.calls.call("UnmapGpaPages", runs=[(before, 1)], partition_id=child, target_gpa_page=3).ok
    try:
        hypervisor.machine_page(child, 3)
    except LookupError:
        return
    raise AssertionError("the page is gone")


def test_messages_go_to_where_their_page_is_now() -> None:
    """A SIM page that is moved gets the next message, and none while it is off."""
    machine = Machine()
    machine.switch_on_synic(1, sint=0, vector=0x40)
    child = machine.child()
    assert machine.calls.call(
        "InstallIntercept", partition_id=child, access_type=3, intercept_type=0, parameter=PORT
    ).ok
    hypervisor = machine.hypervisor
    for value, page in ((0x8001, 0x8000), (0xA001, 0xA000)):
        hypervisor.write_msr(1, 0, 0x40000083, value)
        hypervisor.io_port(child, 0, PORT, False, 1)
        assert any(hypervisor.read_gpa(1, page, 4))
        machine.calls.set_registers(child, 0, {REGISTER_INTERCEPT_SUSPEND: 0})
        hypervisor.write_gpa(1, page, bytes(4))
    hypervisor.write_msr(1, 0, 0x40000083, 0)
    hypervisor.io_port(child, 0, PORT, False, 1)
    assert hypervisor.partitions[1].vps[0].waiting[0]
