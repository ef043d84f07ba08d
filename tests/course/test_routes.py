"""Routes through the course: what they take, and that one goes on along them."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from hvlab import paths
from hvlab.cli import cli
from hvlab.course import library, routes
from hvlab.course.map import CourseMap
from hvlab.course.model import BadLesson
from hvlab.course.progress import Progress
from hvlab.text import Text


@pytest.mark.parametrize("name", list(routes.routes()))
def test_a_route_keeps_its_time_and_its_order(name: str) -> None:
    route, lessons = routes.routes()[name], [library.find(lesson) for lesson in routes.lessons_of(name)]
    assert sum(lesson.minutes for lesson in lessons) <= route.minutes
    seen: set[str] = set()
    for lesson in lessons:
        missing = [p for p in lesson.plan.prerequisites if p in routes.lessons_of(name) and p not in seen]
        assert not missing, f"{lesson.id} comes before {missing}"
        seen.add(lesson.id)


def test_the_essentials_are_two_hours_and_the_whole_is_everything() -> None:
    minutes = sum(library.find(lesson).minutes for lesson in routes.lessons_of("essentials"))
    assert 100 <= minutes <= 125
    assert routes.lessons_of("whole") == routes.lessons_of("") == library.ids()


def test_what_comes_next_is_of_the_route(tmp_path: Path) -> None:
    progress, way = Progress(tmp_path), routes.lessons_of("essentials")
    course = CourseMap(progress, "en", route=way)
    assert course.following() == way[0]
    progress.note(way[0], 1, 1, True, "")
    assert CourseMap(progress, "en", route=way).following() == way[1]
    assert CourseMap(progress, "en", way[3], way).following() == way[4]
    for lesson in way:
        progress.note(lesson, 1, 1, True, "")
    assert CourseMap(progress, "en", route=way).following() in way


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_route_is_listed_with_how_far_one_is(tmp_path: Path, language: str) -> None:
    progress = Progress(tmp_path)
    progress.note("what-counts", 1, 1, True, "")
    lines = routes.table("essentials", progress, Text(language))
    assert lines[0] == routes.routes()["essentials"].title[language]
    row = next(line for line in lines if "what-counts" in line)
    assert Text(language)("course.state.passed") in row
    assert len(lines) == len(routes.lessons_of("essentials")) + 2


def test_a_route_that_is_not_there_is_told_with_the_nearest() -> None:
    for arguments in (["course", "--route", "essential"], ["learn", "--plain", "--route", "essential"]):
        result = CliRunner().invoke(cli, arguments)
        assert result.exit_code == 2
        assert "there is no route 'essential'; did you mean 'essentials'?" in result.output


def test_a_lesson_that_is_not_there_is_told_with_file_and_route(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "routes.toml").write_text(
        '[short]\nminutes = 9\ntitle = { en = "s", de = "k" }\nlessons = ["vlan"]\n', encoding="utf-8"
    )
    monkeypatch.setattr(paths, "lessons", lambda: tmp_path)
    monkeypatch.setattr(library, "ids", lambda: ["three-switches", "vlans"])
    with pytest.raises(BadLesson, match=r"routes\.toml: the route 'short' names the lesson 'vlan'.*'vlans'"):
        routes.routes()
