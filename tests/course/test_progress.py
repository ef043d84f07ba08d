"""What is remembered of a learner's way, and the map that is made of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from hvlab.course import library, quizzes
from hvlab.course.map import CourseMap
from hvlab.course.progress import NAME, Progress


def test_what_is_noted_is_remembered(tmp_path: Path) -> None:
    Progress(tmp_path).note("a", 3, 10, False, "a.jsonl")
    mark = Progress(tmp_path).of("a")
    assert mark is not None and (mark.points, mark.maximum, mark.passed, mark.record) == (
        3,
        10,
        False,
        "a.jsonl",
    )
    assert Progress(tmp_path).of("b") is None


def test_what_was_passed_stays_passed(tmp_path: Path) -> None:
    progress = Progress(tmp_path)
    progress.note("a", 10, 10, True, "one")
    progress.note("a", 2, 10, False, "two")
    mark = Progress(tmp_path).of("a")
    assert mark is not None and mark.passed and (mark.points, mark.record) == (10, "two")


@pytest.mark.parametrize("damage", [b"", b"{", b"[1]", b'{"lessons": {"a": 3}}', b"\xff\xfe"])
def test_a_damaged_file_is_put_aside(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / NAME).write_bytes(damage)
    progress = Progress(tmp_path)
    assert progress.of("a") is None
    assert (tmp_path / "progress.damaged").read_bytes() == damage
    progress.note("a", 1, 1, True, "")
    assert Progress(tmp_path).passed("a")


def test_the_map_shows_every_lesson_and_how_it_stands(tmp_path: Path) -> None:
    progress = Progress(tmp_path)
    ids = library.ids()
    first = CourseMap(progress, "en")
    assert [place.lesson for stretch in first.stretches() for place in stretch.places] == ids
    assert first.following() == ids[0]
    progress.note(ids[0], 100, 100, True, "")
    places = {place.lesson: place for stretch in first.stretches() for place in stretch.places}
    assert places[ids[0]].state == "passed" and places[ids[0]].points == 100
    assert CourseMap(progress, "de").stretches()[0].title.startswith("1 ")


def test_one_goes_on_with_what_comes_after(tmp_path: Path) -> None:
    progress = Progress(tmp_path)
    ids = library.ids()
    for name in ids:
        progress.note(name, 1, 1, True, "")
    assert CourseMap(progress, "en", ids[-1]).following() == ids[0], (
        "after the last, with all passed: the first"
    )


def test_without_an_open_lesson_one_goes_on_where_one_left(tmp_path: Path) -> None:
    progress = Progress(tmp_path)
    ids = library.ids()
    progress.note(ids[0], 10, 10, True, "")
    assert CourseMap(progress, "en").following() == ids[1]
    progress.note(ids[4], 1, 10, False, "")
    again = Progress(tmp_path)
    assert again.last == ids[4] and CourseMap(again, "en").following() == ids[4], "not the first that is open"
    again.note(ids[4], 10, 10, True, "")
    assert CourseMap(again, "en").following() == ids[5], "what comes after the one that was passed last"
    assert CourseMap(again, "en", ids[0]).following() == ids[1], "from an open lesson, the next one"


def passed(progress: Progress, lessons: Sequence[str]) -> None:
    for name in lessons:
        progress.note(name, 100, 100, True, "")


def test_questions_stand_before_and_after_the_lessons_of_their_chapter(tmp_path: Path) -> None:
    progress = Progress(tmp_path)
    progress.note("closing-partitions", 3, 4, False, "", aside=True)
    progress.note("opening-partitions", 1, 4, False, "", aside=True)
    stretches = CourseMap(progress, "en").stretches()
    rows = stretches[0].rows()
    assert [place.lesson for place in rows] == [
        "opening-partitions",
        *(place.lesson for place in stretches[0].places),
        "closing-partitions",
    ]
    assert (rows[0].state, rows[0].points, rows[0].maximum) == ("passed", 1, 4), "it was answered, however"
    assert (rows[-1].state, rows[-1].points, rows[-1].title) == ("begun", 3, "After it: 4 questions")
    assert stretches[-1].rows() == list(stretches[-1].places), "the exam has none"


def test_a_passed_chapter_is_closed_by_its_questions_and_the_next_one_opened_by_its_own(
    tmp_path: Path,
) -> None:
    progress = Progress(tmp_path)
    first, second, _ = (library.ids_of(chapter) for chapter in quizzes.chapters()[:3])
    passed(progress, first[:-1])
    assert CourseMap(progress, "en", first[-2]).following() == first[-1]
    passed(progress, first[-1:])
    assert CourseMap(progress, "en", first[-1]).following() == "closing-partitions"
    assert CourseMap(progress, "en").following() == "closing-partitions", "so does whoever comes back"
    progress.note("closing-partitions", 2, 4, False, "", aside=True)
    assert CourseMap(progress, "en", "closing-partitions").following() == "opening-vmm-types"
    assert CourseMap(progress, "en", first[-1]).following() == second[0], "asked once"
    assert CourseMap(progress, "en", "opening-vmm-types").following() == second[0]
    passed(progress, second[:1])
    assert CourseMap(progress, "en", "closing-partitions").following() == second[1], "it is begun already"


def test_a_route_is_not_held_up_by_questions_before_a_chapter(tmp_path: Path) -> None:
    progress = Progress(tmp_path)
    ids = library.ids()
    route = [ids[0], ids[3], ids[5]]
    passed(progress, route[:1])
    assert CourseMap(progress, "en", ids[0], route).following() == ids[3], "the chapter is not passed"
    passed(progress, ids[1:3])
    assert CourseMap(progress, "en", ids[0], route).following() == "closing-partitions"
    assert CourseMap(progress, "en", "closing-partitions", route).following() == ids[3]
