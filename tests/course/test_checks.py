"""The examiner: every kind of check passes and fails, and looking changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from hvlab.course import grading
from hvlab.course.answers import read_number
from hvlab.course.checks import Examiner
from hvlab.course.looking import looking_shell
from hvlab.course.model import Lesson, Pattern
from hvlab.course.patterns import matches
from hvlab.kernel import TraceEvent
from hvlab.session.session import Session
from tests.course.support import LESSON, load, verdicts


@pytest.fixture
def lesson(tmp_path: Path) -> Lesson:
    return load(tmp_path / "lesson")


@pytest.fixture
def session(lesson: Lesson) -> Session:
    return grading.open_session(lesson)


# -- the kinds of check ---------------------------------------------------------------------------


def test_at_the_start_nothing_is_reached(lesson: Lesson, session: Session) -> None:
    assert verdicts(lesson, session) == {
        "made": "fail",
        "noted": "fail",
        "exact": "fail",
        "never": "not_reached",
        "order": "fail",
        "number": "fail",
        "choice": "fail",
    }


@pytest.mark.parametrize(
    ("check", "commands", "verdict"),
    [
        ("made", "New-VM b", "pass"),
        ("made", "New-VM b; Remove-VM b -Force", "fail"),
        ("noted", "New-VM a", "pass"),
        ("noted", "New-VM A", "pass"),
        ("noted", "New-VM b", "fail"),
        ("noted", "New-VM ab", "fail"),
        ("exact", "New-VM a; Start-VM a", "fail"),
        ("exact", "New-VM a; New-VM b; Start-VM a; Start-VM b", "pass"),
        ("exact", '1..3 | ForEach-Object { New-VM "m$_"; Start-VM "m$_" }', "fail"),
        ("never", "New-VM a", "pass"),
        ("never", "New-VM a; New-VM b", "fail"),
        ("never", "New-VM a; New-VM b; Remove-VM b -Force", "fail"),
        ("order", "New-VM a; Start-VM a; Stop-VM a -TurnOff", "fail"),
        ("order", "New-VM a; Start-VM a; Stop-VM a -TurnOff; Start-VM a", "pass"),
        ("order", "New-VM a; New-VM b; Start-VM a; Start-VM b; Stop-VM b -TurnOff; Start-VM b", "fail"),
        ("number", "New-VM a; Submit-LabAnswer count 1000", "pass"),
        ("number", 'New-VM a; Submit-LabAnswer count "1\'000"', "pass"),
        ("number", "New-VM a; Submit-LabAnswer count 1001", "fail"),
        ("number", "New-VM a; Submit-LabAnswer count '(Get-VM).Count * 1000'", "fail"),
        ("number", "New-VM a; Submit-LabAnswer count '1000 -or $true'", "fail"),
        ("choice", "Submit-LabAnswer which second", "pass"),
        ("choice", "Submit-LabAnswer which 2", "pass"),
        ("choice", "Submit-LabAnswer which 'die ZWEITE'", "pass"),
        ("choice", "Submit-LabAnswer which 1", "fail"),
        ("choice", "Submit-LabAnswer which second; Submit-LabAnswer which first", "fail"),
        ("choice", "Submit-LabAnswer other second", "fail"),
    ],
)
def test_each_kind_of_check(
    lesson: Lesson, session: Session, check: str, commands: str, verdict: str
) -> None:
    session.run(commands)
    assert verdicts(lesson, session)[check] == verdict


def test_what_was_expected_and_what_was_found_is_said(lesson: Lesson, session: Session) -> None:
    session.run("New-VM b; Start-VM b")
    results = {result.check.id: result for result in Examiner(lesson, session).results()}
    assert (results["exact"].expected, results["exact"].actual) == ("2", "1")
    assert (results["never"].expected, results["never"].actual) == ("0", "3")
    assert (results["order"].expected, results["order"].actual) == ("3", "0")
    assert (results["noted"].expected, results["noted"].actual) == (">= 1", "0")
    assert results["made"].points == 10 and results["exact"].points == 0


def test_a_check_that_checks_nothing_never_passes(tmp_path: Path) -> None:
    lesson = load(tmp_path / "l", lesson_toml=LESSON.replace('expression = "(Get-VM).Count -ge 1"', ""))
    session = grading.open_session(lesson)
    session.run("New-VM a")
    assert verdicts(lesson, session)["made"] == "fail"
    assert verdicts(lesson, session)["never"] == "not_reached"


@pytest.mark.parametrize("needed", ["never", "choice"])
def test_a_check_that_needs_itself_or_a_later_one_is_never_reached(tmp_path: Path, needed: str) -> None:
    lesson = load(tmp_path / "l", lesson_toml=LESSON.replace('needs = ["made"]', f'needs = ["{needed}"]'))
    session = grading.open_session(lesson)
    session.run("New-VM a; Submit-LabAnswer which 2")
    assert verdicts(lesson, session)["never"] == "not_reached"


# -- patterns -------------------------------------------------------------------------------------


def event(source: str = "host1/web01/storvsc", target: str = "host1/root/storvsp") -> TraceEvent:
    fields: dict[str, object] = {"action": "End", "lba": 5, "signal": True, "outcome": None}
    return TraceEvent(9, 0, "guest.io", None, source, target, 2, 0, 7, fields)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (Pattern("guest.io"), True),
        (Pattern("disk.io"), False),
        (Pattern("guest.io", vm="web01"), True),
        (Pattern("guest.io", vm="WEB01"), True),
        (Pattern("guest.io", vm="web0"), False),
        (Pattern("guest.io", vm="eb01"), False),
        (Pattern("guest.io", vm="web02"), False),
        (Pattern("guest.io", fields={"action": "end"}), True),
        (Pattern("guest.io", fields={"action": "start"}), False),
        (Pattern("guest.io", fields={"lba": 5}), True),
        (Pattern("guest.io", fields={"lba": 6}), False),
        (Pattern("guest.io", fields={"signal": True}), True),
        (Pattern("guest.io", fields={"signal": False}), False),
        (Pattern("guest.io", fields={"nothing": "x"}), False),
        (Pattern("guest.io", fields={"nothing": 0}), False),
        (Pattern("guest.io", fields={"partition": 2, "channel": 7}), True),
        (Pattern("guest.io", fields={"partition": 3}), False),
        (Pattern("guest.io", fields={"target": "HOST1/root/storvsp"}), True),
    ],
)
def test_what_fits_a_pattern(pattern: Pattern, expected: bool) -> None:
    assert matches(pattern, event()) is expected


def test_a_machine_is_found_at_either_end_of_an_event() -> None:
    assert matches(Pattern("guest.io", vm="web01"), event("host1/root/vmms", "host1/web01"))
    assert matches(Pattern("guest.io", vm="web01"), event("host1/root/vmwp/web01", "host1/hypervisor"))
    assert not matches(Pattern("guest.io", vm="web01"), event("host1/web011", "host1/root/vmwp/xweb01"))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("1000", 1000),
        (" 1000 ", 1000),
        ("1'000", 1000),
        ("1.000", 1000),
        ("1,000", 1000),
        ("1 000", 1000),
        ("1\u202f000", 1000),
        ("12.345.678", 12_345_678),
        ("007", 7),
        ("", None),
        ("-5", None),
        ("1.5", None),
        ("1,00", None),
        (".000", None),
        ("1e3", None),
        ("1KB", None),
        ("٣", None),
        ("²", None),
        ("9" * 19, None),
        ("$x", None),
    ],
)
def test_numbers_as_people_write_them(text: str, number: int | None) -> None:
    assert read_number(text) == number


# -- only looking ---------------------------------------------------------------------------------


def test_examining_changes_nothing(lesson: Lesson, session: Session) -> None:
    session.run("New-VM a; Start-VM a; $x = 5; $y = Get-VM")
    before = (
        session.world.digest(),
        session.world.trace.digest(),
        list(session.log.entries),
        sorted(session.shell.variable_names()),
        session.world.processed,
        dict(session.answers),
    )
    for _ in range(3):
        Examiner(lesson, session).results()
    assert before == (
        session.world.digest(),
        session.world.trace.digest(),
        list(session.log.entries),
        sorted(session.shell.variable_names()),
        session.world.processed,
        dict(session.answers),
    )


CHANGING = [
    "New-VM z",
    "(New-VM z) -ne $null",
    "Start-VM a",
    "Stop-VM a -TurnOff",
    "Remove-VM a -Force",
    "Get-VM | Remove-VM -Force",
    r"New-VHD D:\z.vhd -SizeBytes 1GB",
    r"Add-VMHardDiskDrive a -Path C:\Images\NT4.vhd",
    "Set-VM a -Name b",
    "Start-LabWorkload a -Operation Write",
    r"Export-LabFile C:\Images\NT4.vhd /tmp/hvlab-should-not-exist.vhd",
    "Submit-LabAnswer count 1",
    "Wait-Lab -Seconds 5",
    "Wait-Lab a",
    "Step-Lab 5",
    "Invoke-Expression 'New-VM z'",
    "& 'New-VM' z",
    "& { New-VM z }",
    "1..2 | ForEach-Object { New-VM z }",
    "$x = 99; $true",
    "Set-Variable x 99; $true",
    "function New-Thing { New-VM z }; New-Thing",
    "(Get-VM a).Name = 'z'; $true",
    "Get-VM | ForEach-Object { $_.State = 'Off' }",
]


@pytest.mark.parametrize("expression", CHANGING)
def test_a_check_cannot_change_the_lab(tmp_path: Path, expression: str) -> None:
    quoted = "expression = '''" + expression + "'''"
    lesson = load(tmp_path / "l", lesson_toml=LESSON.replace('expression = "(Get-VM).Count -ge 1"', quoted))
    session = grading.open_session(lesson)
    session.run("New-VM a; $x = 5")
    digest, trace = session.world.digest(), session.world.trace.digest()
    entries = list(session.log.entries)
    result = Examiner(lesson, session).results()[0]
    assert (session.world.digest(), session.world.trace.digest()) == (digest, trace)
    assert session.log.entries == entries and session.answers == {} and session.exported == []
    session.run("if ($x -eq 5) { New-VM unchanged }")
    assert verdicts(lesson, session), "the session still works"
    if "$true" not in expression:
        assert result.verdict == "fail"


def test_no_command_that_looks_is_missing_and_none_that_changes_is_there(session: Session) -> None:
    shell = looking_shell(session)
    for name in ("Get-VM", "Get-VHD", "Get-LabPartition", "Get-LabEvent", "Get-LabWorkload"):
        assert shell.evaluate_condition(f"(Get-Command {name}).Name -eq '{name}'").value
    changing = [cmdlet.name for cmdlet in session.table if not cmdlet.read_only]
    assert {"New-VM", "Start-VM", "Stop-VM", "Remove-VM", "New-VHD"} <= set(changing)


@pytest.mark.parametrize(
    "expression", ["(", "Get-VM |", "while ($true) { }", "Get-Nothing", "1/0", "$null.x.y", "throw 'x'"]
)
def test_a_check_that_cannot_be_evaluated_fails_in_one_line(tmp_path: Path, expression: str) -> None:
    quoted = "expression = '''" + expression + "'''"
    lesson = load(tmp_path / "l", lesson_toml=LESSON.replace('expression = "(Get-VM).Count -ge 1"', quoted))
    result = Examiner(lesson, grading.open_session(lesson)).results()[0]
    assert result.verdict == "fail" and "\n" not in result.actual
