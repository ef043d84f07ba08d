"""Worlds can be saved, put back and digested; traces have causes and a fixed form."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import uuid
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hvlab.datacenter.build import build_world
from hvlab.host.vmms import Vmms
from hvlab.kernel import KINDS, Component, Field, Layout, Stream, World, derived, handler, neighbour
from hvlab.kernel.state import copy_state, plain

SYSTEM = r"C:\Images\WS2008-x64.vhd"


def booting() -> World:
    world = build_world()
    vmms = world.get("host1/root/vmms", Vmms)
    vmms.create("web01", 512 << 20)
    vmms.add_drive("web01", SYSTEM, "IDE", 0, 0)
    vmms.start("web01")
    return world


@pytest.mark.parametrize("events", [0, 1, 57, 300, 520, 700])
def test_a_world_put_back_goes_on_as_it_went_before(events: int) -> None:
    world = booting()
    world.run(limit=events)
    saved = world.save()
    at_save = (world.digest(), len(world.trace))
    world.run(until=world.now + 20_000_000_000)
    end = (world.digest(), world.trace.digest(), world.processed)
    world.restore(saved)
    assert (world.digest(), len(world.trace)) == at_save
    world.run(until=world.now + 20_000_000_000)
    assert (world.digest(), world.trace.digest(), world.processed) == end
    world.restore(saved)  # a state is not used up by going back to it
    assert (world.digest(), len(world.trace)) == at_save


def test_going_back_before_a_machine_existed_and_forward_again() -> None:
    world = build_world()
    empty = world.save()
    before = world.digest()
    vmms = world.get("host1/root/vmms", Vmms)
    vmms.create("web01", 512 << 20)
    vmms.start("web01")
    world.run(until=3_000_000_000)
    running = world.save()
    digest = world.digest()
    world.restore(empty)
    assert world.digest() == before and not world.has("host1/web01")
    world.restore(running)
    assert world.digest() == digest and world.has("host1/web01")


PROBE = """
from tests.kernel.test_world import booting
world = booting()
world.run(until=15_000_000_000)
print(world.digest(), world.trace.digest())
"""


def test_digests_do_not_depend_on_the_process() -> None:
    found = {
        subprocess.run(
            [sys.executable, "-c", PROBE],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "4711")
    }
    assert len(found) == 1


@dataclass
class Part:
    """State of many kinds."""

    numbers: dict[str, int] = field(default_factory=dict)
    rows: list[bytes] = field(default_factory=list)


class Holder(Component):
    """Holds a part."""

    STATE = ("part",)

    def __init__(self) -> None:
        self.part = Part()

    @handler
    def on_nothing(self, payload: object) -> int | None:
        return None


def digest_of(part: Part, payload: object = None) -> str:
    world = World()
    holder = world.add("holder", Holder())
    holder.part = part
    holder.after(5, Holder.on_nothing, payload)
    return world.digest()


def test_a_digest_sees_values_and_not_the_order_of_insertion() -> None:
    assert digest_of(Part({"a": 1, "b": 2})) == digest_of(Part({"b": 2, "a": 1}))
    others = [Part({"a": 1, "b": 3}), Part({"a": 1}), Part({"a": 1, "b": 2}, [b""]), Part({"b": 1, "a": 2})]
    assert len({digest_of(part) for part in others} | {digest_of(Part({"a": 1, "b": 2}))}) == 5
    assert digest_of(Part(), 1) != digest_of(Part(), 2)


@pytest.mark.parametrize("value", [1.5, {1, 2}, lambda: None, object()])
def test_what_cannot_be_saved_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        copy_state(value)
    with pytest.raises(TypeError):
        plain(value)


def test_streams_are_named_seeded_and_apart() -> None:
    first, second = World(seed=7), World(seed=7)
    assert first.stream("a").take(16) == second.stream("a").take(16)
    assert first.stream("a").take(16) != first.stream("b").take(16)
    assert World(seed=8).stream("a").take(16) != World(seed=7).stream("a").take(16)
    assert Stream(0).next_u64() == 0xE220A8397B1DCDAF  # SplitMix64's published first output


@given(st.integers(0, 2**64 - 1), st.integers(1, 10**9))
def test_a_draw_below_a_bound_stays_below_it(seed: int, bound: int) -> None:
    stream = Stream(seed)
    assert all(0 <= stream.below(bound) < bound for _ in range(5))


def test_draws_take_whole_words_and_ids_are_random_version_4() -> None:
    words = [Stream(9).next_u64().to_bytes(8, "little")]
    stream = Stream(9)
    stream.next_u64()
    words.append(stream.next_u64().to_bytes(8, "little"))
    whole = b"".join(words)
    for count in range(17):
        stream = Stream(9)
        assert stream.take(count) == whole[:count]
        assert stream.state == (9 + -(-count // 8) * 0x9E3779B97F4A7C15) & (1 << 64) - 1
    drawn = uuid.UUID(bytes=Stream(9).uuid_bytes())
    assert (drawn.version, drawn.variant) == (4, uuid.RFC_4122)
    fixed = int.from_bytes(bytes.fromhex("ffffffffffff0fff3fffffffffffffff"), "big")
    assert drawn.int & fixed == int.from_bytes(whole, "big") & fixed


def test_a_draw_that_would_be_unfair_is_drawn_again() -> None:
    """Of a bound just above half the range, a plain remainder would prefer the small numbers."""
    bound = (1 << 63) + 1
    stream, plain_stream = Stream(3), Stream(3)
    for _ in range(20):
        draw = plain_stream.next_u64()
        while draw >= bound:
            draw = plain_stream.next_u64()
        assert stream.below(bound) == draw
    assert stream.state == plain_stream.state
    assert {Stream(seed).below(3) for seed in range(40)} == {0, 1, 2}


def test_a_component_that_leaves_keeps_its_place_empty() -> None:
    world = World()
    first, second, third = (world.add(name, Holder()) for name in "abc")
    world.remove(second)
    assert world.components() == [first, third] and not world.has("b")
    again = world.add("b", Holder())
    assert (again.index, world.at_index(2)) == (3, third)
    with_hole = world.save()
    world.remove(first)
    world.restore(with_hole)
    assert [component.name for component in world.components()] == ["a", "c", "b"]
    assert (world.get("b", Holder).index, world.get("c", Holder)) == (3, third)
    third.after(1, Holder.on_nothing, None)
    assert world.run() == 1


def test_going_back_forgets_and_remembers_what_was_cancelled() -> None:
    world = World()
    holder = world.add("a", Holder())
    early, late = (holder.after(delay, Holder.on_nothing, delay) for delay in (1, 2))
    world.cancel(early)
    saved = world.save()
    world.cancel(late)
    assert world.run() == 0
    world.restore(saved)
    assert [entry[4] for entry in world.pending()] == [2] and world.run() == 1
    world.restore(saved)
    assert world.run() == 1


def test_going_back_ends_whatever_was_the_cause() -> None:
    world = World()
    saved = world.save()
    world.cause = 7
    world.restore(saved)
    assert world.cause == 0


class Odd(Component):
    """Its state is one thing, its view another, made again when it is put back."""

    STATE = ("value",)

    def __init__(self, value: int) -> None:
        self.value = value
        self.doubled = value * 2

    def restored(self) -> None:
        self.doubled = self.value * 2


def test_what_is_derived_is_made_again() -> None:
    world = World()
    odd = world.add("odd", Odd(3))
    saved = world.save()
    odd.value, odd.doubled = 9, 18
    world.restore(saved)
    assert world.get("odd", Odd) is odd and (odd.value, odd.doubled) == (3, 6)
    world.remove(odd)
    world.restore(saved)
    put_back = world.get("odd", Odd)
    assert (put_back.value, put_back.doubled, put_back.world, put_back.index) == (3, 6, world, 0)


class Derived(Component):
    """Looks at another, and keeps what it makes of it."""

    STATE = ("factor",)

    def __init__(self, factor: int) -> None:
        self.factor = factor

    @neighbour
    def odd(self) -> Odd:
        return self.world.get("odd", Odd)

    @derived
    def product(self) -> int:
        return self.factor * self.odd.value


def test_what_is_made_of_state_and_neighbours_is_made_again_with_them() -> None:
    world = World()
    odd, one = world.add("odd", Odd(3)), world.add("one", Derived(5))
    saved = world.save()
    assert one.product == 15
    one.factor = 7
    assert one.product == 15  # kept, until somebody says that it must not be
    world.restore(saved)
    one.factor = 8
    assert one.product == 24
    world.remove(odd)
    world.add("other", Odd(1))
    world.restore(saved)
    assert one.product == 15 and one.odd is world.get("odd", Odd) is not odd


def test_the_world_tells_whether_it_still_has_a_component() -> None:
    world = World()
    odd = world.add("odd", Odd(3))
    saved = world.save()
    assert world.keeps(odd)
    world.remove(odd)
    assert not world.keeps(odd)
    world.restore(saved)
    assert not world.keeps(odd) and world.keeps(world.get("odd", Odd))


def test_names_are_unique_and_kinds_are_checked() -> None:
    world = World()
    world.add("x", Holder())
    with pytest.raises(ValueError):
        world.add("x", Holder())
    with pytest.raises(TypeError):
        world.get("x", Vmms)
    with pytest.raises(KeyError):
        world.get("y", Holder)


# -- trace --------------------------------------------------------------------------------------------


def test_trace_lines_have_the_fixed_form() -> None:
    world = World(seed=3)
    seq = world.emit("command", "console", "host1/root/vmms", None, None, None, "Get-VM")
    world.because(seq, world.emit, "vmbus.message", "a", "b", 2, 0, 1, "UNLOAD", 16, "guest->host", b"\x10\0")
    lines = list(world.trace.lines({"seed": 3}))
    assert all(line.endswith(b"\n") for line in lines)
    header, first, second = (json.loads(line) for line in lines)
    assert header == {"format": 1, "seed": 3}
    common = ["seq", "time", "kind", "cause", "source", "target", "partition", "vp", "channel"]
    assert list(first) == [*common, "text"] and first["cause"] is None
    assert list(second) == [*common, "name", "code", "direction", "bytes"]
    assert (second["cause"], second["bytes"]) == (1, "1000")
    assert [event.seq for event in world.trace.chain(2)] == [2, 1]


def test_events_are_read_by_number_by_field_and_from_a_place_on() -> None:
    world = World()
    for text in ("a", "b", "c"):
        world.emit("command", "console", "x", None, None, None, text)
    trace = world.trace
    assert (trace[1].get("text"), trace[3].get("text"), trace[2].get("none", 5)) == ("a", "c", 5)
    for number in (0, -1, 4):
        with pytest.raises(IndexError):
            trace[number]
    assert [event.seq for event in trace.since(1)] == [2, 3] and list(trace.since(3)) == []


def test_an_event_with_too_few_or_too_many_fields_cannot_be_read() -> None:
    for fields in ((), ("a", "b")):
        world = World()
        world.emit("command", "console", "x", None, None, None, *fields)
        with pytest.raises(ValueError):
            world.trace[1]


def test_a_traces_digest_is_that_of_its_lines_without_the_header() -> None:
    world = World()
    digests = [world.trace.digest()]
    for text in ("a", "b"):
        world.emit("command", "console", "x", None, None, None, text)
        digests.append(world.trace.digest())
    lines = list(world.trace.lines({"seed": 9}))
    assert digests[-1] == hashlib.sha256(b"".join(line[:-1] for line in lines[1:])).hexdigest()
    assert digests[0] == hashlib.sha256().hexdigest() and len(set(digests)) == 3


def test_every_event_of_a_boot_fits_its_kind_and_has_an_earlier_cause() -> None:
    world = booting()
    world.run(until=15_000_000_000)
    for event in world.trace:
        assert tuple(event.fields) == KINDS[event.kind].fields
        assert event.cause is None or event.cause < event.seq
    times = [event.time for event in world.trace]
    assert times == sorted(times)


# -- wire tables ----------------------------------------------------------------------------------------


POINT = Layout(
    "Point",
    Field("x", "u16"),
    Field("_pad", "bytes", 2),
    Field("flags", "u32", flags={1: "a", 2: "b"}, shown="hex"),
    Field("kind", "u8", names={1: "one"}),
    Field("tail", "bytes", 3),
)


def test_a_layout_packs_parses_and_describes_from_one_table() -> None:
    data = POINT.pack(x=258, flags=3, kind=1, tail=b"xyz")
    assert data == b"\x02\x01\0\0\x03\0\0\0\x01xyz" and POINT.size == len(data)
    assert POINT.unpack(b"--" + data, 2)["x"] == 258
    views = {view.name: view for view in POINT.describe(data)}
    assert (views["flags"].text, views["kind"].text, views["kind"].offset) == ("0x3 a | b", "1 one", 8)
    assert b"".join(view.raw for view in POINT.describe(data)) == data
    assert [view.name for view in POINT.describe(data[:5])] == ["x", "_pad"]


def test_a_layout_refuses_what_does_not_fit() -> None:
    with pytest.raises(TypeError, match="'y'"):
        POINT.pack(y=1)
    with pytest.raises(ValueError, match="room for 3"):
        POINT.pack(tail=b"four")
