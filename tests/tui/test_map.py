"""The map: opens over everything, chooses a lesson, and is left without one."""

from __future__ import annotations

from pathlib import Path

from textual.widgets import OptionList

from hvlab.course import library
from hvlab.course.map import CourseMap
from hvlab.course.progress import Progress
from hvlab.session.session import Session
from hvlab.tui.app import HvlabApp
from hvlab.tui.commands import entries
from hvlab.tui.map_screen import MapScreen


def app_with_map(folder: Path) -> HvlabApp:
    return HvlabApp(Session(), None, "en", course=CourseMap(Progress(folder), "en"), frames=False)


async def test_enter_opens_the_lesson_under_the_cursor(tmp_path: Path) -> None:
    app = app_with_map(tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("alt+l")
        assert isinstance(app.screen, MapScreen)
        await pilot.press("enter")
        await pilot.pause()
    assert app.wanted == library.ids()[0]


async def test_escape_stays(tmp_path: Path) -> None:
    app = app_with_map(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("alt+l")
        await pilot.press("escape")
        assert not isinstance(app.screen, MapScreen) and app.wanted == ""


async def test_what_is_passed_is_ticked_and_stepped_over(tmp_path: Path) -> None:
    Progress(tmp_path).note(library.ids()[0], 100, 100, True, "")
    app = app_with_map(tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("alt+l")
        await pilot.pause()
        text = app.export_screenshot()
        assert "✓" in text and f"1&#160;of&#160;{len(library.ids())}" in text


async def test_it_begins_at_the_lesson_that_is_open(tmp_path: Path) -> None:
    here = library.ids()[7]
    app = HvlabApp(Session(), None, "en", course=CourseMap(Progress(tmp_path), "en", here), frames=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("alt+l")
        await pilot.pause()
        listed = app.screen.query_one(OptionList)
        assert listed.highlighted is not None and listed.options[listed.highlighted].id == here


async def test_a_chapters_questions_are_on_the_map_with_their_result(tmp_path: Path) -> None:
    progress = Progress(tmp_path)
    progress.note("closing-partitions", 3, 4, False, "", aside=True)
    app = app_with_map(tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("alt+l")
        await pilot.pause()
        listed = app.screen.query_one(OptionList)
        rows = {option.id: str(option.prompt) for option in listed.options}
        assert "After it: 4 questions" in rows["closing-partitions"] and "3/4" in rows["closing-partitions"]
        assert "Before it: 4 questions" in rows["opening-partitions"]
        listed.highlighted = list(rows).index("closing-partitions")
        await pilot.press("enter")
        await pilot.pause()
    assert app.wanted == "closing-partitions"


async def test_p_practises_the_tasks_of_the_lesson_under_the_cursor(tmp_path: Path) -> None:
    app = HvlabApp(Session(), None, "en", course=CourseMap(Progress(tmp_path), "en", "vlans"), frames=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("alt+l", "p")
        await pilot.pause()
    assert app.wanted == "practice.vlans"


async def test_p_at_a_lesson_without_tasks_says_so(tmp_path: Path) -> None:
    course = CourseMap(Progress(tmp_path), "de", "final-exam")
    app = HvlabApp(Session(), None, "de", course=course, frames=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("alt+l", "p")
        await pilot.pause()
        assert isinstance(app.screen, MapScreen) and app.wanted == ""
        assert any("keine einzelne Aufgabe" in note.message for note in app._notifications)


async def test_the_palette_practises_a_concept_the_open_lesson_s_first(tmp_path: Path) -> None:
    course = CourseMap(Progress(tmp_path), "de", "vlans")
    app = HvlabApp(Session(), None, "de", course=course, frames=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        found = [entry for entry in entries(app) if entry.does.startswith("Üben: ")]
        assert [entry.does for entry in found[:3]] == [
            "Üben: VLAN",
            "Üben: access port",
            "Üben: virtual switch",
        ]
        await pilot.press("ctrl+p")
        await pilot.pause()
        await pilot.press(*"üben: vlan")
        await app.workers.wait_for_complete()
        await pilot.pause(0.3)
        await pilot.press("enter")
        await pilot.pause()
    assert app.wanted == "practice.VLAN"


async def test_a_route_is_marked_on_the_map_with_how_far_one_is(tmp_path: Path) -> None:
    progress = Progress(tmp_path)
    progress.note("vlans", 100, 100, True, "")
    course = CourseMap(progress, "en", "vlans", ["first-child-partition", "vlans"])
    app = HvlabApp(Session(), None, "en", course=course, frames=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("alt+l")
        await pilot.pause()
        listed = app.screen.query_one(OptionList)
        marked = [option.id for option in listed.options if "→" in str(option.prompt)]
        assert marked == ["first-child-partition", "vlans"]
        assert "1 of 2" in str(app.screen.query_one("#map-box").border_subtitle)
