"""The recap on the screen: over the open page for who comes back; Enter does its one thing, a letter closes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from hvlab.course import quizzes
from hvlab.course.map import CourseMap
from hvlab.course.progress import Progress
from hvlab.course.review import Review
from hvlab.session.session import Session
from hvlab.tui.app import HvlabApp
from hvlab.tui.canvas import plain
from hvlab.tui.console_pane import ConsolePane
from hvlab.tui.recap_screen import RecapBox, RecapScreen
from tests.tui.conftest import PlainLesson


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("hvlab.paths.user_data", lambda: tmp_path)
    progress = Progress(tmp_path)
    for name in ("first-child-partition", "by-permission"):
        progress.note(name, 10, 10, True, "")
    progress.note("vlans", 30, 100, False, "", "together")
    return tmp_path


def returning(folder: Path, here: str, language: str = "en") -> HvlabApp:
    course = CourseMap(Progress(folder), language, here)
    course.returning = Progress(folder)
    return HvlabApp(Session(), PlainLesson, language, course=course, frames=False)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.parametrize(("language", "title"), [("en", "Welcome back"), ("de", "Willkommen zurück")])
async def test_it_greets_on_half_a_screen_and_enter_goes_on(
    folder: Path, size: tuple[int, int], language: str, title: str
) -> None:
    app = returning(folder, "vlans", language)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await pilot.pause()
        assert isinstance(app.screen, RecapScreen)
        box = app.screen.query_one(RecapBox)
        assert box.border_title == title and app.screen.region.contains_region(box.region)
        assert max(len(plain(row)) for row in box.shown) <= box.scrollable_content_region.width
        await pilot.press("enter")
        await pilot.pause()
        assert not isinstance(app.screen, RecapScreen) and app.wanted == ""
        assert app.query_one(ConsolePane).prompt.has_focus


async def test_enter_opens_the_review_where_that_is_due(folder: Path) -> None:
    Progress(folder).note("vlans", 100, 100, True, "")
    Review(folder).sitting([], list(quizzes.all_pairs())[:1])
    app = returning(folder, "four-unheard")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
    assert app.wanted == quizzes.REVIEW


async def test_a_letter_begins_a_command_and_the_palette_brings_it_again(folder: Path) -> None:
    app = returning(folder, "vlans")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await pilot.pause()
        await pilot.press("G", "e")
        await pilot.pause()
        assert not isinstance(app.screen, RecapScreen)
        assert app.query_one(ConsolePane).prompt.value == "Ge"
        app.action_recap()
        await pilot.pause()
        assert isinstance(app.screen, RecapScreen)


async def test_who_has_not_come_back_is_not_held_up(folder: Path) -> None:
    app = HvlabApp(Session(), PlainLesson, course=CourseMap(Progress(folder), "en", "vlans"), frames=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await pilot.pause()
        assert not isinstance(app.screen, RecapScreen)
