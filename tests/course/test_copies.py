"""Trying something on a copy: it is done for true, and the learner's lab is afterwards as if nothing had been."""

from __future__ import annotations

from pathlib import Path

from hvlab.course import copies, grading
from hvlab.course.looking import looking_shell
from hvlab.session.session import Session
from tests.course.support import LESSON, load, verdicts

RUNNING = r"New-VM web01 -VHDPath C:\Images\WS2008-x64.vhd; Start-VM web01; $vm = Get-VM web01"
PROBE = LESSON.replace(
    'expression = "(Get-VM).Count -ge 1"',
    """probe = "Stop-VM web01 -TurnOff"\nexpression = "(Get-VM web01).State -eq 'Off'" """,
)


def test_the_lab_is_as_it_was() -> None:
    session = Session()
    assert session.run(RUNNING).ok
    before = session.world.digest(), session.world.trace.digest(), session.log.text()
    with copies.copy_of(session) as copy:
        assert copies.run(copy, "Wait-Lab web01 -For Heartbeat; Stop-VM web01; New-VM other")
        assert len(session.world.trace) > 500 and copy.world.now > 0
    assert (session.world.digest(), session.world.trace.digest(), session.log.text()) == before
    assert session.run("$vm.State -eq 'Running' -and (Get-VM).Count -eq 1").ok
    assert session.run("if ((Get-VM).Count -ne 1 -or $vm.State -ne 'Running') { throw 'spoilt' }").ok
    assert session.run("Wait-Lab web01; Undo-Lab").ok


def test_what_a_copy_prints_is_shown() -> None:
    session = Session()
    session.run(RUNNING)
    text = copies.shown(session, "Stop-VM web01 -TurnOff; Get-VM | Format-Table Name, State", 60)
    assert (
        "web01 Off" in text
        and looking_shell(session).evaluate_condition("(Get-VM).State -eq 'Running'").value
    )


def test_a_probe_asks_the_copy(tmp_path: Path) -> None:
    lesson = load(tmp_path / "l", lesson_toml=PROBE)
    session = grading.open_session(lesson)
    assert verdicts(lesson, session)["made"] == "fail", "there is no web01 to stop"
    session.run(RUNNING)
    digest = session.world.digest()
    assert verdicts(lesson, session)["made"] == "pass"
    assert session.world.digest() == digest


def test_a_copy_does_not_run_for_ever() -> None:
    session = Session()
    session.run(RUNNING)
    with copies.copy_of(session) as copy:
        copies.run(copy, "Wait-Lab -Until { $false } -TimeoutSeconds 100000000; Wait-Lab web01")
        assert copy.world.processed <= copies.MAXIMUM_EVENTS + session.world.processed
