"""What is asked again: what was missed soon, what was known later and later, by the learner's own sittings."""

from __future__ import annotations

from pathlib import Path

from hvlab.course import grading, library, quizzes, review
from hvlab.course.review import Review
from hvlab.session.log import Entry


def test_what_was_missed_is_due_at_once_and_what_was_known_after_ever_more_sittings(tmp_path: Path) -> None:
    known = Review(tmp_path)
    known.sitting(["editing"], ["a-tree"])
    assert Review(tmp_path).due() == ["a-tree"]
    gaps, last = [], 1
    for sitting in range(2, 64):
        again = Review(tmp_path)
        due = again.due()
        if "editing" in due:
            gaps.append(sitting - 1 - last)
            last = sitting
        again.sitting([name for name in due if name == "editing"], [])
    assert gaps == [2, 4, 8, 16]
    assert "a-tree" in Review(tmp_path).due(), "nobody has answered it"


def test_what_is_missed_again_begins_from_the_beginning(tmp_path: Path) -> None:
    known = Review(tmp_path)
    for _ in range(4):
        known.sitting(["editing"], [])
    assert known.due() == []
    known.sitting([], ["editing"])
    assert known.due() == ["editing"]


def test_at_most_so_many_are_asked_and_none_that_is_gone(tmp_path: Path) -> None:
    known = Review(tmp_path)
    names = list(quizzes.all_pairs())[: review.MOST + 3]
    known.sitting([], ["gone", *names])
    due = known.due()
    assert len(due) == review.MOST and "gone" not in due
    assert library.find(quizzes.review_of(due)).plan.question


def test_a_damaged_file_is_put_aside(tmp_path: Path) -> None:
    (tmp_path / review.NAME).write_text("{")
    assert Review(tmp_path).due() == []
    assert (tmp_path / "review.damaged").exists()


def test_who_was_right_at_the_second_go_is_asked_again() -> None:
    lesson = library.find("closing-disks", 3)
    right = {question.id: question.correct for question in lesson.plan.question}
    wrong = next(c.id for c in lesson.plan.question[0].choices if c.id != right["apart-from-the-machine"])
    entries = [
        Entry(0, "answer", wrong, "apart-from-the-machine"),
        Entry(0, "answer", right["apart-from-the-machine"], "apart-from-the-machine"),
        Entry(0, "answer", right["editing"], "editing"),
    ]
    passed = ["apart-from-the-machine", "editing"]
    assert review.outcome(lesson, entries, passed, list(right)) == (["editing"], ["apart-from-the-machine"])


def test_a_wrong_choice_in_a_lesson_brings_the_questions_on_the_same_claims() -> None:
    lesson = library.find("three-groups")
    wrong = [Entry(0, "answer", "two", "suse")]
    question = lesson.question("suse")
    assert question is not None
    wrong = [Entry(0, "answer", next(c.id for c in question.choices if c.id != question.correct), "suse")]
    right, missed = review.outcome(lesson, wrong, [], [check.id for check in lesson.plan.check])
    assert right == [] and missed == ["side-by-side"]
    assert review.outcome(lesson, [Entry(0, "answer", question.correct, "suse")], [], []) == ([], [])


def test_the_review_can_be_graded_from_its_record() -> None:
    lesson = library.find(quizzes.review_of(["editing"]), 4)
    session = grading.open_session(lesson)
    session.answer("editing", lesson.plan.question[0].correct)
    assert grading.report(lesson, session, "x", "en").passed


def test_an_idea_that_returned_and_was_missed_is_asked_again(tmp_path: Path) -> None:
    lesson = library.find("closing-snapshots", 3)
    question = lesson.question("three-promises")
    assert question is not None
    believed = next(choice.id for choice in question.choices if choice.misconception)
    entries = [Entry(0, "answer", believed, "three-promises")]
    known = Review(tmp_path)
    known.sitting(*review.outcome(lesson, entries, [], [check.id for check in lesson.plan.check]))
    assert known.due() == ["three-promises"]
    asked = library.find(quizzes.review_of(known.due())).question("three-promises")
    assert asked is not None and asked.prompt == question.prompt
