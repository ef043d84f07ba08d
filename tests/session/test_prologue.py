"""What was done by hand to prepare a lab is shown to nobody who does not ask for it."""

from __future__ import annotations

from hvlab.console.texthost import TextHost
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


def test_a_fault_of_the_start_stays_hidden_when_it_acts_and_when_it_is_taken_away() -> None:
    session = grading.open_session(library.find("will-not-start"))
    session.run("Start-VM shop, mail, files, clock; Wait-Lab -Seconds 60")
    acted = [event for event in session.world.trace.of_kinds({"fault"}) if event.seq > session.prologue]
    assert acted and asked(session, "@(Get-LabEvent fault).Count") == "0"
    story = Story(session.prologue)
    story.add(session.world.trace)
    assert not any(row.head.kind == "fault" and row.group != PREPARED[0] for row in story.rows)
    assert int(asked(session, "@(Get-LabEvent fault -Setup).Count")) > len(acted)
    session.run("Add-LabFault RootCrash")
    assert asked(session, "(Get-LabEvent fault -First 1).Fields.fault") == "RootCrash"


def test_what_the_start_plugged_and_pulled_is_hidden_too() -> None:
    session = grading.open_session(library.find("four-unheard"))
    assert asked(session, "@(Get-LabEvent net.change).Count") == "0"
    assert int(asked(session, "@(Get-LabEvent net.change -Setup).Count")) > 0


def test_get_labfault_says_nothing_of_where_a_fault_of_the_start_sits() -> None:
    session = grading.open_session(FAULTS)
    lines: list[str] = []
    session.shell.host = TextHost(lines.append)
    session.run("Get-LabFault")
    assert "".join(lines).strip() == (
        "WARNING: 3 more belong to the start of this lab and are yours to find; -Setup shows them."
    )
    lines.clear()
    session.run("Get-LabFault ServiceSilent")
    assert "?" in "".join(lines) and not any(name in "".join(lines) for name in ("shop", "mail", "files"))
    session.run("Add-LabFault VolumeFull -Volume D")
    assert asked(session, "(Get-LabFault).Kind") == "VolumeFull", "what one has made oneself is shown"
    assert asked(session, "@(Get-LabFault -Setup).Count") == "4"
    session.run("Get-LabFault ServiceSilent | Remove-LabFault")
    assert asked(session, "@(Get-LabFault -Setup).Count") == "3", "it can be mended all the same"


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
