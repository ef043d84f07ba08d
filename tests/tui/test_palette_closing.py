"""The palette of commands, opened and closed faster than it can search."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from rich.style import Style
from textual.command import CommandList
from textual.events import Click

from hvlab.course.map import CourseMap
from hvlab.course.progress import Progress
from hvlab.tui.app import HvlabApp
from hvlab.tui.commands import Palette
from hvlab.tui.panes_screen import PanesScreen
from hvlab.tui.window import Window


async def test_closing_the_palette_before_it_has_searched_breaks_nothing(
    make_app: Callable[..., HvlabApp],
) -> None:
    app = make_app(lesson=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        app.action_command_palette()
        await pilot.pause()
        palette = app.screen
        assert isinstance(palette, Palette)
        await palette.remove_children()
        palette._gather_commands("pause")  # what a key that was on its way asks for
        await pilot.pause()
        await app.pop_screen()
        await pilot.press("ctrl+p", *"pause")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert isinstance(app.screen, Palette)
        assert app.screen._hit_count > 0


@pytest.mark.parametrize("action", ["help", "map", "arrange", "command_palette"])
async def test_a_window_that_is_asked_to_close_twice_closes_once(
    make_app: Callable[..., HvlabApp], tmp_path: Path, action: str
) -> None:
    app = make_app(lesson=False)
    app.course = CourseMap(Progress(tmp_path), "en")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        app.action_help()
        await pilot.pause()
        below = app.screen
        if action != "help":
            getattr(app, f"action_{action}")() if action != "arrange" else app.push_screen(
                PanesScreen("console")
            )
            await pilot.pause()
        window = app.screen
        assert (window is below) == (action == "help")
        assert isinstance(window, Window | Palette)
        window.dismiss()
        window.dismiss()
        await pilot.pause()
        assert app.screen_stack[1:] == ([] if window is below else [below])


@pytest.mark.parametrize("size", [(120, 40), (20, 5), (9, 2)])
async def test_lists_in_a_window_too_small_for_them_take_their_keys(
    make_app: Callable[..., HvlabApp], tmp_path: Path, size: tuple[int, int]
) -> None:
    app = make_app(lesson=False)
    app.course = CourseMap(Progress(tmp_path), "en")
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        for opening in ("ctrl+p", "alt+l"):
            await pilot.press(opening)
            await app.workers.wait_for_complete()
            await pilot.press("pagedown", "down", "pageup", "up", "end", "home")
            await pilot.pause()
            assert len(app.screen_stack) == 2
            await pilot.press("escape")
            await pilot.pause()
            assert len(app.screen_stack) == 1


@pytest.mark.parametrize("opening", ["command_palette", "change_theme"])
async def test_a_click_on_a_row_that_is_gone_meanwhile_does_nothing(
    make_app: Callable[..., HvlabApp], opening: str
) -> None:
    """The monkey found it: what fits was replaced between the press of the button and the click."""
    app = make_app(lesson=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await app.run_action(opening)
        await pilot.pause()
        await app.workers.wait_for_complete()
        await pilot.pause()
        listed = app.screen.query_one(CommandList)
        late = Style(meta={"option": listed.option_count})
        listed.post_message(Click(listed, 4, 4, 0, 0, 1, False, False, False, 4, 4, late))
        await pilot.pause()
        assert isinstance(app.screen, Palette)
