"""Live, in slices, stopped, saved and replayed: always the same world."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hvlab.console.host import RecordingHost
from hvlab.session import log
from hvlab.session.replay import replay
from hvlab.session.session import ReplayMismatch, Session
from hvlab.session.task import Task

SYSTEM = r"C:\Images\WS2008-x64.vhd"
SECOND = 1_000_000_000
WORK = f"""New-VM web01 -MemoryStartupBytes 512MB -VHDPath {SYSTEM}
Start-VM web01
Wait-Lab web01 -For Heartbeat
$work = Start-LabWorkload web01 -Operation Write -Count 5
Start-VM nobody
$work.Bytes
Stop-VM web01
"""


def data_of(session: Session) -> bytes:
    """A session's log as a file would have it."""
    lines = [session.log.header, *session.log.entries]
    return b"".join(msgspec.json.encode(line) + b"\n" for line in lines)


def digests(session: Session) -> tuple[str, str, int]:
    """World, trace and how many events were handled."""
    return session.world.digest(), session.world.trace.digest(), session.world.processed


def live(text: str = WORK) -> Session:
    session = Session()
    session.run(text)
    return session


# -- replay -------------------------------------------------------------------------------------


def test_a_replay_reaches_the_same_world_by_the_same_way(tmp_path: Path) -> None:
    path = tmp_path / "work.jsonl"
    session = Session(log=path, seed=3)
    host = RecordingHost()
    session.run(WORK)
    session.let_run(session.world.now + 3 * SECOND)
    session.answer("q", "5")
    session.run("Start-VM web01")
    session.let_run(session.world.now + 30 * SECOND, events=100)
    session.take_hint("a/1")
    session.run("Get-VM | Stop-VM -TurnOff")
    again = replay(path.read_bytes(), "work.jsonl", host=host)
    assert digests(again) == digests(session)
    assert again.answers == {"q": "5"} and again.hints == ["a/1"]
    assert again.log.entries == session.log.entries, "a replay's own record is the same record"
    assert digests(replay(data_of(again), "again")) == digests(session)
    assert host.objects[-1] == 20480


def test_other_seeds_are_other_worlds() -> None:
    assert digests(live()) == digests(live())
    other = Session(seed=1)
    other.run(WORK)
    assert other.world.digest() != live().world.digest()


def test_a_replay_writes_no_file(tmp_path: Path) -> None:
    target = tmp_path / "disk.vhd"
    session = Session()
    session.run(rf"New-VHD D:\a.vhd -SizeBytes 5MB -Dynamic; Export-LabFile D:\a.vhd '{target}'")
    assert target.stat().st_size == 2560 and session.exported == [(str(target), 2560)]
    target.unlink()
    again = replay(data_of(session), "x")
    assert not target.exists() and again.exported == session.exported
    assert digests(again) == digests(session)


def test_letting_the_clock_run_is_recorded_as_one_input() -> None:
    session = Session()
    session.run(f"New-VM web01 -VHDPath {SYSTEM}; Start-VM web01")
    before = len(session.log.entries)
    assert session.let_run(session.world.now + 10 * SECOND) > 100
    (entry,) = session.log.entries[before:]
    assert (entry.kind, entry.at, entry.to) == ("clock", session.world.processed, session.world.now)
    assert digests(replay(data_of(session), "x")) == digests(session)


@pytest.mark.parametrize("events", [0, 1, 17, 250])
def test_letting_it_run_over_a_number_of_events_stops_there(events: int) -> None:
    session = Session()
    session.run(f"New-VM web01 -VHDPath {SYSTEM}; Start-VM web01")
    before = session.world.processed
    assert session.let_run(session.world.now + 60 * SECOND, events) == events
    assert session.world.processed == before + events
    assert digests(replay(data_of(session), "x")) == digests(session)


def test_time_that_passes_without_events_is_replayed() -> None:
    session = Session()
    session.let_run(7 * SECOND)
    session.run("New-VM a")
    session.let_run(9 * SECOND)
    again = replay(data_of(session), "x")
    assert again.world.now == 9 * SECOND and digests(again) == digests(session)
    assert session.let_run(9 * SECOND) == 0 and len(session.log.entries) == 3, (
        "what moves nothing is no input"
    )


# -- a log that was changed -----------------------------------------------------------------------

Change = Callable[[list[dict[str, object]]], None]


def drop(number: int) -> Change:
    return lambda lines: lines.__delitem__(number)


def put(number: int, **values: object) -> Change:
    return lambda lines: lines[number].update(values)


CHANGES: list[Change] = [
    drop(1),
    drop(2),
    drop(3),
    drop(4),
    put(0, seed=1),
    put(0, scenario="elsewhere"),
    put(1, text=f"New-VM web01 -MemoryStartupBytes 1GB -VHDPath {SYSTEM}"),
    put(1, text=f"New-VM web02 -MemoryStartupBytes 512MB -VHDPath {SYSTEM}"),
    put(3, text="Wait-Lab web01 -For Booted"),
    put(3, text="Get-VM"),
    put(4, text="Start-LabWorkload web01 -Operation Write -Count 6"),
    put(4, at=1),
    put(5, at=1_000_000),
    put(7, text="Stop-VM web01 -TurnOff"),
    lambda lines: lines.insert(4, {**lines[4], "kind": "clock", "text": "", "to": 10**12}),
    lambda lines: lines.append({"at": 10**6, "kind": "clock", "to": 0}),
    lambda lines: lines.append({"at": lines[-1]["at"], "kind": "command", "text": "Get-VM"}),
]


@pytest.mark.parametrize("number", range(len(CHANGES)))
def test_a_changed_log_is_refused_or_is_other_work(number: int) -> None:
    session = live()
    lines = [json.loads(line) for line in data_of(session).splitlines()]
    assert len(lines) == 8
    CHANGES[number](lines)
    data = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    from hvlab.catalog import BadCatalog

    try:
        again = replay(data, "x")
    except (ReplayMismatch, log.BadLog, BadCatalog) as error:
        assert str(error)
        return
    assert digests(again) != digests(session)


def test_the_refusal_says_where_the_replay_stands() -> None:
    session = live("New-VM a")
    data = data_of(session) + b'{"at":12,"kind":"command","text":"New-VM b"}\n'
    with pytest.raises(ReplayMismatch, match="after 12 events, the replay stands at 0"):
        replay(data, "x")


# -- slices -------------------------------------------------------------------------------------


def pump(session: Session, text: str, steps: list[tuple[int, int]]) -> Task:
    """Run a source as a screen does, in slices of (ns, events), over and over."""
    task = Task(session, text)
    number = 0
    while not task.done:
        nanoseconds, events = steps[number % len(steps)]
        task.pump(session.world.now + nanoseconds, events)
        number += 1
        assert number < 100_000
    return task


@settings(max_examples=12, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 500_000_000), st.integers(1, 400)),
        min_size=1,
        max_size=6,
    ).filter(
        lambda steps: sum(events for _, events in steps) > 20 and max(ns for ns, _ in steps) > 10_000_000
    )
)
def test_slices_of_any_size_make_the_same_world(steps: list[tuple[int, int]]) -> None:
    session = Session()
    task = pump(session, WORK, steps)
    whole = live()
    assert digests(session) == digests(whole)
    assert session.log.entries == whole.log.entries
    assert task.outcome is not None and task.outcome.exit_code == 1 and len(task.outcome.errors) == 1


def test_a_task_tells_whether_it_waits() -> None:
    session = Session()
    task = Task(session, f"New-VM web01 -VHDPath {SYSTEM}; Start-VM web01; Wait-Lab web01")
    assert task.waiting and not task.done
    assert not task.pump(session.world.now + 1000, 10)
    while not task.pump(session.world.now + SECOND, 10_000):
        pass
    assert task.done and not task.waiting and task.outcome is not None and task.outcome.exit_code == 0
    session.run("Stop-VM web01 -TurnOff")
    assert not session.world.has("host1/web01"), "the session works at once again"


def test_a_command_that_does_not_wait_is_done_at_once() -> None:
    session = Session()
    task = Task(session, "1 + 1; New-VM a")
    assert task.done and task.outcome is not None and task.outcome.exit_code == 0
    assert [entry.text for entry in session.log.entries] == ["1 + 1", "New-VM a"]


# -- stopping -----------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["Wait-Lab web01 -For Heartbeat", "Wait-Lab -Seconds 30"])
@pytest.mark.parametrize("events", [0, 1, 40, 333])
def test_a_stopped_command_is_replayed_as_far_as_it_came(command: str, events: int) -> None:
    session = Session()
    session.run(f"New-VM web01 -VHDPath {SYSTEM}; Start-VM web01")
    task = Task(session, f"{command}; New-VM never")
    if events:
        task.pump(session.world.now + 20 * SECOND, events)
    assert not task.done
    task.cancel()
    assert task.done and task.outcome is None
    assert session.log.entries[-1].kind == "stop"
    session.run("New-VM after; Stop-VM web01 -TurnOff")
    again = replay(data_of(session), "x")
    assert digests(again) == digests(session)
    assert [entry.text for entry in again.log.entries] == [entry.text for entry in session.log.entries]
    names = RecordingHost()
    shown = replay(data_of(session), "x", host=names)
    names.objects.clear()
    shown.run("(Get-VM).Name")
    assert names.objects == ["after", "web01"]


def test_a_command_stopped_between_two_events_ends_at_the_same_time() -> None:
    session = Session()
    task = Task(session, "Wait-Lab -Seconds 30")
    task.pump(12 * SECOND, 1000)
    task.cancel()
    assert session.world.now == 12 * SECOND
    session.run("New-VM a")
    again = replay(data_of(session), "x")
    assert again.world.now == 12 * SECOND and digests(again) == digests(session)


def test_stopping_what_is_done_does_nothing() -> None:
    session = Session()
    task = Task(session, "New-VM a")
    task.cancel()
    assert [entry.kind for entry in session.log.entries] == ["command"]


def test_a_stopped_pipeline_keeps_what_it_has_done() -> None:
    session = Session()
    task = Task(session, 'New-VM a; New-VM b; foreach ($n in 1..3) { New-VM "x$n"; Wait-Lab -Seconds 10 }')
    task.pump(15 * SECOND, 100)
    task.cancel()
    host = RecordingHost()
    again = replay(data_of(session), "x", host=host)
    host.objects.clear()
    again.run("(Get-VM).Name")
    assert host.objects == ["a", "b", "x1", "x2"]


# -- saving and restoring -----------------------------------------------------------------------


@pytest.mark.parametrize("moment", [0, 30, 200, 500, 800, 1200])
def test_a_world_put_back_goes_on_as_before(moment: int) -> None:
    session = Session()
    session.run(f"New-VM web01 -MemoryStartupBytes 512MB -VHDPath {SYSTEM}; Start-VM web01")
    world = session.world
    world.run(until=60 * SECOND, limit=moment)
    saved, digest, trace = world.save(), world.digest(), world.trace.digest()

    def go_on() -> tuple[str, str, int]:
        world.run(until=world.now + 40 * SECOND)
        session.run(
            "Start-LabWorkload web01 -Operation Write -Count 3; Stop-VM web01 -TurnOff; Wait-Lab -Seconds 1"
        )
        return digests(session)

    first = go_on()
    assert world.digest() != digest and not world.has("host1/web01")
    for _ in range(2):
        world.restore(saved)
        assert (world.digest(), world.trace.digest()) == (digest, trace)
        assert go_on() == first, "also when the machine had been switched off meanwhile"


def test_a_saved_moment_is_not_changed_by_what_follows() -> None:
    session = Session()
    session.run(f"New-VM web01 -VHDPath {SYSTEM}; Start-VM web01; Wait-Lab web01 -For Heartbeat")
    world = session.world
    saved, digest = world.save(), world.digest()
    session.run("Start-LabWorkload web01 -Operation Write -Count 20 -Size 64KB; Remove-VM nobody")
    session.run(r"New-VHD D:\x.vhd -SizeBytes 1GB; Stop-VM web01; Remove-VM web01 -Force")
    world.restore(saved)
    assert world.digest() == digest
