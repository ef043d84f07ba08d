"""The picture shows the trace and nothing else: one event less, and it is another picture."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from hvlab.kernel.trace import TraceEvent
from hvlab.session.hostview import look
from hvlab.session.picturing import MOVES
from hvlab.session.sentences import machine_of, say
from hvlab.session.session import Session
from hvlab.text import LANGUAGES, Text
from hvlab.tui.canvas import plain
from hvlab.tui.feed import Feed, Sums
from hvlab.tui.picture_motion import Motion
from hvlab.tui.picture_scene import build
from tests.tui.conftest import CREATE as MACHINE

SIZES = [(60, 11), (80, 11), (80, 16), (120, 21), (200, 40)]


def sums_of(events: list[TraceEvent]) -> Sums:
    sums = Sums()
    for event in events:
        sums.add(event)
    return sums


def picture(session: Session, events: list[TraceEvent], last: int = 6, seconds: float = 0.1) -> list[str]:
    """The picture after `events`, the last few of them under way."""
    view = look(session.world, session.host)
    scene = build(view, sums_of(events), 100, 18, "web01", Text("en"))
    motion = Motion()
    motion.feed(events[:-last])
    motion.clear()
    motion.feed(events[-last:])
    motion.advance(seconds)
    return ["".join(text for text, _ in row) for row in motion.paint(scene).lines()]


@pytest.mark.parametrize("kind", sorted(MOVES))
def test_without_an_event_its_glyph_and_its_figure_are_gone(booted: Session, kind: str) -> None:
    events = list(booted.world.trace)
    last = max(event.seq for event in events if event.kind == kind and event.seq > 8)
    before = events[: last - 1]
    assert picture(booted, events[:last], last=1) != picture(booted, before, last=1)
    scene_with = build(look(booted.world, booted.host), sums_of(events[:last]), 100, 18, "web01", Text("en"))
    scene_without = build(look(booted.world, booted.host), sums_of(before), 100, 18, "web01", Text("en"))
    assert scene_with.canvas.lines() != scene_without.canvas.lines()


def test_no_event_no_glyph(booted: Session) -> None:
    scene = build(look(booted.world, booted.host), Sums(), 100, 18, "web01", Text("en"))
    motion = Motion()
    motion.advance(0.2)
    assert motion.paint(scene).lines() == scene.canvas.lines()
    assert not motion.travellers


def test_each_traveller_is_an_event_of_the_trace(booted: Session) -> None:
    motion = Motion()
    events = list(booted.world.trace)
    for start in range(0, len(events), 5):
        motion.feed(events[start : start + 5])
        for traveller in motion.travellers:
            assert events[traveller.seq - 1].kind in MOVES
        assert len({traveller.seq for traveller in motion.travellers}) == len(motion.travellers)
        motion.advance(0.2)


def test_glyphs_end_and_places_cool(booted: Session) -> None:
    motion = Motion()
    motion.feed(list(booted.world.trace)[-20:])
    assert motion.busy
    motion.advance(10)
    assert not motion.busy
    assert motion.heat("hypervisor") == 0


def test_a_message_travels_from_the_child_to_the_root(booted: Session) -> None:
    event = next(event for event in booted.world.trace if event.get("name") == "INITIATE_CONTACT")
    scene = build(look(booted.world, booted.host), Sums(), 100, 18, "web01", Text("en"))
    motion = Motion()
    motion.feed([event])
    columns = []
    for _ in range(5):
        rows = ["".join(text for text, _ in row) for row in motion.paint(scene).lines()]
        columns += [row.index("◂") for row in rows if "◂" in row]
        motion.advance(0.1)
    assert len(columns) == 5
    assert columns == sorted(columns, reverse=True)
    assert columns[0] > columns[-1]


def test_many_events_become_a_rate_counted_from_them(booted: Session) -> None:
    packets = [event for event in booted.world.trace if event.kind == "ring.packet" and event.channel == 1]
    motion = Motion()
    motion.feed(packets)
    rail = "channel:web01:1"
    assert motion.rate(rail) == len(packets)
    scene = build(look(booted.world, booted.host), sums_of(packets), 100, 18, "web01", Text("en"))
    words = "\n".join("".join(text for text, _ in row) for row in motion.paint(scene).lines())
    assert f"{len(packets)}/s" in words
    assert len(motion.travellers) < len(packets)


def test_figures_are_the_trace_s(booted: Session) -> None:
    feed = Feed(booted.world)
    events = feed.poll()
    assert feed.poll() == []
    kinds = [event.kind for event in events]
    assert feed.sums.kinds["hypercall"] == kinds.count("hypercall")
    mine = [event for event in events if event.kind == "hypercall" and machine_of(event) == "web01"]
    assert feed.sums.machines["web01", "hypercall"] == len(mine)
    assert feed.sums.root["hypercall"] + len(mine) == kinds.count("hypercall")
    assert feed.sums.bytes_moved == sum(
        512 * event.get("sectors") for event in events if event.kind == "disk.io"
    )


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["en", "de"])
def test_it_fits_every_size(booted: Session, size: tuple[int, int], language: str) -> None:
    feed = Feed(booted.world)
    feed.poll()
    scene = build(look(booted.world, booted.host), feed.sums, *size, "web01", Text(language))
    rows = ["".join(text for text, _ in row) for row in scene.canvas.lines()]
    assert len(rows) == size[1]
    assert all(len(row) == size[0] for row in rows)
    text = "\n".join(rows)
    assert "storvsc ide:0:0" in text
    assert "HYPERVISOR" in text
    for rail in scene.rails.values():
        assert all(0 <= x < size[0] and 0 <= y < size[1] for x, y in rail.cells)


def test_several_machines_have_a_row_each() -> None:
    session = Session()
    for number in range(4):
        session.run(f"New-VM vm{number} -MemoryStartupBytes 64MB")
    view = look(session.world, session.host)
    rows = [
        "".join(text for text, _ in row)
        for row in build(view, Sums(), 90, 20, "vm2", Text("en")).canvas.lines()
    ]
    assert "vm2 · Off" in rows[0]
    assert all(any(f"vm{number}" in row for row in rows) for number in range(4))
    small = build(view, Sums(), 80, 13, "vm0", Text("en")).canvas.lines()
    assert "more machine" in "\n".join("".join(text for text, _ in row) for row in small)


def test_a_machine_that_is_off_has_no_partition_in_the_picture() -> None:
    session = Session()
    session.run("New-VM empty -MemoryStartupBytes 64MB")
    scene = build(look(session.world, session.host), Sums(), 90, 18, "empty", Text("en"))
    assert "no partition while off" in "\n".join(
        "".join(text for text, _ in row) for row in scene.canvas.lines()
    )
    assert not any(name.startswith("channel") for name in scene.rails)


def test_a_partition_without_a_guest_yet_says_what_its_machine_does() -> None:
    session = Session()
    session.run(f"{MACHINE}; New-VM other; Start-VM web01")
    view = look(session.world, session.host)
    bare = [replace(machine, partition=2, state="Starting", phase="", system="") for machine in view.machines]
    scene = build(replace(view, machines=tuple(bare)), Sums(), 118, 20, "web01", Text("en"))
    said = [plain(row) for row in scene.canvas.lines()]
    assert any("other · Starting" in row for row in said)
    assert sum("Starting" in row for row in said) == 3


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_hosted_monitor_is_drawn_without_partitions_bus_and_hypervisor(
    size: tuple[int, int], language: str
) -> None:
    session = Session(platform="vs2005", language=language)
    text = Text(language)
    for command in (r"New-VM web01 -VHDPath C:\Images\NT4.vhd", "Start-VM web01; Wait-Lab web01"):
        assert session.run(command).ok
        events = list(session.world.trace)
        view = look(session.world, session.host)
        lines = build(view, sums_of(events), *size, "web01", text).canvas.lines()
        drawn = "\n".join("".join(part for part, _ in row) for row in lines)
        for absent in ("hypervisor", "partition", "vmbus", "storvsp", "vmwp", "vmms", "↯"):
            assert absent not in drawn.casefold(), drawn
        assert text("tui.picture.monitor") in drawn
    switches = sum(event.kind == "context.switch" for event in events)
    assert f"↔ {switches}" in drawn
    said = {say(event, text) for event in events if event.kind == "context.switch"}
    assert said and all(text("tui.who.hypervisor") not in one for one in said)


LIFE = (
    MACHINE,
    "Start-VM web01; Wait-Lab web01",
    r"New-VM nt4 -VHDPath C:\Images\NT4.vhd; Start-VM nt4; Wait-Lab nt4",
    "Start-LabWorkload web01 -Operation Write -Count 3; Start-LabWorkload nt4 -Operation Write -Count 3",
    "New-VM spare -MemoryStartupBytes 64MB",
    "Suspend-VM web01",
    "Stop-VM nt4 -TurnOff",
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_moves_covers_no_letter_and_no_digit(language: str) -> None:
    """In whatever order machines come and go, whichever is drawn large: text stays as it is at rest."""
    chance = random.Random(language)
    session = Session(language=language)
    feed = Feed(session.world)
    motion = Motion()
    seen = 0
    for command in LIFE:
        assert session.run(command).ok
        events = feed.poll()
        view = look(session.world, session.host)
        for _ in range(40):
            size = chance.randrange(60, 130), chance.randrange(11, 26)
            focus = chance.choice(view.machines).name
            canvas = build(view, feed.sums, *size, focus, Text(language))
            place = chance.randrange(max(1, len(events)))
            motion.clear()
            motion.feed(events[place : place + chance.randrange(1, 9)])
            motion.advance(chance.random() / 2)
            painted = motion.paint(canvas)
            for y in range(size[1]):
                for x in range(size[0]):
                    before = canvas.canvas.at(x, y)
                    changed = painted.at(x, y) != before
                    seen += changed
                    assert not changed or not before.isalnum(), plain(canvas.canvas.lines()[y])
    assert seen > 200


@pytest.mark.parametrize("height", range(11, 26))
def test_no_row_stands_on_the_frame_of_the_root(height: int) -> None:
    session = Session()
    for command in LIFE[:3]:
        assert session.run(command).ok
    for focus in ("web01", "nt4"):
        view = look(session.world, session.host)
        rows = [plain(row) for row in build(view, Sums(), 80, height, focus, Text("en")).canvas.lines()]
        foot = next(row[:27] for row in rows if row.startswith("╰"))
        assert not any(sign.isalnum() for sign in foot), foot
