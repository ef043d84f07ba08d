"""The bar of keys: help and the way out never fall off it, and every word says what its key does now."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hvlab.tui.app import HvlabApp
from hvlab.tui.bars import BarKey, KeyBar
from hvlab.tui.canvas import plain
from hvlab.tui.event_list import EventList
from hvlab.tui.help_screen import HelpBox
from hvlab.tui.layout import VIEWS
from tests.tui.conftest import CREATE, run

Maker = Callable[..., HvlabApp]


def words(app: HvlabApp) -> str:
    return plain(app.query_one(KeyBar).shown[0])


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("size", [(80, 24), (100, 30), (120, 40)])
async def test_help_and_quit_stay_whatever_has_the_keys(
    make_app: Maker, language: str, size: tuple[int, int]
) -> None:
    app = make_app(language=language)
    quitting = {"en": "^Q Quit", "de": "^Q Beenden"}[language]
    async with app.run_test(size=size) as pilot:
        app.frame()
        for pane in ("console", "lesson", "picture", "events", "inspector", *VIEWS):
            if pane == "console":
                app.action_prompt()
            else:
                app.action_pane(pane)
            await pilot.pause()
            row = words(app)
            assert "F1 " in row and row.rstrip().endswith(quitting), (pane, row)
            assert len(row.rstrip()) <= size[0], (pane, row)
            assert pane == "console" or row.startswith(" Esc "), (pane, row)


async def test_of_keys_that_find_no_room_the_least_important_go_first(make_app: Maker) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        bar = app.query_one(KeyBar)
        bar.set_keys(
            [
                BarKey("a", "x" * 30, "a", 2),
                BarKey("b", "x" * 30, "b", 3),
                BarKey("c", "x" * 30, "c", 1),
                BarKey("d", "quit", "d", 0),
            ]
        )
        assert plain(bar.shown[0]).split()[::2] == ["a", "c", "d"]
        await pilot.pause()


async def test_a_click_finds_the_key_that_stands_there(make_app: Maker) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        app.frame()
        await pilot.click(KeyBar, offset=(words(app).index("^Q Quit") + 4, 0))
        await pilot.pause()
        assert app.return_code == 0


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("Run clock", "Stop clock", "Pause", "Go on", "Skip to end")),
        ("de", ("Uhr starten", "Uhr anhalten", "Anhalten", "Weiter", "Ans Ende")),
    ],
)
async def test_the_words_say_what_the_keys_do_now(
    make_app: Maker, language: str, said: tuple[str, ...]
) -> None:
    start, stand, pause, on, end = said
    app = make_app(language=language)
    async with app.run_test(size=(160, 48)) as pilot:
        app.frame()
        assert f"F6 {start} " in words(app) and "F9" not in words(app)
        await pilot.press("f6")
        assert f"F6 {stand} " in words(app) and "F9" not in words(app)
        await pilot.press("f6")
        assert app.desk is not None
        app.desk.submit(f"{CREATE}; Start-VM web01; Wait-Lab web01")
        run(app, 3)
        assert f"F6 {pause} " in words(app) and f"F9 {end} " in words(app)
        await pilot.press("f6")
        assert f"F6 {on} " in words(app) and f"F9 {end} " in words(app)
        await pilot.press("f9")
        run(app, 200)
        assert not app.desk.runner.busy
        assert f"F6 {start} " in words(app) and "F9" not in words(app)


async def test_in_a_small_window_what_ends_a_command_comes_before_the_panes(make_app: Maker) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)):
        app.frame()
        assert app.desk is not None
        app.desk.submit(f"{CREATE}; Start-VM web01; Wait-Lab web01")
        run(app, 3)
        assert "F6 Pause " in words(app) and "F9 Skip to end " in words(app)


async def test_a_key_for_the_end_without_a_command_does_not_hurry_the_next_one(make_app: Maker) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        app.frame()
        await pilot.press("f9")
        assert app.desk is not None
        app.desk.submit(f"{CREATE}; Start-VM web01; Wait-Lab web01")
        run(app, 3)
        assert app.desk.runner.busy and not app.desk.runner.hurries


async def test_every_key_in_the_help_can_be_clicked(make_app: Maker) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        app.frame()
        events = app.query_one(EventList)
        assert events.depth == "story"
        for key, has_happened in (
            ("s", lambda: events.depth != "story"),
            ("Alt+V", lambda: app.stage == "view"),
            ("F6", lambda: app.desk is not None and app.desk.runner.free),
        ):
            await pilot.press("f4", "f1")
            await pilot.pause()
            box = app.screen.query_one(HelpBox)
            row = next(number for number, row in enumerate(box.shown) if plain(row).split()[:1] == [key])
            box.scroll_to(y=row - 3, animate=False, immediate=True)
            await pilot.pause()
            await pilot.click(HelpBox, offset=(8, row - int(box.scroll_offset.y) + box.gutter.top))
            await pilot.pause()
            assert not app.is_covered and has_happened(), key


async def test_without_a_lesson_the_bar_names_no_key_for_it(make_app: Maker) -> None:
    for lesson in (True, False):
        app = make_app(lesson=lesson)
        async with app.run_test(size=(120, 40)) as pilot:
            await pilot.pause()
            assert ("F2 " in words(app)) == lesson
