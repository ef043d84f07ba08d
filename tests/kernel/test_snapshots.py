"""Snapshots that share: what was not touched is taken over, what was is copied, and going anywhere is exact."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hvlab.kernel import Component, World, handler

NAMES = [f"n{number}" for number in range(6)]


class Node(Component):
    """Counts, remembers, and passes on to a neighbour."""

    STATE = ("count", "seen", "nested")

    def __init__(self) -> None:
        self.count = 0
        self.seen: list[int] = []
        self.nested: dict[str, list[int]] = {"a": [0]}

    @handler
    def on_beat(self, payload: int) -> int | None:
        self.count += 1
        self.nested["a"][0] += payload
        return payload

    @handler
    def on_pass(self, payload: int) -> int | None:
        other = self.world.get(NAMES[payload % len(NAMES)], Node)
        other.seen.append(self.world.stream("draws").below(10))
        self.world.schedule(3, other.index, Node.on_pass.id, (payload * 5 + 1) % 97)
        return None


def build() -> World:
    world = World()
    nodes = [world.add(name, Node()) for name in NAMES]
    nodes[0].after(1, Node.on_pass, 3)
    nodes[1].after(2, Node.on_beat, 4)
    nodes[4].after(50, Node.on_beat, 11)
    return world


def test_what_nobody_touched_is_shared() -> None:
    world = build()
    world.run(until=10)
    first = world.snapshot()
    world.get("n2", Node).seen.append(7)
    second = world.snapshot()
    shared = [one is two for one, two in zip(first.components, second.components, strict=True)]
    assert shared == [True, True, False, True, True, True]


def test_whoever_had_an_event_is_copied() -> None:
    world = build()
    world.run(until=1)
    first = world.snapshot()
    world.run(until=2)
    second = world.snapshot()
    different = [
        one.name
        for one, two in zip(first.components, second.components, strict=True)
        if one is not None and one is not two
    ]
    assert "n1" in different and "n4" not in different and "n5" not in different
    assert world.find_unmarked_changes() == []


def test_a_change_behind_the_worlds_back_is_found() -> None:
    world = build()
    kept = world.get("n5", Node)
    world.snapshot()
    assert world.find_unmarked_changes() == []
    kept.nested["a"].append(1)
    assert world.find_unmarked_changes() == ["n5"]
    world.touch_all()
    assert world.find_unmarked_changes() == []
    assert world.snapshot().components[5].values[2] == {"a": [0, 1]}  # type: ignore[union-attr]


def test_a_change_after_a_snapshot_does_not_reach_into_it() -> None:
    world = build()
    kept = world.get("n5", Node)
    saved = world.save()
    before = world.digest()
    kept.nested["a"].append(1)
    kept.seen.append(3)
    assert world.digest() != before
    world.restore(saved)
    assert world.digest() == before
    world.get("n5", Node).nested["a"].append(1)
    world.restore(saved)
    assert world.digest() == before


def test_components_that_come_and_go() -> None:
    world = build()
    without = world.snapshot()
    before = world.digest()
    world.add("new", Node()).after(1, Node.on_beat, 2)
    world.remove(world.get("n3", Node))
    with_it = world.snapshot()
    after = world.digest()
    world.go_to(without)
    assert world.digest() == before and world.has("n3") and not world.has("new")
    world.run(until=20)
    world.go_to(with_it)
    assert world.digest() == after and world.has("new") and not world.has("n3")


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("run"), st.integers(1, 15)),
            st.tuples(st.just("touch"), st.integers(0, 5)),
            st.tuples(st.just("save"), st.just(0)),
            st.tuples(st.just("go"), st.integers(0, 30)),
        ),
        max_size=30,
    )
)
def test_going_anywhere_is_exact(steps: list[tuple[str, int]]) -> None:
    """Whatever was done in between, a snapshot is what it was, and what follows from it follows again."""
    world = build()
    known = [(world.snapshot(), world.digest())]
    for what, number in steps:
        if what == "run":
            world.run(limit=number)
        elif what == "touch":
            world.get(NAMES[number], Node).nested["a"].append(number)
        elif what == "save":
            assert world.find_unmarked_changes() == []
            known.append((world.snapshot(), world.digest()))
        else:
            state, digest = known[number % len(known)]
            world.go_to(state)
            assert world.digest() == digest
    fresh = build()
    for state, digest in known:
        world.go_to(state)
        assert world.digest() == digest
        world.run(limit=5)
        fresh.restore(state)
        fresh.run(limit=5)
        assert fresh.digest() == world.digest()


@pytest.mark.parametrize("between", [1, 3, 10])
def test_sharing_all_the_way_is_copying_all_the_way(between: int) -> None:
    shared, copied = build(), build()
    for _ in range(20):
        shared.run(limit=between)
        copied.run(limit=between)
        shared.go_to(shared.snapshot())
        copied.restore(copied.save())
        assert shared.digest() == copied.digest()
        assert shared.find_unmarked_changes() == []


def test_what_is_lent_counts_as_touched_until_it_is_taken_back() -> None:
    """A command may change at any time what it has looked up before it let the world run."""
    world = build()
    world.take_back()
    world.snapshot()
    kept = world.get("n5", Node)
    world.lend()
    world.run(limit=2)
    world.snapshot()
    world.part()
    kept.seen.append(1)
    assert world.find_unmarked_changes() == []
    changed = world.snapshot()
    assert changed.components[5].values[1] == [1]  # type: ignore[union-attr]
    world.take_back()
    last = world.snapshot()
    assert last.components[5] is not changed.components[5]  # it may have changed until it was taken back
    assert world.snapshot().components[5] is last.components[5]
    kept.seen.append(2)
    assert world.find_unmarked_changes() == ["n5"]


def test_what_the_world_looks_up_itself_is_nobodys_loan() -> None:
    world = build()
    world.take_back()
    world.snapshot()
    world.lend()
    world.get("n3", Node)  # as a handler would
    world.part()
    first = world.snapshot()
    assert world.snapshot().components[3] is first.components[3]


def test_what_was_put_back_is_copied_when_it_is_asked_for() -> None:
    world = build()
    world.run(until=10)
    before, digest = world.snapshot(), world.digest()
    kept = world.get("n1", Node)
    world.run(until=60)
    world.go_to(before)
    assert "count" not in kept.__dict__ and isinstance(kept, Node)
    assert world.snapshot().components[1] is before.components[1]  # nobody asked: it is shared as it is
    kept = world.get("n1", Node)
    kept.seen = [5]  # written before anything was read: newer than the snapshot
    assert kept.count == before.components[1].values[0]  # type: ignore[union-attr]
    assert type(kept) is Node and kept.seen == [5]
    world.go_to(before)
    assert world.digest() == digest
    with pytest.raises(AttributeError, match="nothing"):
        kept.nothing  # type: ignore[attr-defined]  # noqa: B018
