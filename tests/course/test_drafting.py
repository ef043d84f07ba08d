"""Recorded work as a lesson: which part of it is the start, what of it counts, and that proposed checks are proved."""

from __future__ import annotations

from pathlib import Path

import pytest

from hvlab.console.host import RecordingHost
from hvlab.course import authoring, cmdlets, drafting, grading, library, proofs
from hvlab.course.attempts import Attempts
from hvlab.course.checks import PASS
from hvlab.course.loading import load
from hvlab.course.model import BadLesson, Lesson
from hvlab.course.proposing import EVENTS
from hvlab.course.recording import as_script, script_of, work_of
from hvlab.course.surveying import LOOKS, survey, written
from hvlab.kernel.trace import KINDS
from hvlab.session.session import Session
from hvlab.session.task import Task
from hvlab.text import Text

SECOND = 1_000_000_000
BOOTING = "New-VM web01 512MB -VHDPath C:\\Images\\WS2008-x64.vhd\nNew-LabBookmark start\nStart-VM web01\n"


def at_work(*sources: str, scenario: str = "one-host") -> Session:
    session = Session(scenario=scenario, cmdlets=cmdlets.CMDLETS, exports=False)
    for source in sources:
        session.run(source)
    return session


def drafted(session: Session, folder: Path, until: str = "") -> Lesson:
    authoring.record(session, folder, until, Text("en"))
    return load(folder)


def lacking(lesson: Lesson) -> list[str]:
    """What the linter says of a draft, but for words that are missing."""
    return [problem for problem in proofs.prove(lesson) if not problem.endswith("still to be written (TODO)")]


@pytest.mark.parametrize(
    "name",
    [
        "cheapest-set",
        "by-permission",
        "snapshot-tree",
        "seven-that-will-not",
        "planned-and-not",
        "vlans",
        "worth-of-a-copy",
        "three-generations",
    ],
)
def test_the_work_of_a_lesson_of_the_course_makes_a_lesson_again(name: str, tmp_path: Path) -> None:
    known = library.find(name)
    session = Session(
        scenario=known.scenario, platform=known.platform, seed=known.seed, cmdlets=cmdlets.CMDLETS
    )
    session.run(known.start() + "\nNew-LabBookmark start\n" if known.start() else "")
    session.run(known.scripts["solution.ps1"])
    lesson = drafted(session, tmp_path / "again")
    assert lacking(lesson) == []
    assert "Submit-LabAnswer" not in lesson.scripts["solution.ps1"]
    assert 1 <= len(lesson.plan.check) <= drafting.MOST_CHECKS


def test_every_check_fails_at_the_start_and_holds_at_the_end(tmp_path: Path) -> None:
    session = at_work(BOOTING, "Checkpoint-VM web01 now", "Set-VM web01 -AutomaticStopAction ShutDown")
    attempts = Attempts(drafted(session, tmp_path / "mine"))
    everything = [check.id for check in attempts.lesson.plan.check]
    assert {"web01-state", "web01-snapshot-there", "web01-automaticstopaction"} <= set(everything)
    assert attempts.at(attempts.start).ids(PASS) == []
    assert attempts.run(attempts.lesson.scripts["solution.ps1"]).ids(PASS) == everything


def test_what_leaves_no_state_is_asked_of_the_trace(tmp_path: Path) -> None:
    session = at_work(
        BOOTING, "Wait-Lab web01", "New-LabBookmark start", "Stop-VM web01 -TurnOff", "Start-VM web01"
    )
    lesson = drafted(session, tmp_path / "mine")
    patterns = [check.happened for check in lesson.plan.check]
    assert any(one and one.kind == "vm.state" and one.fields["state"] == "Off" for one in patterns)
    assert lacking(lesson) == []


def test_only_the_way_that_ended_counts() -> None:
    session = at_work(
        "New-VM a 64MB -NoVHD", "New-LabBookmark start", "New-VM b 64MB -NoVHD", "Set-VMProcessor b -Count 2"
    )
    session.run("Undo-Lab -Count 2")
    session.run("New-VM c 64MB -NoVHD")
    work = work_of(session, waits=False)
    assert work.start == ("New-VM a 64MB -NoVHD",) and work.done == ("New-VM c 64MB -NoVHD",)
    assert script_of(session).splitlines()[0] == "New-VM a 64MB -NoVHD"
    [left] = [one.tip for one in session.travel.timeline.branches() if not one.present]
    session.run(f"Switch-LabBranch {left}")
    assert work_of(session, waits=False).done == ("New-VM b 64MB -NoVHD", "Set-VMProcessor b -Count 2")


def test_a_bookmark_off_the_way_or_in_the_middle_of_a_command_is_refused() -> None:
    session = at_work("New-VM a 64MB -NoVHD", "New-LabBookmark start", "Undo-Lab", "New-VM b 64MB -NoVHD")
    with pytest.raises(BadLesson, match="a way that was left"):
        work_of(session, waits=False)
    session = at_work("New-VM a 64MB -NoVHD", "Start-VM a", "Start-Sleep 2")
    session.run("Move-Lab -Back 3")
    assert session.travel.view is not None
    session.run("New-LabBookmark start")
    with pytest.raises(BadLesson, match="in the middle of a command"):
        work_of(session, waits=False)


def test_where_the_author_let_the_clock_run_the_script_waits_if_it_matters(tmp_path: Path) -> None:
    session = at_work(BOOTING)
    session.let_run(60 * SECOND)
    session.run("Start-LabWorkload web01 -Operation Write -Count 2")
    lesson = drafted(session, tmp_path / "waits")
    assert "Start-Sleep" in lesson.scripts["solution.ps1"] and lacking(lesson) == []
    session = at_work("New-VM a 64MB -NoVHD", "New-LabBookmark start")
    session.let_run(60 * SECOND)
    session.run("New-VM b 64MB -NoVHD")
    assert drafted(session, tmp_path / "does-not").scripts["solution.ps1"] == "New-VM b 64MB -NoVHD\n"


def test_what_a_later_command_needs_is_kept() -> None:
    session = at_work("$name = 'web01'", "Get-VM", "New-VM nobody -Nonsense", "New-VM $name 64MB -NoVHD")
    assert as_script(work_of(session, waits=False).done) == "$name = 'web01'\nNew-VM $name 64MB -NoVHD\n"


def test_nothing_done_is_nothing_to_draft(tmp_path: Path) -> None:
    for source, says in (
        ("New-LabBookmark start\nGet-VM", "nothing was done"),
        ("$n = 1", "no check can be proposed"),
    ):
        with pytest.raises(BadLesson, match=says):
            drafted(at_work("New-VM a 64MB -NoVHD", "New-LabBookmark start", source), tmp_path / "mine")
    assert not (tmp_path / "mine").exists()


def test_a_survey_changes_nothing_and_sees_every_host() -> None:
    session = at_work("New-VM far 64MB -NoVHD -ComputerName HV02", scenario="two-nodes")
    before = session.world.digest(), session.world.trace.digest()
    found = {
        place.host for place, listed in survey(session).items() if place.look.name == "vm" and listed.counts
    }
    assert found == {" -ComputerName HV02"}
    assert (session.world.digest(), session.world.trace.digest()) == before


@pytest.mark.parametrize(
    ("value", "bare", "text"),
    [
        (True, False, "$true"),
        (512 << 20, False, "512MB"),
        (1024, False, "1024"),
        ("O'Hara", False, "'O''Hara'"),
        ("D:\\a.vhd", True, "D:\\a.vhd"),
        ("two words", True, "'two words'"),
    ],
)
def test_a_value_is_written_as_the_console_reads_it(value: object, bare: bool, text: str) -> None:
    assert written(value, bare=bare) == text


@pytest.mark.parametrize("language", ["en", "de"])
def test_all_that_may_be_proposed_has_a_title(language: str) -> None:
    text = Text(language)
    for look in LOOKS:
        wanted = [*(("there", "gone") if look.counts else ()), *look.values]
        for name in wanted:
            keys = {f"k{number}": f"<{number}>" for number in range(len(look.key))}
            assert text(f"drafts.{look.name}.{name.lower()}", vm="<vm>", value="<value>", **keys)
    for kind, (fields, _) in EVENTS.items():
        assert set(fields) <= set(KINDS[kind].fields)
        assert text(f"drafts.event.{kind.replace('.', '_')}", **{"vm": "x", **dict.fromkeys(fields, "x")})


def test_what_the_author_refused_to_confirm_is_no_work_and_what_was_stopped_is_told(tmp_path: Path) -> None:
    class Unwilling(RecordingHost):
        def confirm(self, caption: str, question: str) -> bool:
            return False

    session = Session(cmdlets=cmdlets.CMDLETS, exports=False, host=Unwilling())
    session.run(BOOTING + "Remove-VM web01 -Confirm")
    assert [entry.kind for entry in session.log.entries][-1] == "confirm"
    assert work_of(session, waits=True).done == ("Start-VM web01",)
    task = Task(session, "Wait-Lab web01 -For Booted")
    task.pump(2 * SECOND, 10_000)
    task.cancel()
    work = work_of(session, waits=True)
    assert work.done == ("Start-VM web01", "Start-Sleep 2") and work.stopped == ()
    task = Task(session, "Save-VM web01")
    task.pump(session.world.now + SECOND, 10_000)
    task.cancel()
    work = work_of(session, waits=True)
    assert work.stopped == work.done[-1:] == ("Save-VM web01",)


def test_of_many_steps_only_some_are_named() -> None:
    session = at_work(*(f"New-VM m{number} 64MB -NoVHD" for number in range(20)))
    with pytest.raises(BadLesson, match=r"its steps are 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, \.\.\., 20 "):
        work_of(session, "99", waits=False)


def test_work_in_a_lesson_begins_with_that_lesson_s_start() -> None:
    known = library.find("one-night")
    session = grading.open_session(known)
    session.run(known.scripts["solution.ps1"])
    session.travel.floor = 0  # as a record is replayed: nobody tells it where the lesson began
    work = work_of(session, waits=False)
    assert len(work.start) == len(session.parse(known.start()).statements)
    assert work.done[0] == "Move-ClusterVirtualMachineRole web01 -Node HV02"
    assert work_of(session, str(session.travel.past()[0].first), waits=False).start == work.start[:1]
