"""What is handed in to do harm gets a verdict or one clear sentence, and changes nothing outside its own folder."""

from __future__ import annotations

import contextlib
from pathlib import Path

import msgspec
import pytest

from hvlab.course import authoring, grading, library
from hvlab.course.model import Lesson
from hvlab.session.log import new_header
from tests.course import hostile
from tests.course.hostile import Hostile


def honest_header(lesson: Lesson) -> dict[str, object]:
    """The header of a record of this lesson, as an honest learner's has it."""
    header: dict[str, object] = msgspec.to_builtins(grading.open_session(lesson).header)
    return header


@pytest.fixture(scope="module")
def lesson(tmp_path_factory: pytest.TempPathFactory) -> Lesson:
    folder = tmp_path_factory.mktemp("lessons") / "demo-lesson"
    authoring.begin(folder)
    return library.find(str(folder))


_SHAPES = list(hostile.corpus(msgspec.to_builtins(new_header("one-host", "ws2008", 0))))


def test_there_are_enough_of_them_and_each_is_another() -> None:
    assert len(_SHAPES) >= 60
    assert len({shape.id for shape in _SHAPES}) == len(_SHAPES)


@pytest.mark.parametrize("place", range(len(_SHAPES)), ids=[shape.id for shape in _SHAPES])
def test_it_gets_a_verdict_or_a_sentence(lesson: Lesson, place: int, tmp_path: Path) -> None:
    shape: Hostile = list(hostile.corpus(honest_header(lesson)))[place]
    inside = tmp_path / "handed-in"
    inside.mkdir()
    path = inside / shape.name
    path.write_bytes(shape.data)
    try:
        report = grading.grade_file(lesson, path)
    except grading.BadSubmission as error:
        sentence = str(error)
        assert shape.refused, f"refused, and should have been graded: {sentence}"
        assert shape.refused in sentence
        assert sentence.startswith(str(path)) and "\n" not in sentence
        assert "\x1b" not in sentence and "\x07" not in sentence
    else:
        assert not shape.refused
        assert report.points <= shape.most
    assert [found for found in tmp_path.rglob("*") if found.is_file()] == [path]
    assert path.read_bytes() == shape.data


def test_the_same_work_done_honestly_gets_its_points(lesson: Lesson, tmp_path: Path) -> None:
    """Otherwise the corpus could be refused for what it is not."""
    path = tmp_path / "x.jsonl"
    path.write_bytes(hostile.log(honest_header(lesson), *hostile.GOOD[:1]))
    assert grading.grade_file(lesson, path).points == 2


LEAVES = (
    "shadows-cmdlets",
    "shadows-by-alias",
    "overwrites-variables",
    "silences-errors",
    "undoes-the-start",
    "many-machines",
    "endless-loop",
    "recursion",
    "ends-early",
    "breaks-off",
    "session-command",
    "answer-out-of-place",
)


@pytest.mark.parametrize("name", LEAVES)
def test_who_is_graded_next_in_the_same_lab_finds_nothing_of_it(lesson: Lesson, name: str) -> None:
    """The lab of a lesson stays open from one submission to the next: whatever one did in it is gone."""
    honest = "New-VM demo\nGet-VM\nStart-VM demo\n"
    grading.close_labs()
    wanted = grading.grade_bytes(lesson, "x.ps1", honest.encode())
    assert wanted.points > 0
    grading.close_labs()
    shape = next(one for one in hostile.corpus(honest_header(lesson)) if one.id == name)
    for _ in range(2):
        with contextlib.suppress(grading.BadSubmission):
            grading.grade_bytes(lesson, shape.name, shape.data)
        assert grading.grade_bytes(lesson, "x.ps1", honest.encode()) == wanted
        # Another way to the same: its outcome was not kept, the first time.
        other = honest.replace("Get-VM", "Get-VM | Out-Null")
        assert grading.grade_bytes(lesson, "x.ps1", other.encode()) == wanted
