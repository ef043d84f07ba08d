"""Where misconceptions are met and return: counted along the whole route, and told where they do not."""

from __future__ import annotations

import msgspec
import pytest

from hvlab.course import library, recurrence
from hvlab.course.model import Choice, Lesson, Misconception, Question

LESSONS = library.course_lessons()


def with_question(lesson: Lesson, belief: str, *, guess: bool = False, slip: bool = False) -> Lesson:
    """The lesson with one question only, whose wrong choice names a belief."""
    text = {"en": "x", "de": "x"}
    choices = [Choice("right", text), Choice("wrong", text, misconception=belief, slip=slip)]
    asked = Question("asked", text, choices, "right", guess=guess)
    return msgspec.structs.replace(lesson, plan=msgspec.structs.replace(lesson.plan, question=[asked]))


def without_questions(lesson: Lesson) -> Lesson:
    return msgspec.structs.replace(lesson, plan=msgspec.structs.replace(lesson.plan, question=[]))


@pytest.fixture
def one_belief(monkeypatch: pytest.MonkeyPatch) -> None:
    """A course that knows one misconception, in whose chapters nothing is asked."""
    monkeypatch.setattr(recurrence, "misconceptions", lambda: {"odd": Misconception("so", "so")})
    monkeypatch.setattr(recurrence.quizzes, "chapters", list)


def test_every_misconception_of_the_course_returns() -> None:
    assert recurrence.problems(LESSONS) == []


@pytest.mark.usefixtures("one_belief")
@pytest.mark.parametrize(("later", "said"), [(1, ["odd is met in"]), (2, []), (5, [])])
def test_a_return_is_two_lessons_later_at_least(later: int, said: list[str]) -> None:
    course = [without_questions(lesson) for lesson in LESSONS[:8]]
    course[1], course[1 + later] = (with_question(course[n], "odd") for n in (1, 1 + later))
    problems = recurrence.problems(course)
    assert len(problems) == len(said) and all(map(str.startswith, problems, said))
    assert ("1 of 1" if not said else "0 of 1") in list(recurrence.table(course))[-1]


@pytest.mark.usefixtures("one_belief")
def test_what_is_met_nowhere_is_told() -> None:
    course = [without_questions(lesson) for lesson in LESSONS[:3]]
    assert recurrence.problems(course) == ["odd is met nowhere"]
    assert any("met nowhere" in line for line in recurrence.table(course))


@pytest.mark.usefixtures("one_belief")
def test_a_wrong_choice_names_what_is_believed_or_says_that_it_is_a_slip() -> None:
    def told(**how: bool) -> bool:
        return any(
            "asked: wrong" in one for one in recurrence.problems([with_question(LESSONS[0], "", **how)])
        )

    assert told() and not told(slip=True) and not told(guess=True)


def test_after_a_chapter_counts_as_after_its_last_lesson_and_before_it_not_at_all() -> None:
    met = recurrence.meetings(LESSONS)
    last = max(n for n, lesson in enumerate(LESSONS, 1) if lesson.folder.parent.name == "09-snapshots")
    closing = [one for one in met["dynamic-has-no-price"] if one.lesson == "closing-snapshots"]
    assert [one.after for one in closing] == [last]
    assert not [one for row in met.values() for one in row if one.lesson.startswith("opening-")]
