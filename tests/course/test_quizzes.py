"""The questions before and after a chapter: drawn, asked, noted or marked, graded, and proved."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from hvlab.course import grading, library, loading, quizzes
from hvlab.course.batch import grade_data
from hvlab.course.model import BadLesson, Lesson
from hvlab.course.view import open_lesson

DISKS = next(chapter for chapter in quizzes.chapters() if chapter.name.endswith("disks"))


def script(lesson: Lesson, choose: Callable[[str, list[str]], str]) -> str:
    """Answers to all questions: `choose` gets the right id and all ids."""
    lines = [f"# seed: {lesson.seed}"]
    for question in lesson.plan.question:
        chosen = choose(question.correct, [choice.id for choice in question.choices])
        lines.append(f"Submit-LabAnswer {question.id} {chosen}")
    return "\n".join(lines)


def test_every_chapter_but_the_exam_has_its_questions() -> None:
    with_lessons = {library.find(name).folder.parent for name in library.ids()}
    without = [chapter.name for chapter in sorted(with_lessons) if chapter not in quizzes.chapters()]
    assert without == ["19-exam"]
    assert all(len(quizzes.pairs_of(chapter)) == 4 for chapter in quizzes.chapters())


@pytest.mark.parametrize("chapter", quizzes.chapters(), ids=lambda chapter: chapter.name)
def test_our_questions_are_proved(chapter: Path) -> None:
    assert quizzes.problems(chapter, library.ids(), list(loading.misconceptions())) == []


@pytest.mark.parametrize("name", [*quizzes.ids(), quizzes.review_of(["editing", "vlan-numbers"])])
def test_the_right_answers_pass_and_each_wrong_one_fails(name: str) -> None:
    lesson = library.find(name, 5)
    examined = grading.open_session(lesson)
    for question in lesson.plan.question:
        assert question.correct in [choice.id for choice in question.choices]
    report = grading.report(
        lesson, grading.run_script(lesson, script(lesson, lambda right, _: right), "x"), "x", "en"
    )
    assert report.passed and report.points == len(lesson.plan.question)
    assert grading.report(lesson, examined, "x", "en").points == 0
    wrong = script(lesson, lambda right, ids: next(one for one in ids if one != right))
    failed = grading.report(lesson, grading.run_script(lesson, wrong, "x"), "x", "en")
    assert failed.points == 0 and all(row.repeat for row in failed.chapters)


def test_a_seed_draws_the_order_of_the_answers_and_which_are_asked() -> None:
    def order(name: str, seed: int) -> list[list[str]]:
        return [[c.text["en"] for c in q.choices] for q in library.find(name, seed).plan.question]

    assert order("closing-disks", 1) == order("closing-disks", 1)
    assert order("closing-disks", 1) != order("closing-disks", 2)
    assert {q.id for q in library.find("placement", 1).plan.question} != {
        q.id for q in library.find("placement", 2).plan.question
    }
    assert len(library.find("placement", 1).plan.question) == 2 * len(quizzes.chapters())


def test_a_record_is_graded_with_the_seed_it_was_drawn_by() -> None:
    lesson = library.find("closing-disks", 9)
    session = grading.open_session(lesson)
    session.run(script(lesson, lambda right, _: right))
    log = b"".join(msgspec.json.encode(line) + b"\n" for line in [session.log.header, *session.log.entries])
    outcome = msgspec.json.decode(grade_data(library.find("closing-disks"), "x.jsonl", log, "en"))
    assert outcome["report"]["passed"], outcome


def test_before_the_chapter_answers_are_noted_after_it_they_are_marked() -> None:
    for name, word in (("opening-disks", "Noted"), ("closing-disks", "made smaller")):
        lesson = library.find(name)
        view = open_lesson(lesson, grading.open_session(lesson), "en")
        view.next_step()
        question = view.question()
        assert question is not None and question.id == "editing"
        assert word in question.answer("1")[1]


def test_a_closing_question_is_another_than_the_opening_one() -> None:
    opening, closing = library.find("opening-limits"), library.find("closing-limits")
    parallel = closing.plan.question[: len(opening.plan.question)]
    assert [q.id for q in opening.plan.question] == [q.id for q in parallel]
    assert all(a.prompt != b.prompt for a, b in zip(opening.plan.question, parallel, strict=True))


def test_after_a_chapter_an_earlier_idea_returns_and_says_why_in_other_clothes() -> None:
    closing = library.find("closing-snapshots", 3)
    asked = next(q for q in closing.plan.question if q.id == "three-promises")
    assert "three-promises" not in [q.id for q in library.find("opening-snapshots").plan.question]
    believed = {choice.misconception: choice for choice in asked.choices if choice.misconception}
    assert "150 are there" in believed["dynamic-has-no-price"].feedback["en"]
    again = next(check for check in closing.plan.check if check.id == "three-promises")
    assert again.repeat == ["fixed-and-dynamic"]


def test_what_is_no_quiz_is_refused_with_what_is_near() -> None:
    with pytest.raises(BadLesson, match="did you mean 'closing-disks'"):
        library.find("closing-disk")
    with pytest.raises(BadLesson, match="no pair of questions 'nothing'"):
        library.find("review.nothing")
    assert library.is_known("opening-disks") and not library.is_known("opening-nothing")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('lesson = "to-the-byte"', 'lesson = "nowhere"', "pair editing: there is no lesson 'nowhere'"),
        ('why.de = "', 'why.fr = "', "why: not in both languages"),
        ('id = "editing"', 'id = "who-balances"', "the id is used more than once"),
        ('right.en = "Snapshots"', 'right.en = "Speed"', "two answers are the same in 'en'"),
    ],
)
def test_a_planted_defect_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, words: str
) -> None:
    import shutil

    from hvlab import paths

    shutil.copytree(paths.lessons(), tmp_path / "lessons")
    monkeypatch.setattr(paths, "lessons", lambda: tmp_path / "lessons")
    chapter = tmp_path / "lessons" / DISKS.name
    text = (chapter / "quiz.toml").read_text(encoding="utf-8")
    assert old in text
    (chapter / "quiz.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    problems = [p for c in quizzes.chapters() for p in quizzes.problems(c, library.ids(), [])]
    assert any(words in problem for problem in problems)


@pytest.mark.parametrize("text", ["pair = 3", "[[pair]\n", "[[pair]]\nid = 'x'\nlessen = 'y'"])
def test_a_file_that_is_wrong_is_told_by_its_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "quiz.toml").write_text(text)
    with pytest.raises(BadLesson, match=r"quiz\.toml: "):
        quizzes.pairs_of(tmp_path)


def test_questions_before_a_chapter_lead_on_when_all_are_answered_and_then_say_what_there_is_to_learn() -> (
    None
):
    lesson = library.find("opening-disks", 4)
    view = open_lesson(lesson, grading.open_session(lesson), "en")
    for number, asked in enumerate(lesson.plan.question):
        question = view.question()
        assert question is not None and not view.is_ready() and not view.is_over()
        right = [choice.id for choice in asked.choices].index(asked.correct) + 1
        question.answer(str(right if number else right % len(asked.choices) + 1))
        view.refresh()
        assert view.is_ready() == (number < 3)
        view.next_step()
    assert view.is_over() and "3 of 4 are right" in view.page()
    taught = library.find(quizzes.pairs_of(DISKS)[0].lesson)
    assert f"- {taught.title['en']}" in view.page()
