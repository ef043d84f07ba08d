"""The tour lights each part of the real screen in turn, takes less than a minute, and can be left at any moment."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.geometry import Region
from textual.widget import Widget

from hvlab.session.session import Session
from hvlab.text import LANGUAGES
from hvlab.tui.app import HvlabApp
from hvlab.tui.bars import KeyBar
from hvlab.tui.canvas import plain
from hvlab.tui.console_pane import ConsolePane
from hvlab.tui.preferences import Preferences, load
from hvlab.tui.tour import STAY, STOPS, TourScreen, beside
from tests.tui.conftest import PlainLesson

Maker = Callable[..., HvlabApp]
SIZES = [(80, 24), (100, 30), (120, 40), (200, 60)]


def said(app: HvlabApp) -> str:
    return " ".join(" ".join(plain(row) for row in app.screen.query_one("#tour-box").shown).split())  # type: ignore[attr-defined]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", SIZES)
async def test_each_part_is_in_sight_and_lit_while_it_is_told_of(
    make_app: Maker, size: tuple[int, int], language: str
) -> None:
    app = make_app(language=language)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        before = {name: pane.region for name, pane in app.panes_in_sight().items()}
        await pilot.press("alt+q")
        await pilot.pause()
        for number, name in enumerate(STOPS, 1):
            assert isinstance(app.screen, TourScreen)
            part = app.screen_stack[0].query_one(f"#{name}", Widget)
            assert part.region and part.has_class("lit")
            assert len(app.screen_stack[0].query(".lit")) == 1
            sentence = said(app)
            assert sentence.startswith(f"{number}/{len(STOPS)} · ")
            assert app.text(f"tui.tour.{name}") in sentence, "no word is cut"
            box = app.screen.query_one("#tour-box").region
            assert Region(0, 0, *size).contains_region(box)
            covered = box.intersection(part.region).area
            assert covered < part.region.area * 0.75, f"{name} is hidden by what is said of it"
            await pilot.press("enter")
            await pilot.pause()
        assert not app.is_covered and not app.screen.query(".lit")
        assert {name: pane.region for name, pane in app.panes_in_sight().items()} == before
        assert app.query_one(ConsolePane).prompt.has_focus


async def test_it_goes_on_by_itself_and_takes_less_than_a_minute(make_app: Maker) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("alt+q")
        await pilot.pause()
        tour = app.screen
        assert isinstance(tour, TourScreen)
        seconds = 0.0
        while app.screen is tour and seconds < 90:
            tour.pass_time(0.5)
            seconds += 0.5
            await pilot.pause()
        assert seconds == STAY * len(STOPS) < 60


@pytest.mark.parametrize(
    ("keys", "typed"), [(("escape",), ""), (("right", "left", "G"), "G"), (("right", "escape"), "")]
)
async def test_it_is_left_at_any_moment_and_a_letter_begins_a_command(
    make_app: Maker, keys: tuple[str, ...], typed: str
) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("alt+q", *keys)
        await pilot.pause()
        assert not app.is_covered
        assert app.query_one(ConsolePane).prompt.value == typed


async def test_the_bar_offers_it_until_it_was_taken(tmp_path: Path) -> None:
    def bar(app: HvlabApp) -> str:
        return plain(app.query_one(KeyBar).shown[0])

    file = tmp_path / "screen.json"
    app = HvlabApp(Session(), PlainLesson, frames=False, preferences=load(file))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "Alt+Q Tour" in bar(app)
        await pilot.press("alt+q", "escape")
        await pilot.pause()
        assert "Tour" not in bar(app)
    assert load(file).toured


async def test_a_tour_asked_for_on_the_command_line_begins_after_the_language() -> None:
    app = HvlabApp(
        Session(), PlainLesson, frames=False, asks_language=True, tours=True, preferences=Preferences()
    )
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await pilot.press("2")
        await pilot.pause()
        await pilot.pause()
        assert app.text.language == "de" and "Die Lektion" in said(app)


async def test_without_a_lesson_the_lab_alone_is_shown(make_app: Maker) -> None:
    app = make_app(lesson=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("alt+q")
        await pilot.pause()
        assert said(app).startswith(f"1/{len(STOPS) - 1} · The console")


def test_the_box_stands_beside_what_it_tells_of() -> None:
    room = Region(0, 0, 120, 40)
    assert beside(Region(0, 1, 40, 38), room, 58, 8).x == 41
    assert beside(Region(0, 39, 120, 1), room, 58, 8).y == 31
    assert beside(Region(0, 0, 120, 1), room, 58, 8).y == 1
