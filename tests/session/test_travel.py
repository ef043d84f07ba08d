"""Undo, redo, any event, branches: always exactly the lab that was there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hvlab.console.host import RecordingHost
from hvlab.session import travel
from hvlab.session.cmdlets import STORY_ROWS
from hvlab.session.replay import replay
from hvlab.session.session import Session
from hvlab.session.task import Task
from tests.session.test_replay import SECOND, SYSTEM, data_of, digests

BOOT = f"New-VM web01 -MemoryStartupBytes 512MB -VHDPath {SYSTEM}; Start-VM web01; Wait-Lab web01"


@pytest.fixture(autouse=True)
def _dense(monkeypatch: pytest.MonkeyPatch) -> None:
    """Snapshots at every opportunity: the machine's speed shall not decide what a test covers."""
    monkeypatch.setattr(travel, "SPACING", 0.0)
    monkeypatch.setattr(travel, "SHARE", 0)


def warnings_of(host: RecordingHost) -> list[str]:
    return [text for kind, text in host.messages if kind == "warning"]


def errors(session: Session, text: str) -> list[str]:
    return [error.error_id.partition(",")[0] for error in session.run(text).errors]


def done(session: Session, text: str) -> None:
    assert errors(session, text) == [], text


def live(session: Session) -> tuple[str, str, int]:
    assert session.world.find_unmarked_changes() == []
    return digests(session)


# -- undo and redo ------------------------------------------------------------------------------------


def test_undo_brings_the_lab_back_and_redo_forward_again() -> None:
    session = Session()
    known = [live(session)]
    for command in BOOT.split("; "):
        done(session, command)
        known.append(live(session))
    for state in known[-2::-1]:
        done(session, "Undo-Lab")
        assert live(session) == state
    assert errors(session, "Undo-Lab") == ["NothingToUndo"]
    for state in known[1:]:
        done(session, "Redo-Lab")
        assert live(session) == state
    assert errors(session, "Redo-Lab") == ["NothingToRedo"]
    done(session, "Undo-Lab 3")
    assert live(session) == known[0]
    done(session, "Redo-Lab -Count 2")
    assert live(session) == known[2]
    assert digests(replay(data_of(session), "x")) == known[2]


def test_looking_in_between_leaves_the_way_forward_open() -> None:
    session = Session()
    done(session, "New-VM web01; New-VM web02")
    there = live(session)
    done(session, "Undo-Lab; Get-VM; Get-VM | Where-Object State -eq Off")
    done(session, "Redo-Lab")
    assert live(session) == there
    assert digests(replay(data_of(session), "x")) == there
    done(session, "Undo-Lab; Get-VM; New-VM other")
    assert errors(session, "Redo-Lab") == ["NothingToRedo"]


def test_what_only_looks_is_no_step() -> None:
    session = Session()
    done(session, "New-VM a")
    before = live(session)
    done(session, "New-VM b; Get-VM; Get-VM a | Format-List; Get-LabStep")
    done(session, "Undo-Lab")
    assert live(session) == before
    done(session, "Redo-Lab")
    assert [entry.text for entry in session.log.entries if entry.kind == "command"][2:] == [
        "Get-VM",
        "Get-VM a | Format-List",
        "Get-LabStep",
    ]
    assert session.travel.timeline.head == 5


def test_travelling_is_not_seen_in_the_trace() -> None:
    session = Session()
    done(session, "New-VM a; New-VM b; Undo-Lab; New-LabBookmark here; Get-LabBookmark; New-VM c")
    texts = [event.get("text") for event in session.world.trace if event.kind == "command"]
    assert texts == ["New-VM a", "Get-LabBookmark", "New-VM c"]


def test_variables_functions_and_errors_go_back_too() -> None:
    host = RecordingHost()
    session = Session(host=host)
    done(session, "$list = @(1, 2); $table = @{a = @{b = 1}}; function f { 'old' }")
    session.run("Get-VM nobody -ErrorAction SilentlyContinue")
    done(session, "$list += 3")
    done(session, "$table.a.b = 2")
    done(session, "function f { 'new' }")
    session.run("Start-VM nobody2 -ErrorAction SilentlyContinue")
    done(session, "Undo-Lab 3")
    host.objects.clear()
    done(session, "$list.Count; $table.a.b; f; $Error.Count")
    assert host.objects == [3, 1, "old", 1]
    done(session, "Move-Lab start")
    host.objects.clear()
    done(session, "$null -eq $list; $Error.Count")
    assert host.objects == [True, 0]


def test_a_variable_shows_the_machine_that_is_there_now() -> None:
    host = RecordingHost()
    session = Session(host=host)
    done(session, "New-VM a; $vm = Get-VM a; $drive = 0; New-VM b; Undo-Lab; Start-VM a")
    host.objects.clear()
    done(session, "'{0}' -f $vm.State")
    done(session, "Stop-VM a -TurnOff; Undo-Lab; '{0}' -f $vm.State")
    done(session, "Stop-VM a -TurnOff; Remove-VM a -Force; '{0}' -f $vm.State")
    again = RecordingHost()
    replay(data_of(session), "x", host=again)
    texts = [item for item in host.objects if isinstance(item, str)]
    assert texts == ["Running", "Running", "Off"]
    assert [item for item in again.objects if isinstance(item, str)][-1] == "Off"


def test_undo_is_refused_inside_something_else() -> None:
    session = Session()
    done(session, "New-VM a")
    for text in ("1..2 | ForEach-Object { Undo-Lab }", "$x = Undo-Lab", "if ($true) { Undo-Lab }"):
        assert "StandsAlone" in errors(session, text), text
    done(session, "Undo-Lab")  # of what was refused there is nothing to undo
    assert not session.travel.timeline.head and not session.run("Get-VM a").ok


def test_answers_go_back_and_hints_stay() -> None:
    session = Session()
    session.answer("q", "1")
    done(session, "New-VM a")
    session.answer("q", "2")
    session.take_hint("h/1")
    done(session, "Undo-Lab 2")
    assert (session.answers, session.hints) == ({"q": "1"}, ["h/1"])
    again = replay(data_of(session), "x")
    assert (again.answers, again.hints) == ({"q": "1"}, ["h/1"])


# -- anywhere -----------------------------------------------------------------------------------------


def stands(session: Session) -> tuple[str, int, int]:
    return session.world.digest(), session.world.now, len(session.world.trace)


def test_every_event_of_a_boot_can_be_gone_to() -> None:
    session = Session()
    done(session, BOOT)
    end = live(session)
    reference = Session()
    for command in BOOT.split("; ")[:2]:
        done(reference, command)
    reference._note("command", text="x")
    reference.world.emit("command", "console", "host1/root/vmms", None, None, None, "Wait-Lab web01")
    length = len(session.world.trace)
    lines = [event.line() for event in session.world.trace]
    for wanted in range(len(reference.world.trace) + 1, length - 40, 97):
        reference.world.run(stop=lambda wanted=wanted: len(reference.world.trace) >= wanted)  # type: ignore[misc]
        done(session, f"Move-Lab {wanted}")
        assert session.travel.view is not None
        assert stands(session) == stands(reference)
        assert [event.line() for event in session.world.trace] == lines[: len(session.world.trace)]
    for wanted in (length - 5, 40, 700, 3, 11):
        done(session, f"Move-Lab -Event {wanted}")
        assert len(session.world.trace) >= wanted
        done(session, "Move-Lab end")
        assert live(session) == end


@pytest.mark.parametrize("sparse", [False, True])
def test_the_short_way_back_to_an_event_leads_where_looking_after_each_leads(
    sparse: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From a moment and from the beginning of a command, in one with several waits and in a clock move."""
    if sparse:
        monkeypatch.setattr(travel, "SPACING", 1e9)
    session = Session()
    first = len(session.world.trace)
    done(session, BOOT)
    second = len(session.world.trace)
    done(session, r"1..2 | ForEach-Object { Start-LabWorkload web01 -Count 40; Wait-Lab -Seconds 2 }")
    session.let_run(session.world.now + 3 * SECOND)
    last = len(session.world.trace)
    wanted = [*range(first + 1, second, 397), *range(second + 1, last, 97), last - 1]
    found = []
    for shorter in (True, False):
        if not shorter:
            monkeypatch.setattr(travel.Travel, "_before", lambda *arguments: 0)
        places = []
        for event in wanted:
            session.travel.seek(travel.EVENT, event)
            places.append((session.travel.place, live(session)))
        found.append(places)
    assert found[0] == found[1]


def test_a_time_and_a_bookmark_can_be_gone_to() -> None:
    session = Session()
    done(session, BOOT)
    session.let_run(session.world.now + 5 * SECOND)
    done(session, "New-LabBookmark later")
    here = live(session)
    moment = session.world.now - 2 * SECOND - 7
    done(session, f"Move-Lab -Time {moment / SECOND:.9f}")
    assert session.world.now == moment and session.travel.view is not None
    done(session, "New-LabBookmark between")
    middle = stands(session)
    done(session, "Move-Lab start; Move-Lab later")
    assert live(session) == here
    done(session, "Move-Lab between")
    assert stands(session)[2] == middle[2]
    done(session, "Remove-LabBookmark between")
    assert errors(session, "Move-Lab between") == ["NoSuchPlace"]
    assert errors(session, "Move-Lab 1000000") == ["NotYet"]
    done(session, "Move-Lab end")
    assert live(session) == here


def test_a_command_with_several_waits_can_be_looked_into() -> None:
    session = Session()
    done(session, f"New-VM web01 -MemoryStartupBytes 512MB -VHDPath {SYSTEM}; Start-VM web01")
    begin = len(session.world.trace)
    done(session, "foreach ($n in 1..20) { Step-Lab 7; New-VM x$n }")
    lines = [event.line() for event in session.world.trace]
    end = live(session)
    for wanted in range(begin + 2, len(lines), 5):
        done(session, f"Move-Lab {wanted}")
        now = len(session.world.trace)
        assert now >= wanted and [event.line() for event in session.world.trace] == lines[:now]
    done(session, "Redo-Lab")
    assert live(session) == end


# -- the middle of a command, branches ---------------------------------------------------------------


def test_looking_is_allowed_in_the_middle_and_changing_begins_a_branch() -> None:
    session = Session()
    done(session, BOOT)
    whole = live(session)
    done(session, "Move-Lab 300")
    middle = stands(session)
    count = len(session.log.entries)
    done(session, "Get-VM")
    done(session, "Get-LabEvent -Last 3")
    assert stands(session) == middle and len(session.log.entries) == count
    done(session, "New-VM other")
    assert session.travel.view is None
    kinds = [entry.kind for entry in session.log.entries[count:]]
    assert kinds == ["rewind", "command", "stop", "command"]
    state = live(session)
    assert digests(replay(data_of(session), "x")) == state
    branches = session.travel.timeline.branches()
    assert [branch.present for branch in branches] == [False, True]
    done(session, f"Switch-LabBranch {branches[0].tip}")
    assert live(session) == whole
    done(session, f"Switch-LabBranch {branches[1].tip}")
    assert live(session) == state


def test_letting_the_clock_run_in_the_middle_begins_a_branch() -> None:
    session = Session()
    done(session, BOOT)
    session.let_run(session.world.now + 20 * SECOND)
    done(session, f"Move-Lab {len(session.world.trace) - 20}")
    assert session.travel.view is not None
    session.let_run(session.world.now + 3 * SECOND)
    state = live(session)
    assert session.travel.view is None
    assert digests(replay(data_of(session), "x")) == state


def test_a_command_that_asked_is_cut_behind_its_answers() -> None:
    session = Session(host=RecordingHost())
    done(session, BOOT)
    done(session, "foreach ($n in 1..3) { Stop-VM web01 -TurnOff -Confirm; Start-VM web01; Wait-Lab web01 }")
    replies = [entry for entry in session.log.entries if entry.kind == "confirm"]
    assert len(replies) == 3
    middle = (session.travel.ends[3].event + len(session.world.trace)) // 2
    done(session, f"Move-Lab {middle}")
    done(session, "New-VM other")
    assert len([entry for entry in session.log.entries if entry.kind == "confirm"]) == 5
    state = live(session)
    assert digests(replay(data_of(session), "x")) == state


def test_a_screen_may_travel_too() -> None:
    session = Session()
    done(session, BOOT)
    state = live(session)
    for command in ("Move-Lab 100", "Get-VM", "Move-Lab end", "Undo-Lab", "Redo-Lab"):
        task = Task(session, command)
        while not task.pump(1 << 62, 50):
            pass
        assert task.outcome is not None and task.outcome.ok
    assert live(session) == state


def test_old_snapshots_are_given_up_and_everything_stays_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(travel, "MOST", 6)
    session = Session()
    known = [live(session)]
    for command in [*BOOT.split("; "), *(f"New-VM a{n}" for n in range(12))]:
        done(session, command)
        known.append(live(session))
    for number in (9, 2, 14, 1, 3, 0, 15):
        done(session, f"Move-Lab -Step {number}")
        assert live(session) == known[number]


# -- whatever comes ------------------------------------------------------------------------------------

INPUTS = st.one_of(
    st.sampled_from(
        [
            "New-VM {n} -MemoryStartupBytes 512MB",
            "Start-VM vm1",
            "Stop-VM vm1 -TurnOff",
            "Step-Lab 40",
            "Remove-VM {n} -Force",
            "$x = Get-VM {n}",
            "$y += 1; $y",
            "if ($x) {{ $x.State }}",
            "Get-VM",
            "Wait-Lab -Seconds 3",
            "New-VHD D:\\{n}.vhd -SizeBytes 5MB -Dynamic; Add-VMHardDiskDrive {n} -Path D:\\{n}.vhd",
        ]
    ),
    st.sampled_from(["Undo-Lab", "Undo-Lab 2", "Redo-Lab", "Redo-Lab 2", "Move-Lab start", "Move-Lab end"]),
    st.sampled_from(["look", "clock"]),
)


@settings(max_examples=25)
@given(st.lists(st.tuples(INPUTS, st.integers(0, 400)), max_size=14))
def test_whatever_is_done_undo_and_redo_are_exact_and_a_replay_gets_there(
    inputs: list[tuple[str, int]],
) -> None:
    session = Session()
    session.run(f"New-VM vm1 -MemoryStartupBytes 512MB -VHDPath {SYSTEM}")
    for text, number in inputs:
        if text == "look":
            session.run(f"Move-Lab {number}")
        elif text == "clock":
            session.let_run(session.world.now + number * 10_000_000)
        else:
            session.run(text.format(n=f"vm{number % 3}"))
        assert session.world.find_unmarked_changes() == []
    session.run("Move-Lab end")
    before = digests(session)
    assert digests(replay(data_of(session), "x")) == before
    steps = len([step for step in session.travel.past() if session.travel.is_step(step)])
    if steps:
        session.run("Undo-Lab")
        undone = digests(session)
        assert digests(replay(data_of(session), "x")) == undone
        session.run("Redo-Lab")
        assert digests(session) == before


# -- a file --------------------------------------------------------------------------------------------


def test_a_session_is_gone_on_with_where_it_was_left(tmp_path: Path) -> None:
    path = tmp_path / "work.jsonl"
    session = Session(log=path)
    done(session, BOOT)
    done(session, "New-VM a; New-VM b; Undo-Lab; New-VM c; New-LabBookmark mark; New-VM d; Undo-Lab")
    state = live(session)
    # killed: nobody closes the file, and a line is half written
    with path.open("ab") as file:
        file.write(b'{"at":99,"kind":"comm')
    again = Session.resume(path)
    assert digests(again) == state
    done(again, "Redo-Lab")
    done(again, "Move-Lab mark")
    assert live(again) == state
    done(again, "New-VM e")
    again.close()
    assert digests(replay(path.read_bytes(), "x")) == digests(again)
    assert digests(Session.resume(path)) == digests(again)


def test_an_exported_session_is_the_same_session(tmp_path: Path) -> None:
    session = Session()
    done(session, f"{BOOT}; New-VM a; Undo-Lab; Export-LabSession '{tmp_path / 'mine.jsonl'}'")
    data = (tmp_path / "mine.jsonl").read_bytes()
    assert digests(replay(data, "x")) == live(session)
    assert errors(session, f"Export-LabSession '{tmp_path / 'none' / 'x'}'") == ["File"]
    written = (tmp_path / "mine.jsonl").read_bytes()
    assert errors(session, f"Export-LabSession '{tmp_path / 'mine.jsonl'}'") == ["FileExists"]
    assert (tmp_path / "mine.jsonl").read_bytes() == written
    done(session, f"New-VM b; Export-LabSession '{tmp_path / 'mine.jsonl'}' -Force")
    assert (tmp_path / "mine.jsonl").read_bytes() != written


def test_the_story_of_what_was_never_typed_is_refused() -> None:
    session = Session()
    done(session, "New-VM a")
    assert errors(session, "Get-LabStory Start-VM") == ["NoSuchCommand"]
    done(session, "Get-LabStory New-VM")


def test_a_look_taken_after_going_back_is_no_branch_of_its_own() -> None:
    session = Session()
    done(session, "New-VM web01 -NoVHD; New-VM web02 -NoVHD; Undo-Lab; Get-VM; Redo-Lab; New-VM web03 -NoVHD")
    assert [(branch.steps, branch.present) for branch in session.travel.timeline.branches()] == [(3, True)]
    done(session, "Undo-Lab; New-VM web04 -NoVHD; Get-VM")
    branches = session.travel.timeline.branches()
    assert [(branch.steps, branch.present) for branch in branches] == [(3, False), (3, True)]


def test_a_command_that_failed_at_once_is_nothing_to_undo() -> None:
    session = Session()
    done(session, "New-VM web01 -NoVHD")
    assert not session.run("Strat-VM web01").ok
    assert not session.run("Start-VM nobody").ok
    done(session, "Undo-Lab")
    assert not session.run("Get-VM web01").ok


# -- breakpoints and stories -----------------------------------------------------------------------------


def test_a_breakpoint_stops_the_command_that_waits_and_a_replay_stops_there_too() -> None:
    host = RecordingHost()
    session = Session(host=host)
    done(session, f"New-VM web01 -MemoryStartupBytes 512MB -VHDPath {SYSTEM}; Start-VM web01")
    done(session, "Set-LabBreakpoint { $_.Name -eq 'OPEN_CHANNEL' } -Kind vmbus.message")
    outcome = session.run("Wait-Lab web01; New-VM never")
    assert outcome.stopped_at == 0
    opened = [event for event in session.world.trace if event.get("name") == "OPEN_CHANNEL"]
    assert len(opened) == 1 and not [e for e in session.world.trace if e.get("vm") == "never"]
    assert [entry.kind for entry in session.log.entries][-2:] == ["command", "stop"]
    assert any("OPEN_CHANNEL" in text or "Breakpoint 1" in text for _, text in host.messages)
    state = live(session)
    assert digests(replay(data_of(session), "x")) == state
    session.let_run(session.world.now + 60 * SECOND)
    opened = [event for event in session.world.trace if event.get("name") == "OPEN_CHANNEL"]
    assert len(opened) == 2 and session.breakpoints.all[0].hits == 2
    done(session, "Remove-LabBreakpoint 1; Wait-Lab web01")
    assert digests(replay(data_of(session), "x")) == live(session)


def test_a_breakpoint_at_the_last_event_of_a_command_is_told_and_the_command_is_done() -> None:
    host = RecordingHost()
    session = Session(host=host)
    done(session, f"New-VM web01 -MemoryStartupBytes 512MB -VHDPath {SYSTEM}; Start-VM web01")
    done(session, "Set-LabBreakpoint { (Get-VM web01).State -eq 'Off' }")
    done(session, "Stop-VM web01 -TurnOff; New-VM web02 -NoVHD")
    assert session.breakpoints.all[0].hits > 0
    assert any("Breakpoint 1 held" in text for _, text in host.messages)
    assert "stop" not in [entry.kind for entry in session.log.entries]
    assert digests(replay(data_of(session), "x")) == live(session)


def test_a_breakpoint_that_fails_stops_nothing() -> None:
    session = Session()
    done(session, f"New-VM web01 -MemoryStartupBytes 512MB -VHDPath {SYSTEM}; Start-VM web01")
    done(session, "Set-LabBreakpoint { throw 'no' }; Wait-Lab web01")
    assert session.breakpoints.all[0].failure and session.breakpoints.all[0].hits == 0
    assert errors(session, "Set-LabBreakpoint") == ["NothingToWatch"]
    assert errors(session, "Remove-LabBreakpoint 7") == ["NoSuchBreakpoint"]


def test_a_story_is_what_a_command_led_to() -> None:
    host = RecordingHost()
    session = Session(host=host)
    done(session, BOOT)
    host.objects.clear()
    done(session, "Get-LabStory Start-VM -All")
    trace = session.world.trace
    told = [row.get("Event") for row in host.objects]  # type: ignore[attr-defined]
    first = told[0]
    assert trace[first].get("text") == "Start-VM web01" and len(told) > 100
    assert all(trace[number].cause in told for number in told[1:])
    depths = dict(zip(told, [row.get("Depth") for row in host.objects], strict=True))  # type: ignore[attr-defined]
    assert all(depths[number] == depths[trace[number].cause] + 1 for number in told[1:])


def test_a_long_story_says_that_it_goes_on_and_how_to_hear_the_rest() -> None:
    host = RecordingHost()
    session = Session(host=host)
    done(session, BOOT)
    host.objects.clear()
    done(session, "Get-LabStory Start-VM -All")
    every = [row.get("Event") for row in host.objects]  # type: ignore[attr-defined]
    assert not warnings_of(host)
    host.objects.clear()
    done(session, "Get-LabStory Start-VM")
    assert [row.get("Event") for row in host.objects] == every[:STORY_ROWS]  # type: ignore[attr-defined]
    (said,) = warnings_of(host)
    assert f"{STORY_ROWS} events" in said and f"{len(every) - STORY_ROWS} more" in said
    for command in re.findall(r"Get-\w+ [^.:]*[^.: ]", said):
        host.objects.clear()
        host.messages.clear()
        done(session, command)
        assert host.objects and not warnings_of(host), command
    host.objects.clear()
    done(session, f"Get-LabStory -Event {every[0]} -Depth 2")
    assert {row.get("Depth") for row in host.objects} == {0, 1, 2}  # type: ignore[attr-defined]
