"""Where a lab begins: who asks for an earlier place is led there and told so."""

from __future__ import annotations

import pytest

from hvlab.console.host import RecordingHost
from hvlab.session.session import Session
from hvlab.text import LANGUAGES, Text


def said(host: RecordingHost) -> str:
    return "".join(text for kind, text in host.messages if kind == "host")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("place", ["-Event 0", "-Event 3", "-To 0"])
def test_before_the_beginning_one_is_told_where_the_lab_begins(place: str, language: str) -> None:
    host = RecordingHost()
    session = Session(host=host, language=language)
    first = len(session.world.trace)
    assert first > 3
    session.run("New-VM a")
    assert session.run(f"Move-Lab {place}").ok
    assert len(session.world.trace) == first
    assert Text(language)("session.begins", event=first) in said(host)


def test_at_the_beginning_itself_nothing_needs_to_be_said() -> None:
    host = RecordingHost()
    session = Session(host=host)
    first = len(session.world.trace)
    session.run("New-VM a")
    assert session.run(f"Move-Lab -Event {first}").ok and session.run("Move-Lab -To start").ok
    assert session.run("Redo-Lab").ok and session.run("Move-Lab -To 0s").ok
    assert "begins with event" not in said(host)
