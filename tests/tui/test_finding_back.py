"""One always knows which pane has the keys, and Esc leads from everywhere to the prompt and, there, to the page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.pilot import Pilot

from hvlab.session.session import Session
from hvlab.tui.app import HvlabApp
from hvlab.tui.bars import KeyBar
from hvlab.tui.canvas import plain
from hvlab.tui.console_pane import ConsolePane
from tests.tui.conftest import CREATE, PlainLesson

SIZES = [(80, 24), (120, 32), (120, 40)]
PLACES = ("console", "lesson", "picture", "events", "inspector", "guest", "rings", "manager", "time")
KEYS = ("enter", "tab", "shift+tab", "alt+j", "alt+z", "alt+v", "alt+t", "f1", "f4", "space", "up", "ctrl+c")


def app_with_a_guest() -> HvlabApp:
    session = Session()
    session.run(f"{CREATE}; Start-VM web01; Wait-Lab web01")
    return HvlabApp(session, PlainLesson, frames=False)


async def go(app: HvlabApp, pilot: Pilot[int], place: str) -> None:
    """Give a part of the screen the keys."""
    if place == "time":
        app.action_time()
    elif place == "guest":
        assert app.desk is not None
        app.desk.submit("vmconnect localhost web01")
        app.frame()
    elif place != "console":
        app.action_pane(place)
    await pilot.pause()
    app.frame()
    await pilot.pause()


async def back(app: HvlabApp, pilot: Pilot[int]) -> None:
    """Esc until the page and the prompt are there again as at first."""
    for _ in range(5):
        await pilot.press("escape")
        app.frame()
        await pilot.pause()
    assert not app.is_covered and app.query_one(ConsolePane).prompt.has_focus
    assert not app.arrangement.alone and not app.screen_stack[0].has_class("guest")
    assert app.query_one("#lesson").region


@pytest.mark.parametrize(
    ("place", "size"),
    [
        pytest.param(place, size, marks=[] if number % len(SIZES) == at else [pytest.mark.slow])
        for number, place in enumerate(PLACES)
        for at, size in enumerate(SIZES)
    ],
)  # each place at one size in the usual run
async def test_from_everywhere_one_sees_who_has_the_keys_and_finds_back(
    place: str, size: tuple[int, int]
) -> None:
    app = app_with_a_guest()
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        app.frame()
        for key in KEYS:
            await go(app, pilot, place)
            await pilot.press(key)
            await pilot.pause()
            app.frame()
            await pilot.pause()
            if not app.is_covered:
                pane = app._pane_with_keys()
                assert pane is not None and pane.region, (key, "nobody one sees has the keys")
                if pane.id != "console":
                    assert plain(app.query_one(KeyBar).shown[0]).startswith(" Esc "), key
            await back(app, pilot)
            app.query_one(ConsolePane).drop_line()


async def test_a_pane_that_makes_way_gives_the_keys_to_the_prompt() -> None:
    app = app_with_a_guest()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await go(app, pilot, "manager")
        assert app.desk is not None
        app.desk.submit("vmconnect localhost web01")
        for _ in range(4):
            app.frame()
            await pilot.pause()
        assert app.query_one(ConsolePane).prompt.has_focus


async def test_events_come_before_a_guests_screen_where_there_is_room_for_one() -> None:
    app = app_with_a_guest()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await go(app, pilot, "guest")
        assert app.query_one("#guest").region
        await pilot.press("f4")
        await pilot.pause()
        assert app.query_one("#events").region and app.query_one("#events").has_focus


@pytest.mark.parametrize("place", ["picture", "events", "rings"])
async def test_in_a_small_window_esc_at_the_prompt_brings_the_page_back(place: str) -> None:
    app = app_with_a_guest()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await go(app, pilot, place)
        await pilot.press("escape")
        assert app.stage != "lesson", "it stays in sight while one types"
        await pilot.press("escape")
        assert app.stage == "lesson"


async def test_enter_on_the_page_does_what_the_page_says_it_does(make_app: Callable[..., HvlabApp]) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        app.frame()
        await pilot.press("f2", "enter")
        assert app.query_one(ConsolePane).prompt.value == CREATE
        app.query_one(ConsolePane).drop_line()
        assert app.desk is not None and app.desk.lesson is not None
        app.desk.submit(CREATE)
        app.desk.submit("196")
        app.frame()
        await pilot.press("f2", "enter")
        await pilot.pause()
        assert app.desk.lesson.steps()[0] == 2


async def test_a_pane_that_is_alone_says_how_the_others_come_back() -> None:
    app = app_with_a_guest()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.frame()
        for place in ("console", "events", "rings"):
            await go(app, pilot, place)
            await pilot.press("alt+z")
            assert "Alt+Z All panes" in plain(app.query_one(KeyBar).shown[0])
            await pilot.press("alt+z")
            assert "All panes" not in plain(app.query_one(KeyBar).shown[0])
