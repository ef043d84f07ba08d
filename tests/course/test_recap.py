"""The recap: where one was, what the last lessons taught, what is believed or due, and one thing to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from hvlab.cli import _open_session
from hvlab.course import learning, library, quizzes, recap
from hvlab.course.map import CourseMap
from hvlab.course.progress import Progress
from hvlab.course.review import Review
from hvlab.text import LANGUAGES, Text


def progressed(folder: Path) -> Progress:
    progress = Progress(folder)
    for name in ("first-child-partition", "by-permission", "three-switches"):
        progress.note(name, 10, 10, True, "")
    progress.note("vlans", 30, 100, False, "", "together")
    return progress


@pytest.mark.parametrize(
    ("language", "step", "thing"),
    [("en", "at step 2 of 4", "Go on with “"), ("de", "bei Schritt 2 von 4", "Machen Sie mit „")],
)
def test_it_tells_where_one_was_and_what_the_last_lessons_taught(
    tmp_path: Path, language: str, step: str, thing: str
) -> None:
    progressed(tmp_path)
    told = recap.of(tmp_path, Text(language))
    vlans, last = library.find("vlans"), library.find("three-switches")
    assert vlans.title[language] in told.page and step in told.page and "30" in told.page
    assert " ".join(last.notes[language]["aim"].partition("\n")[2].split()) in told.page
    assert library.find("by-permission").title[language] in told.page
    assert library.find("first-child-partition").title[language] not in told.page, "only the last ones"
    assert thing in told.page and told.wants == "vlans"


def test_the_order_is_that_in_which_one_worked(tmp_path: Path) -> None:
    progress = progressed(tmp_path)
    progress.note("first-child-partition", 10, 10, True, "")
    assert Progress(tmp_path).order == ["by-permission", "three-switches", "vlans", "first-child-partition"]
    told = recap.of(tmp_path, Text("en"))
    assert library.find("first-child-partition").title["en"] in told.page
    assert library.find("by-permission").title["en"] not in told.page


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_names_what_is_still_believed_and_nothing_that_was_refuted(tmp_path: Path, language: str) -> None:
    from hvlab.course.loading import misconceptions

    progressed(tmp_path)
    known = Review(tmp_path)
    known.answered([("snapshot-is-backup", True), ("linux-on-type-2", True), ("linux-on-type-2", False)])
    known.sitting([], [])
    page = recap.of(tmp_path, Text(language)).page
    assert getattr(misconceptions()["snapshot-is-backup"], language) in page
    assert getattr(misconceptions()["linux-on-type-2"], language) not in page


def test_what_is_due_is_the_one_thing_to_do_unless_a_lesson_is_open(tmp_path: Path) -> None:
    progress = progressed(tmp_path)
    pairs = list(quizzes.all_pairs())[:2]
    known = Review(tmp_path)
    known.sitting([], pairs)
    told = recap.of(tmp_path, Text("en"))
    assert told.wants == "vlans" and "2 questions are due (`hvlab learn review`)" in told.page
    progress.note("vlans", 100, 100, True, "")
    told = recap.of(tmp_path, Text("en"))
    assert told.wants == quizzes.REVIEW and "2 questions are due: review them" in told.page
    known.sitting(pairs, [])
    told = recap.of(tmp_path, Text("en"))
    following = CourseMap(Progress(tmp_path), "en").following()
    assert told.wants == following and f"Next: “{library.find(following).title['en']}”" in told.page


def test_a_beginner_is_told_what_there_is(tmp_path: Path) -> None:
    told = recap.of(tmp_path, Text("en"))
    assert "No lesson has been begun yet" in told.page and told.wants == library.ids()[0]


@pytest.mark.parametrize(
    ("name", "lessons", "wanted"), [(None, 3, True), ("vlans", 3, False), (None, 1, False)]
)
def test_only_who_comes_back_to_the_course_is_told_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str | None, lessons: int, wanted: bool
) -> None:
    monkeypatch.setattr("hvlab.paths.user_data", lambda: tmp_path)
    progress = Progress(tmp_path)
    for lesson in library.ids()[:lessons]:
        progress.note(lesson, 10, 10, True, "")
    told = []

    def show(open_lab, open_view, language, *, first_page, course):  # type: ignore[no-untyped-def]
        told.append(course.returning is not None)
        if len(told) == 1:
            open_view(open_lab())
            assert course.returning is None or course.returning.last == library.ids()[lessons - 1]
        return 0, course.following() if len(told) == 1 else ""

    learning.learn(name, None, None, Text("en"), _open_session, show)
    assert told == [wanted, False], "once, at the beginning"
