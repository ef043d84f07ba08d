"""Practice: every round is another task, on the lab that its lesson's earlier steps lead to, and is graded."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from hvlab.cli import _open_session, cli
from hvlab.course import drawing, learning, library, practice, tasks
from hvlab.course.attempts import Attempts
from hvlab.course.checks import PASS
from hvlab.course.model import BadLesson
from hvlab.course.practice import Task
from hvlab.course.progress import Progress
from hvlab.text import Text

ALL = [task for lesson in library.course_lessons() for task in practice.tasks_of(lesson)]


def prove(task: Task, seed: int) -> None:
    """The start leads to the task and not past it, and what the lesson says solves it."""
    made = library.find(task.id, seed)
    attempts = Attempts(made)
    assert not attempts.at(attempts.start).passed, (task.id, seed)
    end = attempts.run(made.scripts["solution.ps1"])
    assert end.passed, (task.id, seed, [r.check.id for r in end.results if r.verdict != PASS])


def test_every_lesson_that_draws_has_a_task() -> None:
    drawing_lessons = {one.id for one in library.course_lessons() if one.plan.variables and not one.plan.exam}
    assert drawing_lessons == {task.lesson.id for task in ALL if task.draws} and len(drawing_lessons) >= 17
    assert len(ALL) >= 50


@pytest.mark.parametrize("task", [ALL[place] for place in (1, 8, 20, 27, 40)], ids=lambda task: task.id)
def test_a_task_begins_unsolved_where_its_lesson_has_led_to(task: Task) -> None:
    prove(task, 7)


@pytest.mark.slow
@pytest.mark.parametrize("task", ALL, ids=lambda task: task.id)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_each_task_with_each_seed(task: Task, seed: int) -> None:
    if seed and not task.draws:
        pytest.skip("its names and numbers are always the same")
    prove(task, seed)


def test_a_task_is_one_step_on_the_lab_that_the_others_lead_to() -> None:
    whole, task = library.find("vlans", 5), library.find("vlans.alone", 5)
    (step,) = task.plan.step
    assert step == whole.plan.step[-2] and step.alone and task.drawn == whole.drawn
    assert {check.id for check in task.plan.check} == set(step.goals)
    assert task.start().startswith(whole.start().rstrip()) and len(task.start()) > len(whole.start())
    for language in ("en", "de"):
        page = task.sections[language][step.id]
        assert whole.title[language] in page and "5" in page.splitlines()[2]
    assert task.digest != whole.digest and task.digest == library.find("vlans.alone", 6).digest


def test_what_is_no_task_is_refused_with_those_there_are() -> None:
    for name in ("vlans.apart", "vlans.nothing"):
        with pytest.raises(BadLesson, match=r"there are: vlans\.alone"):
            library.find(name)
    with pytest.raises(BadLesson, match="there is no lesson"):
        library.find("nothing.alone")


def test_rounds_take_turns_and_draw_nothing_twice_while_there_is_something_else() -> None:
    name, found = practice.meant("vlan")
    assert name == "VLAN" and len(found) == 2
    had: dict[str, list[int]] = {task.id: [] for task in found}
    ways: dict[str, list[str]] = {task.id: [] for task in found}
    for number in range(12):
        task, seed = practice.next_round(found, had, 40)
        assert (task, seed) == practice.next_round(found, had, 40)
        had[task].append(seed)
        ways[task].append(str(library.find(found[number % 2].lesson.id, seed).drawn))
        assert task == found[number % 2].id
    assert all(len(set(one)) == 6 for one in ways.values())


def test_when_all_was_drawn_the_oldest_comes_again() -> None:
    lesson = library.find("four-unheard")
    found = practice.tasks_of(lesson)
    had: list[int] = []
    for _ in range(9):
        had.append(practice.next_round(found, {found[0].id: had}, 0)[1])
    drawn = [drawing.draw(lesson.plan.variables, seed, lesson.id) for seed in had]
    assert len({str(one) for one in drawn[:6]}) == 6  # as many as the pool has
    assert drawn[6:] == drawn[:3]


def test_what_never_differs_comes_once_where_something_else_does() -> None:
    _, found = practice.meant("heartbeat")
    fixed = [task.id for task in found if not task.draws]
    assert fixed and len(fixed) < len(found)
    had: dict[str, list[int]] = {}
    for _ in range(12):
        task, seed = practice.next_round(found, had, 0)
        had.setdefault(task, []).append(seed)
    assert all(len(had[name]) == 1 for name in fixed)
    _, only = practice.meant("one-parent")
    assert practice.next_round(only, {only[0].id: [0]}, 0)[0] == only[0].id, "alone it comes again"


def test_a_lesson_s_own_tasks_can_be_meant() -> None:
    name, found = practice.meant("vlans")
    assert name == "vlans" and [task.id for task in found] == ["vlans.alone"]
    assert practice.meant("vlans.alone")[1] == found


def test_leaving_a_round_leads_to_the_next_and_the_map_forgets_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hvlab.paths.user_data", lambda: tmp_path)
    seeds, pages = [], []

    def show(open_lab, open_view, language, *, first_page, course):  # type: ignore[no-untyped-def]
        session = open_lab()
        view = open_view(session)
        seeds.append(session.header.seed)
        pages.append(first_page)
        assert view.steps() == (1, 1) and not view.passed()
        session.run(view.lesson.scripts["solution.ps1"])
        view.refresh()
        assert view.passed()
        return 0, course.following() if len(seeds) < 3 else ""

    status, said = learning.learn("practice.vlan", None, 5, Text("en"), _open_session, show)
    assert status == 0 and said.count("Practice of VLAN") == 3
    assert f"Seed {seeds[0]} draws the same again" in said and f"Seed {seeds[0]} " in pages[0]
    assert Progress(tmp_path).of("vlans.alone") is None and Progress(tmp_path).last == ""
    assert len(list((tmp_path / "sessions").glob("*.jsonl"))) == 3
    record = next((tmp_path / "sessions").glob("vlans.alone-*.jsonl"))
    graded = CliRunner().invoke(cli, ["grade", "vlans.alone", str(record)])
    assert graded.exit_code == 0, graded.output


def test_a_task_graded_by_the_command_wants_its_own_work(tmp_path: Path) -> None:
    done, nothing = tmp_path / "done.ps1", tmp_path / "nothing.ps1"
    done.write_text("# seed: 5\n" + library.find("vlans.alone", 5).scripts["solution.ps1"], encoding="utf-8")
    nothing.write_text("# seed: 5\nGet-VM\n", encoding="utf-8")
    assert CliRunner().invoke(cli, ["grade", "vlans.alone", str(done)]).exit_code == 0
    assert CliRunner().invoke(cli, ["grade", "vlans.alone", str(nothing)]).exit_code == 1


def test_what_a_quiz_missed_leads_to_its_tasks(tmp_path: Path) -> None:
    from hvlab.course.view import open_lesson

    quiz = library.find("closing-networks")
    session = learning.lab_of(quiz, tmp_path / "quiz.jsonl", "en", _open_session)
    view = open_lesson(quiz, session, "en")
    for number, question in enumerate(quiz.plan.question):
        if number == 0:
            wrong = next(choice.id for choice in question.choices if choice.id != question.correct)
            session.answer(question.id, wrong)
        session.answer(question.id, question.correct)
    view.refresh()
    while view.next_step():
        pass
    (lesson,) = practice.missed(quiz, session.log.entries)
    assert f"`hvlab learn practice {lesson.id}`" in view.closing()
    session.close()


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_list_names_each_concept_and_a_wrong_one_is_answered(language: str) -> None:
    listed = CliRunner().invoke(cli, ["learn", "practice", "--lang", language])
    assert listed.exit_code == 0
    assert library.find("vlans").title[language] + "*" in listed.stdout and "VLAN" in listed.stdout
    wrong = CliRunner().invoke(cli, ["learn", "practice", "virtual", "swich"])
    assert wrong.exit_code != 0 and "'virtual switch'" in str(wrong.exception) + wrong.output


def test_a_second_word_behind_a_lesson_is_refused() -> None:
    wrong = CliRunner().invoke(cli, ["learn", "vlans", "more", "--plain"])
    assert wrong.exit_code != 0 and "one lesson at a time" in str(wrong.exception) + wrong.output


def test_every_task_s_lesson_names_it_once() -> None:
    names = [task.id for task in ALL]
    assert len(names) == len(set(names)) and all(library.is_task(name) for name in names[:3])
    assert not library.is_task("vlans") and tasks.steps_of(library.find("final-exam")) == []
