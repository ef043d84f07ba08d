"""One disk write: each element that the picture draws has its event, and each event its element (Get-LabPicture)."""

from __future__ import annotations

from typing import Any

import pytest

from hvlab.kernel.trace import TraceEvent
from hvlab.session.hostview import look
from hvlab.session.picturing import Drawn, drawn, workers_of
from hvlab.session.session import Session
from hvlab.text import LANGUAGES, Text
from hvlab.tui.canvas import Line
from hvlab.tui.feed import Sums
from hvlab.tui.picture_motion import TRAVEL, Motion
from hvlab.tui.picture_scene import Scene, build
from tests.tui.conftest import CREATE

SIZE = (118, 21)
Cell = tuple[str, str]


@pytest.fixture(scope="module")
def written() -> Session:
    session = Session()
    for command in (
        f"{CREATE}; Start-VM web01; Wait-Lab web01",
        "Start-LabWorkload web01 -Operation Write -Count 1; Wait-Lab web01 -For Idle",
    ):
        assert session.run(command).ok
    return session


def table(session: Session, command: str = "Get-LabPicture -Request") -> list[dict[str, object]]:
    """What the cmdlet lists."""
    outcome = session.run(f"$rows = @({command})")
    assert outcome.ok, [error.message for error in outcome.errors]
    found: Any = session.shell.runtime.scope.get("rows")
    names = ("Event", "Kind", "Glyph", "Way", "Lights", "Counts", "Text")
    return [{name: row.get(name) for name in names} for row in found]


def cells(rows: list[Line]) -> list[list[Cell]]:
    """Character and style of every cell."""
    return [[(char, style) for text, style in row for char in text] for row in rows]


def scene_after(session: Session, seq: int) -> Scene:
    """The picture at rest, with the figures as they stand after an event."""
    sums = Sums()
    for event in session.world.trace.since(0):
        if event.seq <= seq:
            sums.add(event)
    return build(look(session.world, session.host), sums, *SIZE, "web01", Text("en"))


def the_write(session: Session) -> list[Drawn]:
    """The write's events and what stands for each, as the screen is told."""
    workers = workers_of(session.world.trace.since(0))
    numbers = [int(str(row["Event"])) for row in table(session)]
    return [drawn(session.world.trace[number], workers) for number in numbers]


def test_the_table_holds_the_whole_write_and_nothing_else(written: Session) -> None:
    rows = the_write(written)
    events = [row.event for row in rows]
    assert [event.get("action") for event in events if event.kind == "guest.io"] == ["start", "end"]
    mine = {events[0].seq}
    for event in written.world.trace.since(events[0].seq):
        if event.cause in mine:
            mine.add(event.seq)
    assert mine == {event.seq for event in events}
    kinds = [event.kind for event in events]
    assert kinds.count("ring.packet") == 2 and kinds.count("disk.io") == 1
    assert kinds.count("hypercall") == kinds.count("interrupt") == 2


def painted(
    scene: Scene, events: list[TraceEvent], workers: dict[int, str], seconds: float
) -> list[list[Cell]]:
    motion = Motion()
    motion.workers.update(workers)
    motion.feed(events)
    motion.advance(seconds)
    return cells(motion.paint(scene).lines())


def test_each_event_draws_what_the_table_says_and_nothing_more(written: Session) -> None:
    workers = workers_of(written.world.trace.since(0))
    for row in the_write(written):
        scene = scene_after(written, row.event.seq)
        rest = cells(scene.canvas.lines())
        glyphs, lit = set(), set()
        for moment in (TRAVEL * part / 20 for part in range(20)):
            now = painted(scene, [row.event], workers, moment)
            for y, (one, other) in enumerate(zip(rest, now, strict=True)):
                for x, ((char, style), (new, new_style)) in enumerate(zip(one, other, strict=True)):
                    if char != new:
                        glyphs.add((x, y, new))
                    elif style != new_style:
                        lit.add((x, y))
        places = {
            (place.x + step, place.y)
            for name in row.lights
            for place in scene.places.get(name, ())
            for step in range(place.width)
        }
        way = set(scene.rails[row.move.rail].cells) if row.move is not None else set()
        assert {(x, y) for x, y, _ in glyphs} <= way, row
        assert {glyph for _, _, glyph in glyphs} == ({row.move.glyph} if row.move is not None else set()), row
        assert lit - way <= places, row
        assert bool(lit & places) == bool(places), row


def test_each_figure_moves_with_its_event_alone(written: Session) -> None:
    for row in the_write(written):
        before = scene_after(written, row.event.seq - 1).canvas.lines()
        after = scene_after(written, row.event.seq).canvas.lines()
        assert (before != after) == bool(row.figures), row


def test_every_glyph_on_its_way_is_an_event_of_the_table(written: Session) -> None:
    rows = the_write(written)
    motion = Motion()
    motion.workers.update(workers_of(written.world.trace.since(0)))
    motion.feed([row.event for row in rows])
    assert [traveller.seq for traveller in motion.travellers] == [row.event.seq for row in rows if row.move]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_says_so_in_words_and_why_where_there_is_nothing(written: Session, language: str) -> None:
    written.text = Text(language)
    rows = table(written)
    for row, element in zip(rows, the_write(written), strict=True):
        assert bool(row["Glyph"]) == (element.move is not None)
        assert bool(row["Lights"]) == bool(element.lights) and bool(row["Counts"]) == bool(element.figures)
        assert row["Way"] if element.move or not element.is_drawn else not row["Way"]
        assert row["Text"]
    disk = {"en": "disk", "de": "Platte"}[language]
    (write,) = [row for row in rows if row["Kind"] == "disk.io"]
    assert write["Glyph"] == "●" and str(write["Way"]).endswith(f"→ {disk}")
    root, channel = {"en": ("root", "channel 1"), "de": ("Root", "Kanal 1")}[language]
    packets = [row["Way"] for row in rows if row["Kind"] == "ring.packet"]
    assert packets == [f"{channel}: web01 → {root}", f"{channel}: {root} → web01"]


def test_what_is_no_part_of_the_picture_says_so(written: Session) -> None:
    written.text = Text("en")
    rows = table(written, "Get-LabPicture -Event 1")
    assert all(row["Glyph"] or row["Lights"] or row["Counts"] or row["Way"] for row in rows)


def test_without_a_request_there_is_none_to_show() -> None:
    session = Session()
    outcome = session.run("Get-LabPicture -Request")
    assert not outcome.ok and "asked its disk" in outcome.errors[0].message
