"""One stream of instructions on two kinds of monitor: the same on both, its sums those of Compare-LabPlatform."""

from __future__ import annotations

import pytest

from hvlab.datacenter.compare import measure
from hvlab.session.typesview import HYPERCALL, IMAGE, NATIVE, PROCESS, TRAP, Side, compare

OPERATIONS = ("write", "read")


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_sums_are_those_of_the_comparing_command(operation: str) -> None:
    found = compare("ws2008", "one-host", operation)
    for side in found.sides:
        tally = measure(side.platform, "one-host", IMAGE, operation, 1, 4096, {})
        assert dict(side.counts) == tally.counts
        assert side.total == tally.total
    assert found.command == f"Compare-LabPlatform ws2008,vs2005 {operation.capitalize()} -Count 1"


@pytest.mark.parametrize("operation", OPERATIONS)
def test_both_sides_are_given_the_same_instructions(operation: str) -> None:
    found = compare("ws2008", "one-host", operation)
    left, right = found.sides
    assert len(left.steps) == len(right.steps) == len(found.stream) > 20
    for number, one in enumerate(found.stream):
        mine, other = left.steps[number].instruction, right.steps[number].instruction
        assert mine == one
        assert other.port == one.port
        assert other.kind in (one.kind, "port")
        if one.repeats == 1:
            assert other.value == one.value


def test_every_count_of_a_side_stands_at_one_instruction() -> None:
    for side in compare("ws2008", "one-host", "write").sides:
        sums: dict[str, int] = {}
        for step in side.steps:
            for counter, number in step.counts:
                sums[counter] = sums.get(counter, 0) + number
        assert sums == {counter: number for counter, number in side.counts if number}


def test_what_becomes_of_an_instruction_is_marked() -> None:
    found = compare("ws2008", "one-host", "write")
    left, right = found.sides

    def marks(side: Side, kind: str) -> set[tuple[str, ...]]:
        return {side.steps[number].marks for number, one in enumerate(found.stream) if one.kind == kind}

    for side in found.sides:
        for kind in ("call", "request", "answer", "return"):
            assert marks(side, kind) == {(NATIVE,)}
    assert marks(left, "out") == {(TRAP, PROCESS, HYPERCALL)}
    assert marks(right, "out") == {(TRAP, PROCESS)}
    assert (TRAP,) in marks(left, "halt")
    hypercalls = sum(step.marks.count(HYPERCALL) for step in left.steps)
    assert hypercalls == dict(left.counts)["hypercall"], "one for each instruction marked so"


def test_a_hosted_lab_compares_with_the_hypervisor_of_its_time() -> None:
    assert compare("vs2005", "one-host", "write").sides[0].platform == "ws2008"


def test_a_scenario_without_the_old_system_borrows_a_lab_that_has_it() -> None:
    assert compare("ws2008", "two-nodes", "write").stream == compare("ws2008", "one-host", "write").stream
