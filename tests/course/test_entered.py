"""Which of a page's commands are still to be entered: read from the lab as it stands."""

from __future__ import annotations

import pytest

from hvlab.course import cmdlets, library
from hvlab.course.view import OpenLesson, open_lesson
from hvlab.session.session import Session

PLAN = library.find("first-child-partition")
CREATE = r"New-VM web01 -MemoryStartupBytes 512MB -VHDPath C:\Images\WS2008-x64.vhd"
PAGE = [CREATE, "Get-VM", "Get-LabPartition"]
OLD = [r"New-VM nt4 -VHDPath C:\Images\NT4.vhd", "Start-VM nt4", "Wait-Lab nt4"]


@pytest.fixture
def session() -> Session:
    return Session(lesson=PLAN.id, lesson_digest=PLAN.digest, cmdlets=cmdlets.CMDLETS)


@pytest.fixture
def view(session: Session) -> OpenLesson:
    opened = open_lesson(PLAN, session, "en")
    assert opened.next_step() and "New-VM" in opened.body()
    return opened


def enter(view: OpenLesson, *commands: str) -> None:
    for command in commands:
        view.note_command(command)
        view.session.run(command)
    view.refresh()


def test_turning_the_page_forgets_nothing(view: OpenLesson) -> None:
    enter(view, CREATE, "get-vm")
    assert view.not_entered(PAGE) == ["Get-LabPartition"]
    assert view.previous_step() and view.next_step()
    assert view.not_entered(PAGE) == ["Get-LabPartition"]


def test_what_was_undone_is_to_be_entered_again_and_what_was_redone_is_not(view: OpenLesson) -> None:
    enter(view, CREATE, "Get-VM", "Undo-Lab")
    assert view.not_entered(PAGE) == PAGE
    enter(view, "Redo-Lab")
    assert view.not_entered(PAGE) == ["Get-LabPartition"]


def test_what_was_entered_at_one_step_is_still_to_be_entered_at_the_next(view: OpenLesson) -> None:
    enter(view, *PAGE)
    assert view.next_step()
    assert view.not_entered(["Get-VM"]) == ["Get-VM"]


def test_a_row_of_two_statements_counts_however_they_were_entered(view: OpenLesson) -> None:
    both = f"{CREATE}; Get-VM"
    assert view.not_entered([both]) == [both]
    enter(view, CREATE)
    assert view.not_entered([both]) == [both]
    enter(view, "Get-VM")
    assert view.not_entered([both]) == []
    assert view.not_entered([both, both]) == [both], "what stands there twice is entered twice"


def test_going_back_in_time_is_entered_too_though_no_trace_holds_it(view: OpenLesson) -> None:
    enter(view, CREATE)
    assert view.not_entered(["Undo-Lab"]) == ["Undo-Lab"]
    enter(view, "Undo-Lab")
    assert view.not_entered(["Undo-Lab"]) == []


def test_a_row_that_is_part_of_a_statement_stands_for_itself(view: OpenLesson) -> None:
    rows = ["foreach ($name in 'a', 'b') {", "    New-VM $name", "}"]
    assert view.not_entered(rows) == rows
    enter(view, "\n".join(rows))
    assert view.not_entered(rows) == []


def test_a_record_that_is_gone_on_with_knows_what_its_step_has_had(session: Session) -> None:
    view = open_lesson(PLAN, session, "en")
    enter(view, *PAGE, "Start-VM web01", "Wait-Lab web01 -For Heartbeat", "vmconnect localhost web01")
    enter(view, "Start-LabWorkload web01 -Operation Write -Count 10", *OLD[:2])
    again = open_lesson(PLAN, session, "en")
    assert again.steps()[0] == 5, "the old guest"
    assert again.not_entered(OLD) == ["Wait-Lab nt4"]
    assert again.previous_step()
    assert again.not_entered(["Start-LabWorkload web01 -Operation Write -Count 10"]) == []


def test_a_record_is_gone_on_with_at_the_step_whose_look_is_missing(session: Session) -> None:
    view = open_lesson(PLAN, session, "en")
    enter(view, CREATE, "Get-VM")
    again = open_lesson(PLAN, session, "en")
    assert again.steps()[0] == 2 and again.unseen() == ["Get-LabPartition"]


def test_the_page_is_followed_when_what_was_done_last_stands_on_it(view: OpenLesson) -> None:
    assert not view.follows(PAGE), "nothing was done yet"
    enter(view, CREATE, "Get-VMHost")
    assert view.follows(PAGE), "a look in between leads nobody away"
    enter(view, "Set-VM web01 -Notes mine")
    assert not view.follows(PAGE)
    enter(view, "Undo-Lab")
    assert view.follows(PAGE)
