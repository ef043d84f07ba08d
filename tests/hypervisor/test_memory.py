"""Physical pages: zero until written, shared with snapshots until written, and as each partition sees them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hvlab.hypervisor import PhysicalMemory
from hvlab.hypervisor.partition import Partition, give_pages, take_pages
from tests.hypervisor.support import Machine

PAGES = 6


def write(memory: PhysicalMemory, page: int, value: int) -> None:
    memory.page_for_write(page)[page] = value


def test_a_page_nobody_has_written_is_zero_and_takes_no_room() -> None:
    memory = PhysicalMemory(8)
    assert memory.page(5) == bytes(4096) and memory.touched == 0
    write(memory, 5, 1)
    assert memory.touched == 1 and memory.page(5)[5] == 1


def test_a_page_is_the_same_at_every_look_until_a_snapshot() -> None:
    memory = PhysicalMemory(8)
    page = memory.page_for_write(3)
    assert memory.page_for_write(3) is page is memory.page(3)
    memory.copy_state()
    assert memory.page_for_write(3) is not page


@pytest.mark.parametrize("page", [-1, 8, 1 << 40])
def test_pages_the_machine_does_not_have_cannot_be_written(page: int) -> None:
    with pytest.raises(IndexError):
        PhysicalMemory(8).page_for_write(page)
    PhysicalMemory(8).page_for_write(7)


@settings(max_examples=150)
@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("write"), st.integers(0, PAGES - 1), st.integers(1, 255)),
            st.tuples(st.just("clear"), st.integers(0, PAGES - 1), st.integers(0, PAGES)),
            st.tuples(st.just("save"), st.just(0), st.just(0)),
            st.tuples(st.just("restore"), st.integers(0, 5), st.just(0)),
        ),
        max_size=30,
    )
)
def test_snapshots_share_pages_and_never_see_a_later_write(steps: list[tuple[str, int, int]]) -> None:
    """Against a plain list of the pages' values and copies of it."""
    memory, model = PhysicalMemory(PAGES), [0] * PAGES
    saved: list[tuple[PhysicalMemory, list[int]]] = []
    for what, number, value in steps:
        if what == "write":
            write(memory, number, value)
            model[number] = value
        elif what == "clear":
            memory.clear(number, value)
            model = [0 if number <= page < number + value else old for page, old in enumerate(model)]
        elif what == "save":
            saved.append((memory.copy_state(), model[:]))
        elif number < len(saved):
            memory.restore_state(saved[number][0])
            model = saved[number][1][:]
        for held, expected in [(memory, model), *saved]:
            assert [held.page(page)[page] for page in range(PAGES)] == expected
            assert held.digest_state() == twin(expected).digest_state()


def twin(values: list[int]) -> PhysicalMemory:
    memory = PhysicalMemory(PAGES)
    for page, value in enumerate(values):
        if value:
            write(memory, page, value)
    return memory


def test_a_digest_knows_the_page_and_its_bytes_and_takes_zeros_for_untouched() -> None:
    one, other, zero = PhysicalMemory(8), PhysicalMemory(8), PhysicalMemory(8)
    one.page_for_write(1)[0] = 1
    other.page_for_write(2)[0] = 1
    zero.page_for_write(1)
    assert one.digest_state() != other.digest_state()
    assert zero.digest_state() == PhysicalMemory(8).digest_state() == []


# -- runs of pages ------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 6)), max_size=20))
def test_runs_of_pages_are_a_set_of_pages(taken: list[tuple[int, int]]) -> None:
    runs, model = [(0, 40)], set(range(40))
    gone: list[tuple[int, int]] = []
    for first, count in taken:
        wanted = set(range(first, first + count))
        assert take_pages(runs, first, count) == (wanted <= model)
        if wanted <= model:
            model -= wanted
            gone.append((first, count))
        assert [page for start, length in runs for page in range(start, start + length)] == sorted(model)
    for first, count in gone:
        give_pages(runs, first, count)
    assert runs == [(0, 40)]


def test_a_guest_page_is_found_in_the_run_that_holds_it() -> None:
    partition = Partition(2, 1, 0)
    partition.gpa_map = [(0, 100, 2), (4, 50, 1), (8, 200, 3)]
    found = [partition.translate(page) for page in range(12)]
    assert found == [100, 101, None, None, 50, None, None, None, 200, 201, 202, None]
    assert partition.mapped_pages == 6


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 4 * 4096 - 1), st.binary(min_size=1, max_size=9000))
def test_bytes_go_over_pages_that_lie_apart(at: int, data: bytes) -> None:
    machine = Machine(pages=512)
    number = scattered(machine)
    data = data[: 16 * 4096 - at]
    machine.hypervisor.write_gpa(number, at, data)
    assert machine.hypervisor.read_gpa(number, at, len(data)) == data
    whole = machine.hypervisor.read_gpa(number, 0, 16 * 4096)
    assert whole == bytes(at) + data + bytes(16 * 4096 - at - len(data))


def scattered(machine: Machine) -> int:
    """A child of 16 pages, each of which lies apart from the others, and not in order."""
    number = machine.calls.call("CreatePartition").value
    machine.calls.call("DepositMemory", runs=machine.pages(64), partition_id=number)
    machine.calls.call("InitializePartition", partition_id=number)
    runs = [(16 + 2 * (page * 7 % 16), 1) for page in range(16)]
    assert machine.calls.call("MapGpaPages", runs=runs, partition_id=number, map_flags=7).ok
    return number
