"""What was done by hand to prepare a lab is shown to nobody who does not ask for it."""

from __future__ import annotations

from hvlab.course import grading, library
from hvlab.course.looking import looking_shell
from hvlab.course.view import open_lesson
from hvlab.repl import telling
from hvlab.session.session import Session
from hvlab.session.story import PREPARED, Story
from hvlab.text import Text

FAULTS = library.find("three-silences")


def asked(session: Session, line: str) -> str:
    return str(session.shell.evaluate_condition(f"({line}) -eq -1").actual)


def test_the_start_script_s_faults_are_hidden_until_they_are_asked_for() -> None:
    session = grading.open_session(FAULTS)
    assert session.prologue == len(session.world.trace)
    assert asked(session, "@(Get-LabEvent fault).Count") == "0"
    assert asked(session, "@(Get-LabEvent command).Count") == "0"
    assert int(asked(session, "@(Get-LabEvent fault -Setup).Count")) == 6
    assert int(asked(session, "@(Get-LabEvent ring.packet).Count")) > 100, "what the world did is no secret"


def test_what_the_learner_does_is_seen() -> None:
    session = grading.open_session(FAULTS)
    before = len(session.world.trace)
    session.run("Add-LabFault HungGuest shop")
    assert asked(session, f"@(Get-LabEvent fault | Where-Object Seq -le {before}).Count") == "0"
    assert asked(session, "@(Get-LabEvent fault).Count") != "0"


def test_the_preparation_is_folded_in_the_story() -> None:
    session = grading.open_session(FAULTS)
    story = Story(session.prologue)
    story.add(session.world.trace)
    rows = [row for row in story.rows if row.group == PREPARED[0]]
    assert sum(row.count for row in rows) == sum(len(row.seqs) for row in rows) > 5
    text = Text("en")
    assert not any(row.head.kind in ("command", "fault") for row in story.rows if row not in rows)
    assert not any("hung" in story.searched(row, story.sentence(row, text)) for row in rows)
    assert sum(len(row.seqs) for row in story.rows) == len(session.world.trace), "no event is left out"
    told = "\n".join(telling.events(session, text, 1000, [], every=False))
    assert "preparation" in told and "HungGuest" not in told


def test_a_check_sees_everything() -> None:
    session = grading.open_session(FAULTS)
    assert looking_shell(session).evaluate_condition("@(Get-LabEvent fault).Count -eq 6").value


def test_a_lesson_that_is_gone_on_with_keeps_it_hidden() -> None:
    session = grading.open_session(FAULTS)
    session.run("Get-VM")
    again = Session(
        scenario=session.header.scenario,
        seed=session.header.seed,
        lesson=FAULTS.id,
        lesson_digest=FAULTS.digest,
        exports=False,
        resumed=list(session.log.entries),
    )
    open_lesson(FAULTS, again, "en")
    assert again.prologue == session.prologue > 0


def test_a_free_lab_has_no_preparation() -> None:
    session = Session()
    session.run("New-VM a")
    assert session.prologue == 0
    assert asked(session, "@(Get-LabEvent command).Count") != "0"
