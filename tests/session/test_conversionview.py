"""Conversions as their view reads them: each step is an event of the trace, and no step comes before it happened."""

from __future__ import annotations

import pytest

from hvlab.session.conversionview import LIVE, OFFLINE, Followed, actions, sources
from hvlab.session.session import Session
from hvlab.text import LANGUAGES, Text
from hvlab.tui.canvas import plain
from hvlab.tui.conversion_rows import progress_rows, source_rows


def followed(session: Session) -> Followed:
    found = Followed()
    for number, event in enumerate(session.world.trace.events, 1):
        found.note(number, event)
    return found


@pytest.mark.parametrize("name", ["FILE01", "WEB01"])
def test_the_action_for_a_server_converts_it_and_each_step_is_an_event(name: str) -> None:
    session = Session(scenario="machine-room")
    row = next(one for one in sources(session) if one.name == name)
    assert not row.converted
    assert followed(session).conversions == []
    command = next(one.command for one in actions(session, row) if one.name in ("p2v", "v2v"))
    assert session.run(command).ok, command
    (one,) = followed(session).conversions
    assert one.is_over
    assert tuple(one.steps) == (OFFLINE if one.offline else LIVE)
    for step, (seq, time) in one.steps.items():
        event = session.world.trace.events[seq - 1]
        assert (event[1], event[8][0], event[0]) == ("transfer", step, time)
    assert next(one for one in sources(session) if one.name == name).converted


def test_an_offline_one_is_drawn_as_far_as_it_has_come() -> None:
    session = Session(scenario="machine-room")
    assert session.run("New-LabP2V FILE01 D:\\ -Offline").ok
    events = session.world.trace.events
    assert [event[8][0] for event in events if event[1] == "transfer"] == list(OFFLINE)
    for count in range(1, len(events) + 1):
        partly = Followed()
        for number, event in enumerate(events[:count], 1):
            partly.note(number, event)
        drawn = [plain(row) for row in progress_rows(partly.conversions, Text("en"), 78)]
        done = sum(event[1] == "transfer" for event in events[:count])
        assert sum("✓" in row for row in drawn) == done
        assert sum("▸" in row for row in drawn) == (0 < done < len(OFFLINE))
    assert next(one for one in sources(session) if one.name == "FILE01").stood > 0


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [60, 77, 118])
def test_it_fits(width: int, language: str) -> None:
    session = Session(scenario="machine-room")
    session.run("New-LabP2V WEB01 D:\\")
    text = Text(language)
    rows = source_rows(sources(session), text, width)
    rows += progress_rows(followed(session).conversions, text, width)
    assert len(rows) > 8
    assert all(len(plain(row)) <= width for row in rows)
