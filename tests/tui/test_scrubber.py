"""The scrubber as a person uses it: wishes move, and only Enter or letting go types a command."""

from __future__ import annotations

from collections.abc import Callable

from textual.pilot import Pilot

from hvlab.session.timeview import marks
from hvlab.tui.app import HvlabApp
from hvlab.tui.canvas import plain
from hvlab.tui.console_pane import ConsolePane
from hvlab.tui.scrubber import Scrubber
from hvlab.tui.scrubber_rows import LEVELS, level
from tests.session.test_timeview import known
from tests.tui.conftest import CREATE
from tests.tui.test_views import type_in

Maker = Callable[..., HvlabApp]
BIG = (120, 40)


def strip(app: HvlabApp) -> list[str]:
    return [plain(row) for row in app.query_one(Scrubber).shown]


async def booted(app: HvlabApp, pilot: Pilot[int]) -> int:
    """Two commands and a bookmark; returns how many events there are."""
    await type_in(app, pilot, CREATE)
    await type_in(app, pilot, "New-LabBookmark made")
    await type_in(app, pilot, "Start-VM web01; Wait-Lab web01")
    assert app.desk is not None
    await pilot.press("alt+t")
    app.frame()
    await pilot.pause()
    return len(app.desk.session.world.trace)


def output(app: HvlabApp) -> str:
    return "\n".join(words for words, _ in app.query_one(ConsolePane).logical)


async def finish(app: HvlabApp, pilot: Pilot[int]) -> None:
    assert app.desk is not None
    for _ in range(200):
        app.frame()
        if not app.desk.runner.busy:
            break
    await pilot.pause()


async def test_a_key_shows_the_strip_and_hides_it_again(make_app: Maker) -> None:
    app = make_app(lesson=False)
    async with app.run_test(size=BIG) as pilot:
        events = await booted(app, pilot)
        scrubber = app.query_one(Scrubber)
        assert scrubber.has_focus
        assert scrubber.size.height == 3
        assert f"event {events} of {events}" in strip(app)[2]
        assert "▲" in strip(app)[1]
        assert set(LEVELS) & set(strip(app)[0])
        await pilot.press("alt+t")
        assert not scrubber.display
        assert app.query_one(ConsolePane).prompt.has_focus


async def test_the_lab_goes_where_one_wishes_only_on_enter(make_app: Maker) -> None:
    app = make_app(lesson=False)
    async with app.run_test(size=BIG) as pilot:
        events = await booted(app, pilot)
        assert app.desk is not None
        trace = app.desk.session.world.trace
        await pilot.press("comma", "comma")
        assert f"Move-Lab -Event {events - 2}" in strip(app)[2]
        assert "△" in strip(app)[1]
        assert len(trace) == events
        await pilot.press("backspace")
        assert "△" not in strip(app)[1]
        await pilot.press("left", "left")
        wish = app.query_one(Scrubber).wish
        await pilot.press("enter")
        await finish(app, pilot)
        assert f"Move-Lab -Event {wish}" in output(app)
        assert len(trace) == wish
        assert f"event {wish} of {events}" in strip(app)[2], "what lies ahead stays known"
        assert app.query_one(Scrubber).has_focus
        await pilot.press("end", "enter")
        await finish(app, pilot)
        assert len(trace) == events


async def test_commands_and_bookmarks_are_places_to_stop(make_app: Maker) -> None:
    app = make_app(lesson=False)
    async with app.run_test(size=BIG) as pilot:
        await booted(app, pilot)
        assert app.desk is not None
        events = len(app.desk.session.world.trace)
        session = app.desk.session
        found = [mark for mark in marks(session, known(session)) if not mark.is_bookmark]
        created, started, _ = (mark.event for mark in found)
        scrubber = app.query_one(Scrubber)
        await pilot.press("p")
        assert scrubber.wish == started
        assert "Start-VM web01" in strip(app)[2]
        await pilot.press("p")
        assert scrubber.wish == created
        await pilot.press("n", "n")
        assert scrubber.wish == events
        await pilot.press("home")
        assert scrubber.wish == 0
        await pilot.press("n")
        assert scrubber.wish == created


async def test_messages_are_places_to_stop(make_app: Maker) -> None:
    app = make_app(lesson=False)
    async with app.run_test(size=BIG) as pilot:
        await booted(app, pilot)
        scrubber = app.query_one(Scrubber)
        after = [place + 1 for place, event in enumerate(scrubber.known) if event[1] == "vmbus.message"]
        assert len(after) > 20
        await pilot.press("home")
        found = []
        for _ in range(3):
            await pilot.press("m")
            found.append(scrubber.wish)
        assert found == after[:3]
        await pilot.press("M")
        assert scrubber.wish == after[1]
        await pilot.press("home", "M")
        assert scrubber.wish == 0
        await pilot.press("end", "m")
        assert scrubber.wish == len(scrubber.known)


async def test_a_column_is_a_step_that_changes_something(make_app: Maker) -> None:
    app = make_app(lesson=False)
    async with app.run_test(size=BIG) as pilot:
        events = await booted(app, pilot)
        scrubber = app.query_one(Scrubber)
        wishes = [events]
        while wishes[-1]:
            await pilot.press("left")
            assert scrubber.wish is not None
            assert scrubber.wish < wishes[-1]
            wishes.append(scrubber.wish)
        assert 4 < len(wishes) < 121
        await pilot.press("right")
        assert scrubber.wish > 0


async def test_dragging_wishes_and_letting_go_goes(make_app: Maker) -> None:
    app = make_app(lesson=False)
    async with app.run_test(size=BIG) as pilot:
        events = await booted(app, pilot)
        assert app.desk is not None
        trace, scrubber = app.desk.session.world.trace, app.query_one(Scrubber)
        await pilot.mouse_down(scrubber, offset=(100, 1))
        assert scrubber.dragging
        await pilot.hover(scrubber, offset=(40, 1))
        wish = scrubber.wish
        assert wish is not None
        assert 0 < wish < events
        assert len(trace) == events, "nothing has happened yet"
        await pilot.mouse_up(scrubber, offset=(40, 1))
        await finish(app, pilot)
        assert f"Move-Lab -Event {wish}" in output(app)
        assert len(trace) == wish
        assert not scrubber.dragging


async def test_a_bookmark_waits_for_its_name(make_app: Maker) -> None:
    app = make_app(lesson=False)
    async with app.run_test(size=BIG) as pilot:
        await booted(app, pilot)
        await pilot.press("b")
        await pilot.pause()
        prompt = app.query_one(ConsolePane).prompt
        assert prompt.value == "New-LabBookmark "
        assert prompt.has_focus
        await pilot.press(*"here", "enter")
        await finish(app, pilot)
        assert "◆ here" in strip(app)[2]


async def test_nothing_is_painted_while_nothing_happens(make_app: Maker) -> None:
    app = make_app(lesson=False)
    async with app.run_test(size=BIG) as pilot:
        await booted(app, pilot)
        scrubber = app.query_one(Scrubber)
        painted = scrubber.repainted
        for _ in range(10):
            app.frame()
            scrubber.again()
        assert scrubber.repainted == painted


def test_bars_grow_with_every_doubling() -> None:
    heights = [level(count, 128) for count in (1, 2, 4, 8, 16, 32, 64, 128)]
    assert heights == list(LEVELS)
    assert level(0, 128) == " "
    assert level(1, 1) == LEVELS[0]
