"""Scripts tried in one lab come to what they come to in labs of their own."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

import hvlab.course.attempts
from hvlab.console.hyperv.objects import vmms
from hvlab.course import grading, library
from hvlab.course.attempts import PLACE, Attempts, Place
from hvlab.course.checks import NOT_REACHED, CheckResult, Examiner
from hvlab.course.model import Lesson
from tests.course.support import LESSON, SOLUTION, load


def rows(results: list[CheckResult]) -> list[tuple[str, str, str, str]]:
    return [(row.check.id, row.verdict, row.expected, row.actual) for row in results]


def alone(lesson: Lesson, source: str) -> list[CheckResult]:
    return Examiner(lesson, grading.run_script(lesson, source, "x")).results()


@pytest.mark.parametrize(
    "name",
    [
        "what-the-ring-carries",
        *(
            pytest.param(name, marks=pytest.mark.slow)
            for name in library.ids()
            if name != "what-the-ring-carries"
        ),
    ],
)
def test_a_lesson_s_scripts_come_to_the_same_in_one_lab(name: str) -> None:
    lesson = library.find(name)
    attempts = Attempts(lesson)
    for script in [*lesson.scripts_like("solution*.ps1"), *lesson.scripts_like("wrong-*.ps1")]:
        source = lesson.scripts[script]
        assert rows(attempts.run(source).results) == rows(alone(lesson, source)), script


def test_each_prefix_is_judged_as_if_it_were_all(tmp_path: Path) -> None:
    lesson = load(tmp_path / "l")
    attempts = Attempts(lesson)
    place, done = attempts.start, ""
    source = SOLUTION.replace("Submit", "Get-VM a\nSubmit", 1)
    for statement in attempts.statements(source):
        place = attempts.after(place, statement)
        done += f"{statement.text}\n"
        assert rows(attempts.at(place).results) == rows(alone(lesson, done))


def test_a_check_that_asks_for_a_look_sees_it(tmp_path: Path) -> None:
    """What only looks changes nothing but the list of commands, and a check may ask for that."""
    changed = LESSON.replace(
        'happened = { kind = "vm.state", vm = "a", fields = { state = "Off" } }',
        'happened = { kind = "command", fields = { text = "Get-VM*" } }',
    )
    assert changed != LESSON
    lesson = load(tmp_path / "l", lesson_toml=changed)
    attempts = Attempts(lesson)
    first, second = attempts.statements("New-VM a\nGet-VM a")
    made = attempts.after(attempts.start, first)
    assert "noted" not in attempts.at(made).ids("pass")
    assert "noted" in attempts.at(attempts.after(made, second)).ids("pass")


def test_a_script_that_ends_itself_ends_there(tmp_path: Path) -> None:
    lesson = load(tmp_path / "l")
    attempts = Attempts(lesson)
    for source in ("exit 3\nNew-VM a", "throw 'x'\nNew-VM a", "New-VM a; return; Start-VM a"):
        assert rows(attempts.run(source).results) == rows(alone(lesson, source))


GOING = [
    "New-VM b\nUndo-Lab\n" + SOLUTION,
    SOLUTION,
    "New-VM b\nGet-VM\nUndo-Lab\nRedo-Lab\nGet-LabBranch\n" + SOLUTION,
    "New-VM a\nNew-LabBookmark here\nNew-VM b\nMove-Lab here\nRename-VM a c\nRename-VM c a\n" + SOLUTION[9:],
    "Set-LabBreakpoint -Kind vm.state\n" + SOLUTION,
    "New-VM a\nStart-VM a\nMove-Lab -Back 1\nStop-VM a -TurnOff\n",
    "Undo-Lab 50\nNew-VM a",
    "$first = Get-VM\nfunction make($n) { New-VM $n }\nmake a\n$Error.Clear()\nStart-VM a\n" + SOLUTION[9:],
    "make a",
    "New-VM a\n$first.Count\n" + SOLUTION[9:],
]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_was_tried_before_leaves_nothing(tmp_path: Path, seed: int) -> None:
    """Who goes back, looks at the past, sets breakpoints or defines functions, does it in a lab that is new."""
    lesson = load(tmp_path / "l")
    wanted = {source: rows(alone(lesson, source)) for source in GOING}
    attempts = Attempts(lesson)
    order = [*GOING, *GOING, *GOING]
    random.Random(seed).shuffle(order)
    for source in order:
        assert rows(attempts.run(source).results) == wanted[source], source


def test_a_place_is_the_very_same_lab_whichever_way_it_is_come_to() -> None:
    lesson = library.find("what-the-old-one-cannot")
    attempts = Attempts(lesson)
    scripts = [lesson.scripts[name] for name in lesson.scripts_like("*.ps1") if name != "start.ps1"]
    ways = [attempts.statements(source) for source in scripts if "param(" not in source]
    known: dict[tuple[str, ...], tuple[str, str, str]] = {}
    rnd = random.Random(5)
    for _ in range(4):
        rnd.shuffle(ways)
        for way in ways:
            end = rnd.randrange(1, len(way) + 1)
            place = attempts.start
            for statement in way[:end]:
                place = attempts.after(place, statement)
            session = attempts.go(place)
            found = session.world.digest(), session.world.trace.digest(), session.log.text().decode()
            assert known.setdefault(tuple(one.text for one in way[:end]), found) == found
    fresh = grading.open_session(lesson)
    longest = max(known, key=len)
    for text in longest:
        fresh.run(text)
    assert known[longest] == (
        fresh.world.digest(),
        fresh.world.trace.digest(),
        fresh.log.text().decode(),
    )


@pytest.mark.parametrize(("room", "places", "most"), [(8 * PLACE, 20_000, 8), (10**6, 20, 20)])
def test_no_more_is_kept_than_there_is_room_for(
    monkeypatch: pytest.MonkeyPatch, room: int, places: int, most: int
) -> None:
    """What was used longest ago is given up, and where there are too many places all are; the results stay."""
    lesson = library.find("what-the-old-one-cannot")
    source = lesson.scripts["solution.ps1"]
    wanted = rows(alone(lesson, source))
    for name, value in (("FIRST", 0), ("AGAIN", 0), ("ROOM", room), ("PLACES", places)):
        monkeypatch.setattr(hvlab.course.attempts, name, value)
    attempts = Attempts(lesson)
    seen = 0
    for number in range(6):
        attempts.run(
            f"New-VM x{number}\nSet-VMMemory x{number} -StartupBytes 64MB\nRemove-VM x{number} -Force"
        )
        assert rows(attempts.run(source).results) == wanted
        found = everywhere(attempts)
        assert len(found) <= places + len(attempts.statements(source)) + 1
        held = sum(place.stand is not None for place in found)
        assert held <= most + 1
        seen = max(seen, held)
    assert seen > 2


def everywhere(attempts: Attempts) -> list[Place]:
    """All places that are known."""
    found = [attempts.start]
    for place in found:
        found += place.onward.values()
    return found


def test_without_sharing_every_script_begins_at_the_start(tmp_path: Path) -> None:
    lesson = load(tmp_path / "l")
    attempts = Attempts(lesson, sharing=False)
    for source in (SOLUTION, "New-VM a", SOLUTION, "New-VM b\nUndo-Lab"):
        assert rows(attempts.run(source).results) == rows(alone(lesson, source))
        assert attempts.start.onward == {}


def test_where_a_line_stands_in_its_file_changes_nothing(tmp_path: Path) -> None:
    """What is known of one script serves another whose lines are elsewhere, so no script may see where they are."""
    lesson = load(tmp_path / "l")
    late = "\n\n# later\nGet-VM zzz\nNew-VM ('a' + $Error[0].InvocationInfo.ScriptLineNumber)"
    early = late.strip().removeprefix("# later\n")
    for first, second in ((late, early), (early, late)):
        attempts = Attempts(lesson)
        for source in (first, second):
            statements = attempts.statements(source)
            place = attempts.start
            for statement in statements:
                place = attempts.after(place, statement)
            assert vmms(attempts.go(place)).find("a1") is not None
        assert vmms(grading.run_script(lesson, first, "x")).find("a1") is not None


def test_answers_of_one_script_are_not_another_s(tmp_path: Path) -> None:
    attempts = Attempts(load(tmp_path / "l"))
    assert attempts.run(SOLUTION).ids(NOT_REACHED) == []
    assert "choice" not in attempts.run("New-VM a").ids("pass")
