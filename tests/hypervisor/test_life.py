"""The life of partitions: what is legal when, who may, and where the pages are."""

from __future__ import annotations

from typing import Any

import pytest

from hvlab.hypervisor import HYPERCALLS, Status
from tests.hypervisor.support import Machine


@pytest.fixture
def machine() -> Machine:
    return Machine()


def owned(machine: Machine) -> list[int]:
    """How many partitions hold each of the machine's pages, as memory or in their pool."""
    holders = [0] * machine.hypervisor.memory.page_count
    for partition in machine.hypervisor.partitions.values():
        for first, count in [*[(spa, n) for _, spa, n in partition.gpa_map], *partition.pool]:
            for page in range(first, first + count):
                holders[page] += 1
    return holders


def destroy(machine: Machine, number: int) -> None:
    for name in ("FinalizePartition", "WithdrawMemory", "DeletePartition"):
        assert machine.calls.call(name, partition_id=number).ok


def test_every_page_is_in_one_partition_from_birth_to_death(machine: Machine) -> None:
    assert set(owned(machine)) == {1}
    first, second = machine.child(), machine.child()
    assert set(owned(machine)) == {1}
    for number in (first, second):
        destroy(machine, number)
    assert set(owned(machine)) == {1} and list(machine.hypervisor.partitions) == [1]
    assert machine.hypervisor.partitions[1].gpa_map == [(0, 0, 4096)]


def test_numbers_are_never_used_again(machine: Machine) -> None:
    first = machine.child()
    destroy(machine, first)
    assert machine.child() == first + 1


LEGAL = {
    "InitializePartition": ("Uninitialized",),
    "FinalizePartition": ("Active",),
    "DeletePartition": ("Uninitialized", "Finalized"),
    "DepositMemory": ("Uninitialized", "Active"),
    "MapGpaPages": ("Active",),
    "CreateVp": ("Active",),
    "InstallIntercept": ("Active",),
    "SetVpRegisters": ("Active",),
}


@pytest.mark.parametrize("name", LEGAL)
@pytest.mark.parametrize("state", ["Uninitialized", "Active", "Finalized"])
def test_what_is_legal_in_each_state(machine: Machine, name: str, state: str) -> None:
    number = machine.calls.call("CreatePartition").value
    if state != "Uninitialized":
        machine.calls.call("DepositMemory", runs=machine.pages(64), partition_id=number)
        machine.calls.call("InitializePartition", partition_id=number)
    if state == "Finalized":
        machine.calls.call("FinalizePartition", partition_id=number)
        machine.calls.call("WithdrawMemory", partition_id=number)
    runs = machine.pages(2) if name in ("DepositMemory", "MapGpaPages") else ()
    status = machine.calls.call(name, runs=runs, partition_id=number).status
    assert (status != Status.INVALID_PARTITION_STATE) == (state in LEGAL[name]), status


def test_a_partition_with_pages_in_its_pool_is_not_deleted(machine: Machine) -> None:
    number = machine.child()
    machine.calls.call("FinalizePartition", partition_id=number)
    assert machine.calls.call("DeletePartition", partition_id=number).status is Status.OPERATION_DENIED


def test_without_pages_in_the_pool_nothing_can_be_made(machine: Machine) -> None:
    number = machine.calls.call("CreatePartition").value
    assert machine.calls.call("InitializePartition", partition_id=number).status is Status.INSUFFICIENT_MEMORY
    machine.calls.call("DepositMemory", runs=machine.pages(16), partition_id=number)
    assert machine.calls.call("InitializePartition", partition_id=number).ok
    assert machine.calls.call("CreateVp", partition_id=number).status is Status.INSUFFICIENT_MEMORY
    mapped = machine.calls.call("MapGpaPages", runs=machine.pages(8), partition_id=number)
    assert mapped.status is Status.INSUFFICIENT_MEMORY
    assert set(owned(machine)) == {1}


def test_pages_that_are_not_the_callers_are_refused(machine: Machine) -> None:
    number = machine.child()
    taken = machine.hypervisor.partitions[number].gpa_map[0][1]
    for name in ("DepositMemory", "MapGpaPages"):
        result = machine.calls.call(name, runs=[(taken, 1)], partition_id=number, **_target(name))
        assert result.status is Status.OPERATION_DENIED
    assert set(owned(machine)) == {1}


def _target(name: str) -> dict[str, Any]:
    return {"target_gpa_page": 5000} if name == "MapGpaPages" else {}


@pytest.mark.parametrize(
    "name", ["CreatePartition", "DepositMemory", "WithdrawMemory", "CreatePort", "ConnectPort"]
)
def test_a_child_may_not(machine: Machine, name: str) -> None:
    number = machine.child()
    result = machine.inside(number).call(name)
    assert result.status is Status.ACCESS_DENIED
    event = machine.world.trace[result.seq]
    assert (event.get("status"), event.get("status_name")) == (6, "HV_STATUS_ACCESS_DENIED")


def test_a_stranger_may_not_touch_a_partition_that_is_not_its_child(machine: Machine) -> None:
    first, second = machine.child(), machine.child()
    result = machine.inside(first).call("FinalizePartition", partition_id=second)
    assert result.status is Status.ACCESS_DENIED
    assert machine.calls.call("FinalizePartition", partition_id=1).status is Status.ACCESS_DENIED
    assert machine.calls.call("FinalizePartition", partition_id=77).status is Status.INVALID_PARTITION_ID


@pytest.mark.parametrize("name", sorted(set(HYPERCALLS) - {"CreatePartition", "PostMessage", "SignalEvent"}))
def test_a_child_that_lacks_a_right_learns_nothing_else(machine: Machine, name: str) -> None:
    """Of several errors the missing right is told: the state, the page and the length are not even looked at."""
    number, other = machine.child(), machine.child()
    machine.calls.call("FinalizePartition", partition_id=other)
    keys = {field.name for field in HYPERCALLS[name].layout.fields} & {"partition_id", "port_partition"}
    target: dict[str, Any] = dict.fromkeys(keys or {"connection_partition"}, other)
    result = machine.inside(number).call(name, runs=[(1 << 40, 1)], **target)
    assert result.status is Status.ACCESS_DENIED
    assert machine.hypervisor.partitions[other].state == "Finalized"


def test_processors_have_indices_of_their_own(machine: Machine) -> None:
    number = machine.child()
    for index, flags, status in (
        (0, 0, Status.INVALID_VP_INDEX),
        (64, 0, Status.INVALID_VP_INDEX),
        (1, 1, Status.INVALID_PARAMETER),
    ):
        assert (
            machine.calls.call("CreateVp", partition_id=number, vp_index=index, flags=flags).status is status
        )
    assert machine.calls.call("CreateVp", partition_id=number, vp_index=1).ok
    assert machine.hypervisor.partitions[number].vps[1].state == "Suspended"


def test_what_was_in_a_page_does_not_go_to_the_next_owner(machine: Machine) -> None:
    number = machine.child()
    machine.hypervisor.write_gpa(number, 0x2000, b"secret")
    spa = machine.hypervisor.partitions[number].translate(2)
    assert spa is not None
    destroy(machine, number)
    assert machine.hypervisor.read_gpa(1, spa << 12, 6) == bytes(6)


def test_memory_that_is_not_mapped_cannot_be_reached(machine: Machine) -> None:
    number = machine.child(memory=4)
    with pytest.raises(LookupError):
        machine.hypervisor.read_gpa(number, 0x4000, 1)
    with pytest.raises(LookupError):
        machine.hypervisor.write_gpa(number, 0x3FFF, b"ab")
