"""The story leaves nothing out, and says everything in both languages."""

from __future__ import annotations

import pytest

from hvlab.host.machine import STATE_NUMBERS
from hvlab.kernel.trace import KINDS, TraceEvent
from hvlab.session.sentences import say
from hvlab.session.session import Session
from hvlab.session.story import COUNTED, Story, say_row
from hvlab.text import LANGUAGES, Text
from hvlab.tui.inspection import VIEWS
from hvlab.tui.story_lines import GLYPHS


@pytest.mark.parametrize("every", [False, True])
def test_every_event_is_in_exactly_one_row(booted: Session, every: bool) -> None:
    story = Story()
    story.every = every
    events = list(booted.world.trace)
    for start in range(0, len(events), 7):
        before = len(story.rows)
        first = story.add(events[start : start + 7])
        assert 0 <= first <= before
    seqs = sorted(seq for row in story.rows for seq in row.seqs)
    assert seqs == [event.seq for event in events]


def test_the_story_of_a_boot_is_short(booted: Session) -> None:
    story = Story()
    story.add(booted.world.trace)
    assert len(story.rows) < len(booted.world.trace) / 6
    port = [row for row in story.rows if row.group == "port"]
    assert sum(row.count for row in port) == sum(
        1 for event in booted.world.trace if event.kind == "intercept"
    )


def test_counts_of_runs_are_counts_of_events(booted: Session) -> None:
    story = Story()
    story.add(booted.world.trace)
    for row in story.rows:
        if row.group:
            kinds = [booted.world.trace[seq].kind for seq in row.seqs]
            assert row.count == kinds.count(COUNTED[row.group])


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_event_and_row_has_a_sentence(booted: Session, language: str) -> None:
    text = Text(language)
    for event in booted.world.trace:
        assert say(event, text)
    story = Story()
    story.add(booted.world.trace)
    for row in story.rows:
        assert say_row(row, text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_each_kind_has_a_meaning_a_mark_and_a_general_sentence(kind: str, language: str) -> None:
    text = Text(language)
    assert text(f"kind.{kind}")
    assert GLYPHS[kind]
    values = {name: "x" for name in KINDS[kind].fields if name != "bytes"}
    event = TraceEvent(1, 0, kind, None, "host1/root/vmms", "host1/web01", 2, 0, 1, values)
    if kind == "intercept":
        values["port"] = 0x1F7  # type: ignore[assignment]
    if kind == "guest.phase":
        values["phase"] = "running"
    if kind != "vmbus.message":
        assert say(event, text)


@pytest.mark.parametrize("view", sorted(VIEWS))
@pytest.mark.parametrize("width", [34, 40, 80])
def test_the_inspector_s_views_fit_their_width(booted: Session, view: str, width: int) -> None:
    text = Text("en")
    for seq in range(1, len(booted.world.trace) + 1, 9):
        event = booted.world.trace[seq]
        for row in VIEWS[view](booted.world.trace, event, text, width):
            if view != "bytes" or width >= 40:
                assert sum(len(part) for part, _ in row) <= width + 2, row


def test_why_leads_to_the_command(booted: Session) -> None:
    last = next(event for event in reversed(list(booted.world.trace)) if event.kind == "ring.packet")
    rows = VIEWS["why"](booted.world.trace, last, Text("en"), 200)
    assert any("Start-LabWorkload" in part for row in rows for part, _ in row)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_state_of_a_machine_has_a_word(language: str) -> None:
    text = Text(language)
    assert [state for state in STATE_NUMBERS if not text.has(f"tui.state.{state.lower()}")] == []


@pytest.mark.parametrize(
    ("platform", "process", "word"), [("ws2008", "vmwp.exe", "worker"), ("vs2005", "vssrvc.exe", "service")]
)
def test_the_process_of_a_machine_is_called_what_it_is(platform: str, process: str, word: str) -> None:
    session = Session(platform=platform)
    assert session.run(r"New-VM a -VHDPath C:\Images\NT4.vhd; Start-VM a; Stop-VM a -TurnOff -Force").ok
    events = [event for event in session.world.trace if event.kind == "process"]
    assert [(event.get("action"), event.get("process")) for event in events] == [
        ("start", process),
        ("end", process),
    ]
    assert all(f"{word} process of a" in say(event, Text("en")) for event in events)
