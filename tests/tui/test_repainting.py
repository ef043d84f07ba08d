"""Colours and room can change at any time, and everything in sight follows."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from hvlab.session.session import Session
from hvlab.tui.app import HvlabApp
from hvlab.tui.capture import as_text, strips_of
from hvlab.tui.console_pane import ConsolePane
from hvlab.tui.event_list import EventList
from tests.tui.conftest import CREATE, PlainLesson

PLACES = ("", "f4 up", "f5", "alt+m", "alt+t left", "alt+e f1", "f2", "G e t")
"""Keys that lead to what is looked at."""


def machine() -> Session:
    """A lab with a machine that runs."""
    session = Session()
    for command in (CREATE, "Start-VM web01; Wait-Lab web01"):
        assert session.run(command).ok
    return session


@pytest.fixture
def app() -> HvlabApp:
    """An app in dark colours."""
    return HvlabApp(machine(), PlainLesson, "en", frames=False)


async def go(pilot: Pilot[int], keys: str) -> None:
    """Run a command that prints and one that fails, then press the keys."""
    await pilot.pause()
    for command in ("Get-VM", "Get-VM nosuch"):
        pilot.app.query_one(ConsolePane).type_command(command, run=True)
        await pilot.pause()
    for key in keys.split():
        await pilot.press(key)
    await pilot.pause()


def colours(app: HvlabApp) -> set[str]:
    """Every colour of letters and grounds in sight."""
    styles = [segment.style for row in strips_of(app) for segment in row if segment.style is not None]
    return {c.get_truecolor().hex for style in styles for c in (style.color, style.bgcolor) if c is not None}


@pytest.mark.parametrize("keys", PLACES)
async def test_other_colours_reach_everything_in_sight(app: HvlabApp, keys: str) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await go(pilot, keys)
        dark = colours(app)
        app.theme = "hvlab-light"
        await pilot.resize_terminal(121, 40)  # everything is painted once before the new colours are known
        await pilot.pause()
        assert not dark & colours(app)


async def test_the_bar_at_the_top_keeps_to_both_edges(app: HvlabApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await go(pilot, "")
        for size in ((120, 40), (200, 60), (80, 24)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            first = as_text(app).splitlines()[0]
            assert first.endswith("web01 Running") and len(first) == size[0] - 1


async def test_the_row_under_the_bar_stays_in_sight(app: HvlabApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await go(pilot, "f4 up up up")
        events = app.query_one(EventList)
        for size in ((120, 40), (80, 24), (112, 30), (200, 60)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert events.cursor_row is not None
            assert 0 <= events.cursor_row - events.scroll_offset.y < events.size.height, size


async def test_keys_do_not_stay_with_a_view_that_a_guest_s_screen_covers(app: HvlabApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await go(pilot, "alt+m enter")
        app.frame(1 / 30)
        await pilot.pause()
        assert app.screen.has_class("guest")
        assert app.focused is app.query_one(ConsolePane).prompt
