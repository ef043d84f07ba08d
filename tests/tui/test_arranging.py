"""Panes arranged by hand: by keys and by the mouse, kept for the next time, and never unreadable."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from textual.widget import Widget

from hvlab.session.session import Session
from hvlab.tui.app import HvlabApp
from hvlab.tui.arranging import LEAST
from hvlab.tui.preferences import Preferences, load
from tests.tui.conftest import PlainLesson

BIG = (120, 40)


def app_with(preferences: Preferences | None = None) -> HvlabApp:
    return HvlabApp(Session(), PlainLesson, frames=False, preferences=preferences)


def size(app: HvlabApp, name: str) -> tuple[int, int]:
    pane = app.screen_stack[0].query_one(f"#{name}", Widget)
    return (pane.region.width, pane.region.height)


async def test_a_letter_goes_to_its_pane() -> None:
    app = app_with()
    async with app.run_test(size=BIG) as pilot:
        for letter, name in (("p", "picture"), ("e", "events"), ("l", "lesson"), ("c", "prompt")):
            await pilot.press("alt+j", letter)
            await pilot.pause()
            assert app.focused is not None and app.focused.id == name
            assert not app.is_covered


async def test_arrows_size_x_closes_and_0_resets() -> None:
    app = app_with()
    async with app.run_test(size=BIG) as pilot:
        await pilot.pause()
        usual = {name: size(app, name) for name in ("lesson", "picture", "console", "events")}
        await pilot.press("alt+j", "up", "up", "right")
        await pilot.pause()
        assert size(app, "console")[1] == usual["console"][1] + 2
        assert size(app, "lesson")[0] == usual["lesson"][0] + 4
        await pilot.press("escape", "alt+j", "tab", "tab", "tab")
        await pilot.press("escape", "f4", "alt+j", "x")
        await pilot.pause()
        assert size(app, "events") == (0, 0)
        assert size(app, "picture")[1] > usual["picture"][1]
        assert app.preferences.closed == {"events"}
        await pilot.press("escape", "f4")
        await pilot.pause()
        assert size(app, "events")[1] > 0
        await pilot.press("alt+j", "0", "escape", "escape")
        await pilot.pause()
        assert {name: size(app, name) for name in usual} == usual


@pytest.mark.parametrize("room", [BIG, (80, 24), (112, 30), (200, 60)])
@pytest.mark.parametrize("key", ["f2", "f3", "f4", "alt+s", "escape"])
async def test_one_pane_alone_and_back(room: tuple[int, int], key: str) -> None:
    app = app_with()
    async with app.run_test(size=room) as pilot:
        await pilot.press(key)
        await pilot.pause()
        before = {name: pane.region for name, pane in app.panes_in_sight().items()}
        await pilot.press("alt+z")
        await pilot.pause()
        (alone,) = app.panes_in_sight().values()
        assert alone.region.width == room[0]
        assert alone.region.height == room[1] - 2
        await pilot.press("alt+z")
        await pilot.pause()
        assert {name: pane.region for name, pane in app.panes_in_sight().items()} == before


async def test_the_mouse_moves_edges_and_two_clicks_give_the_whole_screen() -> None:
    app = app_with()
    async with app.run_test(size=BIG) as pilot:
        await pilot.pause()
        console = app.query_one("#console", Widget)
        height = console.region.height
        await pilot.mouse_down(offset=(70, console.region.y))
        await pilot.hover(offset=(70, console.region.y - 4))
        await pilot.mouse_up(offset=(70, console.region.y - 4))
        await pilot.pause()
        assert console.region.height == height + 4
        split = app.query_one("#split", Widget)
        await pilot.mouse_down(split)
        await pilot.hover(offset=(45, 9))
        await pilot.mouse_up(offset=(45, 9))
        await pilot.pause()
        assert size(app, "lesson")[0] == 45
        await pilot.click(offset=(90, app.query_one("#picture", Widget).region.y), times=2)
        await pilot.pause()
        assert list(app.panes_in_sight()) == ["picture"]
        await pilot.press("escape")
        await pilot.pause()
        assert "console" in app.panes_in_sight()


async def test_it_is_kept_and_nothing_gets_too_small(tmp_path: Path) -> None:
    file = tmp_path / "screen.json"
    app = app_with(load(file))
    async with app.run_test(size=(200, 60)) as pilot:
        await pilot.pause()
        app.arrangement.set_size("lesson", 150)
        app.arrangement.set_size("console", 500)
        app.arrangement.close("events")
        app.theme = "hvlab-light"
        await pilot.pause()
    again = app_with(load(file))
    async with again.run_test(size=BIG) as pilot:
        await pilot.pause()
        assert again.theme == "hvlab-light"
        assert size(again, "events") == (0, 0)
        assert size(again, "lesson")[0] == BIG[0] - 70
        assert size(again, "picture")[1] >= LEAST["picture"]
        assert size(again, "console")[1] >= LEAST["console"]


async def test_a_key_bound_anew_works_and_stands_in_the_help(tmp_path: Path) -> None:
    app = app_with(Preferences(keys={"storage": "alt+x"}))
    async with app.run_test(size=BIG) as pilot:
        await pilot.press("alt+x")
        await pilot.pause()
        assert "view" in app.panes_in_sight()


def test_a_broken_file_is_told_and_left_out(tmp_path: Path) -> None:
    file = tmp_path / "screen.json"
    assert load(file) == Preferences(file)
    file.write_text("{", encoding="utf-8")
    assert str(file) in load(file).trouble
    file.write_text("[]", encoding="utf-8")
    assert load(file).trouble
    file.write_text(
        json.dumps(
            {
                "sizes": {"lesson": "wide", "console": 9, "moon": 3},
                "closed": ["console", "events"],
                "keys": {"help": 3},
            }
        ),
        encoding="utf-8",
    )
    found = load(file)
    assert (found.sizes, found.closed, found.keys, found.trouble) == ({"console": 9}, {"events"}, {}, "")
