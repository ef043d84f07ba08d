"""Worlds can be saved, put back and digested; traces have causes and a fixed form."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hvlab.datacenter.build import build_world
from hvlab.host.vmms import Vmms
from hvlab.kernel import KINDS, Component, Field, Layout, Stream, World, handler
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
    with pytest.raises(ValueError, match="no field"):
        POINT.pack(y=1)
    with pytest.raises(ValueError, match="room for 3"):
        POINT.pack(tail=b"four")
