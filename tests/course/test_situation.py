"""Where one stands, as text: what is asked, what differs, what was typed last; and looking changes nothing."""

from __future__ import annotations

from pathlib import Path

from hvlab.course import grading, situation
from hvlab.session.session import Session
from hvlab.text import Text
from tests.course.support import load


def test_a_lesson_is_described(tmp_path: Path) -> None:
    lesson = load(tmp_path / "l")
    session = grading.open_session(lesson)
    session.run("New-VM a\nStart-VM a")
    digest = session.world.digest()
    text = "\n".join(situation.describe(session, lesson, Text("en")))
    assert "Lesson small: Small (" in text and "of 40 points)" in text
    assert "[x] a is made" in text and "[ ] t" in text and "expected 2, found 1" in text
    assert "  Start-VM a" in text and "  a: Running" in text
    assert session.world.digest() == digest


def test_a_sandbox_is_described_in_german() -> None:
    text = "\n".join(situation.describe(Session(seed=7), None, Text("de")))
    assert (
        "Keine Lektion: Szenario one-host auf ws2008, Seed 7" in text and "Es gibt keine Maschinen." in text
    )


def test_what_was_undone_is_not_told() -> None:
    session = Session()
    session.run("New-VM a\nNew-VM b\nUndo-Lab")
    text = "\n".join(situation.describe(session, None, Text("en")))
    assert "New-VM a" in text and "New-VM b" not in text


def test_the_last_error_what_was_left_and_bookmarks_are_told() -> None:
    session = Session()
    session.run("New-VM a\nNew-LabBookmark one\nNew-VM b\nUndo-Lab\nStart-VM zz\nNew-VM c")
    lines = situation.describe(session, None, Text("en"))
    assert any(line.startswith("The last error: ") and "zz" in line for line in lines)
    assert "1 way was left by going back." in lines
    assert any(line.startswith("  one: ") for line in lines)
