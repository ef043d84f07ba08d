"""Undo-Lab and Redo-Lab say what they undid or did again."""

from __future__ import annotations

from hvlab.console.host import RecordingHost
from hvlab.session.session import Session


def said(session: Session, source: str) -> list[str]:
    host = session.shell.host
    assert isinstance(host, RecordingHost)
    host.messages.clear()
    session.run(source)
    return [text.rstrip("\n") for kind, text in host.messages if kind == "host"]


def test_what_was_undone_and_done_again_is_told_in_its_order() -> None:
    session = Session()
    session.shell.host = RecordingHost()
    session.run("New-VM a\nGet-VM\nSet-VM a `\n  -Notes x")
    assert said(session, "Undo-Lab") == ["Undone: Set-VM a ` -Notes x"]
    assert said(session, "Undo-Lab") == ["Undone: New-VM a"], "a look is no step"
    assert said(session, "Redo-Lab 2") == ["Done again, 2 steps: New-VM a; Set-VM a ` -Notes x"]
    assert said(session, "Undo-Lab 2") == ["Undone, 2 steps: New-VM a; Set-VM a ` -Notes x"]
    assert said(session, "Undo-Lab") == [], "there is nothing left, which is an error of its own"


def test_from_the_middle_of_a_command_it_is_this_command() -> None:
    session = Session()
    session.shell.host = RecordingHost()
    session.run("New-VM a; Start-VM a")
    session.run("Move-Lab -Event 12")
    assert session.travel.view is not None
    assert said(session, "Undo-Lab") == ["Undone: Start-VM a"]
