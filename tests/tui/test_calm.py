"""What costs nothing while nothing changes: unseen rows get no words, a language is another text and no other work."""

from __future__ import annotations

from collections.abc import Callable

from textual.pilot import Pilot

from hvlab.session import story
from hvlab.session.session import Session
from hvlab.tui.app import HvlabApp
from hvlab.tui.canvas import plain
from hvlab.tui.event_list import LATER, EventList
from hvlab.tui.line_pane import LinePane
from tests.tui.conftest import CREATE, run

WORK = f"{CREATE}; Start-VM web01; Wait-Lab web01; Start-LabWorkload web01 -Operation Write -Count 200"


def worked() -> Session:
    session = Session()
    assert session.run(WORK).ok
    return session


def laid_out(events: EventList) -> int:
    return sum(line is not LATER for line in events._lines)


async def test_only_rows_that_come_into_sight_get_their_words() -> None:
    app = HvlabApp(worked(), frames=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        events = app.query_one(EventList)
        events.action_depth()
        await pilot.pause()
        every = len(app.desk.session.world.trace)  # type: ignore[union-attr]
        assert len(events.shown) == every
        assert laid_out(events) <= 2 * events.size.height
        events.focus()
        await pilot.press("home")
        await pilot.pause()
        height = events.size.height
        assert [plain(row) for row in events.shown[:height]] == [
            plain(row) for row in events.lines()[:height]
        ]
        assert all(plain(row).strip() for row in events.shown[:height])


async def test_another_language_reads_the_trace_not_again() -> None:
    app = HvlabApp(worked(), frames=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        events = app.query_one(EventList)
        rows = events.story.rows if events.story is not None else []
        english = [plain(row) for row in events.lines()]
        before = [list(row.seqs) for row in rows]
        app.action_language()
        await pilot.pause()
        assert laid_out(events) <= 2 * events.size.height
        assert events.story is not None and events.story.rows is rows
        german = [plain(row) for row in events.lines()]
        assert len(german) == len(english) and german != english
        assert [list(row.seqs) for row in rows] == before
        assert [row.split()[0] for row in german] == [row.split()[0] for row in english]
        newest = next(row for row in reversed(rows) if events.story.is_caption(row))
        assert events.caption == story.say_row(newest, app.text)
        app.action_language()
        await pilot.pause()
        assert [plain(row) for row in events.lines()] == english


def painted(app: HvlabApp) -> int:
    return sum(pane.repainted for pane in app.query(LinePane))


async def still(app: HvlabApp, pilot: Pilot[int]) -> None:
    run(app, 200)
    await pilot.pause()


async def test_nothing_is_painted_that_did_not_change(make_app: Callable[..., HvlabApp]) -> None:
    app = make_app(lesson=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await still(app, pilot)
        before = painted(app)
        run(app, 100)
        assert painted(app) == before
        shown = {pane: list(pane.shown) for pane in app.query(LinePane)}
        app.action_pause()  # the clock runs: its figure changes, and what it brings
        app.frame()
        changed = sum(
            one != other for pane, rows in shown.items() for one, other in zip(rows, pane.shown, strict=True)
        )
        assert painted(app) - before == changed > 0
