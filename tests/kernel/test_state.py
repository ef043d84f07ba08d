"""State as data: copies share nothing that changes, and a digest's spelling tells values apart."""

from __future__ import annotations

import enum
import uuid
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hvlab.kernel import Component, World, handler
from hvlab.kernel.state import copy_state, plain

ENCODE = msgspec.msgpack.Encoder(order="deterministic").encode


class Colour(enum.Enum):
    """A value with a name."""

    RED = 1
    BLUE = 2


@dataclass
class Changing:
    """Changes."""

    items: list[Any] = field(default_factory=list)


@dataclass(frozen=True)
class Fixed:
    """Does not."""

    number: int = 0


class Own:
    """Brings its own ways."""

    def copy_state(self) -> str:
        return "copied"

    def digest_state(self) -> str:
        return "spelt"


def states() -> st.SearchStrategy[Any]:
    """Values such as components hold."""
    atoms = st.one_of(
        st.none(), st.booleans(), st.integers(), st.text(max_size=4), st.binary(max_size=4), st.uuids()
    )
    keys = st.one_of(st.integers(0, 9), st.text(max_size=2), st.tuples(st.integers(0, 3), st.integers(0, 3)))
    return st.recursive(
        st.one_of(atoms, st.binary(max_size=4).map(bytearray), st.sampled_from(Colour)),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.tuples(inner, inner),
            st.dictionaries(keys, inner, max_size=3),
            inner.map(lambda value: Changing([value])),
            st.integers().map(Fixed),
        ),
        max_leaves=8,
    )


@given(states())
def test_a_copy_is_equal_and_is_spelt_the_same(value: Any) -> None:
    twin = copy_state(value)
    assert twin == value and type(twin) is type(value)
    assert ENCODE(plain(twin)) == ENCODE(plain(value))


@given(states(), states())
def test_values_that_differ_are_spelt_differently(one: Any, other: Any) -> None:
    if plain_form(one) != plain_form(other):
        assert ENCODE(plain(one)) != ENCODE(plain(other))


def plain_form(value: Any) -> Any:
    """What a digest may not tell apart: lists from tuples, bytes from bytearrays; everything else it must."""
    if isinstance(value, (list, tuple)):
        return ("list", *(plain_form(item) for item in value))
    if isinstance(value, dict):
        # An empty dict and an empty list are the same to a digest: a component's fields have fixed kinds.
        rows = sorted(((plain_form(k), plain_form(v)) for k, v in value.items()), key=repr)
        return ("list", *(("list", *row) for row in rows))
    if isinstance(value, (bytes, bytearray)):
        return ("bytes", bytes(value))
    if isinstance(value, Changing):
        return ("Changing", plain_form(value.items))
    return (type(value).__name__, value)


def test_what_changes_in_a_copy_does_not_change_in_the_original() -> None:
    original: dict[str, Any] = {"list": [[1]], "bytes": bytearray(b"ab"), "part": Changing([1]), "t": ([1],)}
    twin = copy_state(original)
    twin["list"][0].append(2)
    twin["bytes"][0] = 0
    twin["part"].items.append(2)
    twin["t"][0].append(2)
    twin["new"] = 1
    assert original == {"list": [[1]], "bytes": bytearray(b"ab"), "part": Changing([1]), "t": ([1],)}


def test_what_cannot_change_is_shared() -> None:
    for value in (Fixed(3), uuid.uuid4(), "text", b"bytes", Colour.RED, 1 << 80):
        assert copy_state(value) is value


def test_objects_with_ways_of_their_own_are_asked() -> None:
    assert (copy_state([Own()]), plain([Own()])) == (["copied"], ["spelt"])


@pytest.mark.parametrize("number", [-(1 << 63) - 1, -(1 << 63), -1, 0, (1 << 64) - 1, 1 << 64, 1 << 200])
def test_integers_of_any_size_are_spelt(number: int) -> None:
    spelt = plain(number)
    assert spelt == (number if -(1 << 63) <= number < 1 << 64 else ["int", str(number)])
    assert ENCODE(spelt)
    assert ENCODE(spelt) != ENCODE(plain(number + 1))


def test_true_and_one_are_not_the_same() -> None:
    assert ENCODE(plain([True, 0])) != ENCODE(plain([1, False]))


def test_a_dataclass_is_spelt_with_its_name_and_an_enumeration_with_its_value() -> None:
    assert plain(Fixed(7)) == ["Fixed", 7]
    assert plain(Colour.BLUE) == ["Colour", 2]


def test_keys_of_several_kinds_have_one_order() -> None:
    one: dict[Any, int] = {"b": 1, 2: 2, (1, 2): 3, "a": 4, 1: 5}
    assert plain(one) == plain(dict(reversed(one.items())))


class Two(Component):
    """Has two handlers."""

    STATE = ()

    @handler
    def on_one(self, payload: object) -> int | None:
        return None

    @handler
    def on_other(self, payload: object) -> int | None:
        return None


def digest(what: handler[Two, Any], delay: int = 5, name: str = "two", seed: int = 0, draws: int = 0) -> str:
    world = World(seed)
    world.add(name, Two()).after(delay, what, "x")
    for _ in range(draws):
        world.stream("s").next_u64()
    return world.digest()


def test_a_digest_tells_handlers_times_names_seeds_and_draws_apart() -> None:
    found = {
        digest(Two.on_one),
        digest(Two.on_other),
        digest(Two.on_one, delay=6),
        digest(Two.on_one, name="other"),
        digest(Two.on_one, seed=1),
        digest(Two.on_one, draws=1),
        digest(Two.on_one, draws=2),
    }
    assert len(found) == 7 and digest(Two.on_one) in found


def test_a_digest_ignores_what_was_cancelled_and_what_was_traced() -> None:
    worlds = World(), World()
    for world in worlds:
        world.add("two", Two())
    kept = [world.get("two", Two) for world in worlds]
    for two in kept:
        two.after(5, Two.on_one, "x")
    worlds[0].cancel(kept[0].after(1, Two.on_other, "y"))
    worlds[1].run(until=0)
    kept[1].after(1, Two.on_other, "y")
    assert worlds[0].digest() != worlds[1].digest()
    worlds[1].cancel(2)
    worlds[0].emit("command", "a", "b", None, None, None, "x")
    assert worlds[0].digest() == worlds[1].digest()


def test_streams_go_back_with_the_world() -> None:
    world = World(seed=5)
    first = world.stream("a")
    first.next_u64()
    saved = world.save()
    expected = [world.stream("a").next_u64(), world.stream("b").next_u64()]
    world.restore(saved)
    assert [world.stream("a").next_u64(), world.stream("b").next_u64()] == expected


class Asked(NamedTuple):
    """What is asked of a disk, for example."""

    path: str
    data: bytes


@dataclass(frozen=True)
class AskedToo:
    """The same as a dataclass."""

    path: str
    data: bytes


def test_a_named_tuple_is_fixed_and_spelled_as_a_dataclass_is() -> None:
    asked = Asked("d", b"1")
    assert copy_state(asked) is asked
    assert plain(asked) == ["Asked", *plain(AskedToo("d", b"1"))[1:]]
    assert plain(asked) != plain(("d", b"1"))


@pytest.mark.parametrize("held", [[("a", 1), ("b", [2])], {1: ("a", 1), 2: ("b", [2])}])
def test_tuples_that_hold_something_changing_are_copied(held: Any) -> None:
    twin = copy_state(held)
    (held[1] if isinstance(held, list) else held[2])[1].append(3)
    assert (twin[1] if isinstance(twin, list) else twin[2]) == ("b", [2])
    fixed = [("a", 1), ()]
    assert copy_state(fixed) == fixed and copy_state(fixed) is not fixed
