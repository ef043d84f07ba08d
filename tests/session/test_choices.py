"""What is offered follows the lab: by commands, renaming, undo and another way after it."""

from __future__ import annotations

from hvlab.session.choices import completions
from hvlab.session.session import Session


def names(session: Session, line: str = "Start-VM ") -> list[str]:
    return [choice.text for choice in completions(session, line, len(line))]


def test_machines_that_come_are_renamed_and_go() -> None:
    session = Session()
    assert names(session) == []
    session.run("New-VM web01")
    assert names(session) == ["web01"]
    session.run("New-VM db01")
    assert names(session) == ["db01", "web01"]
    session.run("Rename-VM web01 WEB01")
    assert names(session) == ["db01", "WEB01"]
    session.run("Remove-VM db01 -Force")
    assert names(session) == ["WEB01"]


def test_after_an_undo_and_on_another_way() -> None:
    session = Session()
    session.run("New-VM web01")
    session.run("New-VM db01")
    assert names(session) == ["db01", "web01"]
    session.run("Undo-Lab")
    assert names(session) == ["web01"]
    session.run("New-VM dc01")
    assert names(session) == ["dc01", "web01"]
    session.run("Undo-Lab; Undo-Lab")
    assert names(session) == []
    session.run("Redo-Lab")
    assert names(session) == ["web01"]


def test_two_sessions_do_not_mix() -> None:
    one, other = Session(), Session()
    one.run("New-VM web01")
    other.run("New-VM db01")
    assert (names(one), names(other)) == (["web01"], ["db01"])


def test_names_that_need_quotes_get_them() -> None:
    session = Session()
    session.run("New-VM 'web 01'; New-VM web02")
    assert names(session) == ["'web 01'", "web02"]


def test_variables_are_offered_at_once() -> None:
    session = Session()
    session.run("$webserver = 1")
    assert names(session, "$webs") == ["webserver"]
    session.run("$webshop = 1")
    assert names(session, "$webs") == ["webserver", "webshop"]
