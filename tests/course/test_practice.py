"""Practice of a concept: every round is another one, and its record grades like the lesson's."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from hvlab.cli import cli
from hvlab.course import drawing, learning, library, practice
from hvlab.course.progress import Progress
from hvlab.text import Text


def test_rounds_take_turns_and_draw_nothing_twice_while_there_is_something_else() -> None:
    name, lessons = practice.lessons_of("vlan")
    assert name == "VLAN" and len(lessons) == 2
    had: dict[str, list[int]] = {lesson.id: [] for lesson in lessons}
    ways: dict[str, list[str]] = {lesson.id: [] for lesson in lessons}
    for number in range(12):
        lesson, seed = practice.next_round(lessons, had, 40)
        assert (lesson, seed) == practice.next_round(lessons, had, 40)
        had[lesson].append(seed)
        ways[lesson].append(str(library.find(lesson, seed).drawn))
        assert lesson == lessons[number % 2].id
    assert all(len(set(one)) == 6 for one in ways.values())


def test_when_all_was_drawn_the_oldest_comes_again() -> None:
    lesson = library.find("four-unheard")
    had: list[int] = []
    for _ in range(9):
        had.append(practice.next_round([lesson], {lesson.id: had}, 0)[1])
    drawn = [drawing.draw(lesson.plan.variables, seed, lesson.id) for seed in had]
    assert len({str(one) for one in drawn[:6]}) == 6  # as many as the pool has
    assert drawn[6:] == drawn[:3]


def test_every_concept_has_only_lessons_that_differ_from_seed_to_seed() -> None:
    for concept, lessons in practice.concepts().items():
        for lesson in lessons:
            seeds = [practice.next_round([lesson], {lesson.id: [0]}, 0)[1], 0]
            one, other = (library.find(lesson.id, seed) for seed in seeds)
            assert (one.sections, one.plan, one.scripts) != (other.sections, other.plan, other.scripts), (
                concept
            )


def test_leaving_a_round_leads_to_the_next_and_the_map_forgets_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hvlab.paths.user_data", lambda: tmp_path)
    from hvlab.cli import _open_session

    seeds = []

    def show(open_lab, open_view, language, *, first_page, course):  # type: ignore[no-untyped-def]
        session = open_lab()
        view = open_view(session)
        seeds.append(session.header.seed)
        session.run(view.lesson.scripts["solution.ps1"])
        view.refresh()
        assert view.passed()
        return 0, course.following() if len(seeds) < 3 else ""

    status, said = learning.learn("practice.vlan", None, 5, Text("en"), _open_session, show)
    assert status == 0 and said.count("Practice of VLAN") == 3
    assert f"Seed {seeds[0]} draws the same again" in said
    assert Progress(tmp_path).of("vlans") is None and Progress(tmp_path).last == ""
    assert len(list((tmp_path / "sessions").glob("*.jsonl"))) == 3
    record = next((tmp_path / "sessions").glob("vlans-*.jsonl"))
    graded = CliRunner().invoke(cli, ["grade", "vlans", str(record)])
    assert graded.exit_code == 0, graded.output


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_list_names_each_concept_and_a_wrong_one_is_answered(language: str) -> None:
    listed = CliRunner().invoke(cli, ["learn", "practice", "--lang", language])
    assert listed.exit_code == 0
    assert library.find("vlans").title[language] in listed.stdout and "VLAN" in listed.stdout
    wrong = CliRunner().invoke(cli, ["learn", "practice", "virtual", "swich"])
    assert wrong.exit_code != 0 and "'virtual switch'" in str(wrong.exception) + wrong.output


def test_a_second_word_behind_a_lesson_is_refused() -> None:
    wrong = CliRunner().invoke(cli, ["learn", "vlans", "more", "--plain"])
    assert wrong.exit_code != 0 and "one lesson at a time" in str(wrong.exception) + wrong.output
