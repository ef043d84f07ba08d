"""Whatever is done in a session: undo and redo are exact, the way of running makes no difference, a replay agrees."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hvlab.session import travel
from hvlab.session.replay import replay
from hvlab.session.session import Session
from hvlab.session.task import Task

CHANGES = [
    r"New-VM a -MemoryStartupBytes 512MB -VHDPath C:\Images\WS2008-x64.vhd",
    r"New-VM b -MemoryStartupBytes 256MB -VHDPath C:\Images\NT4.vhd",
    "Start-VM a",
    "Start-VM b, nobody",
    "Wait-Lab a -For Heartbeat",
    "Wait-Lab -Seconds 2",
    "Step-Lab 70 | Out-Null",
    "Stop-VM a -TurnOff",
    "Save-VM a",
    "Checkpoint-VM a -SnapshotName s",
    "Remove-VM b -Force",
    r"New-VHD D:\x.vhd -SizeBytes 64MB -Dynamic",
    r"Add-VMHardDiskDrive a -Path D:\x.vhd",
    "$work = Start-LabWorkload a -Operation Write -Count 3",
    "$total += (Get-LabEvent).Count",
    "function twice($n) { 2 * $n }",
    "$total = twice $total",
    "foreach ($vm in Get-VM) { $vm.Name; Stop-VM $vm.Name -TurnOff }",
    'Set-Content C:\\note.txt "written $total"',
]
LOOKS = ["Get-VM", "Get-VM nobody", "Get-LabEvent | Measure-Object", r"Get-VHD C:\Images\NT4.vhd"]
COMMANDS = st.lists(st.one_of(st.sampled_from(CHANGES), st.sampled_from(CHANGES + LOOKS)), max_size=12)
DISTANCES = st.lists(st.integers(-4, 4), max_size=6)
SLICES = st.lists(
    st.tuples(st.integers(1_000_000, 900_000_000), st.integers(20, 3000)), min_size=1, max_size=5
)
SAMPLE, ALL = 12, 400

State = tuple[str, str, int, int, str]


def state(session: Session) -> State:
    """World, trace, events handled, simulated time, and what a variable holds."""
    world = session.world
    assert world.find_unmarked_changes() == []
    total = session.shell.runtime.globals.get("total")
    return world.digest(), world.trace.digest(), world.processed, world.now, repr(total)


def steps(session: Session) -> int:
    """How often Undo-Lab could be said."""
    return sum(session.travel.is_step(step) for step in session.travel.past())


def check_travelling(commands: list[str], distances: list[int]) -> None:
    """Back step by step to the beginning, forward to the end, then to and fro: always what was there before."""
    session = Session()
    states = [state(session)]
    for command in commands:
        failed = not session.run(command).ok
        now = state(session)
        if steps(session) == len(states):
            assert command not in LOOKS
            states.append(now)
        else:  # it looked, or failed before it had done anything
            assert command in LOOKS or (failed and now[2:] == states[-1][2:])
            states[-1] = now
        assert steps(session) == len(states) - 1
    last = place = len(states) - 1
    assert not session.run("Redo-Lab").ok
    for wanted in [*range(last - 1, -1, -1), *range(1, last + 1)]:
        assert session.run("Undo-Lab" if wanted < place else "Redo-Lab").ok
        place = wanted
        assert state(session) == states[place]
    for distance in distances:
        if distance == 0 or not 0 <= place + distance <= last:
            continue
        assert session.run(f"{'Undo' if distance < 0 else 'Redo'}-Lab {abs(distance)}").ok
        place += distance
        assert state(session) == states[place]
    assert state(replay(session.log.text(), "x")) == states[place]


def check_ways_of_running(commands: list[str], slices: list[tuple[int, int]]) -> None:
    """All at once, one by one, and as a screen does, in slices: the same world, the same record."""
    at_once, singly, sliced = Session(), Session(), Session()
    at_once.run("\n".join(commands))
    for command in commands:
        singly.run(command)
    task = Task(sliced, "\n".join(commands))
    number = 0
    while not task.done:
        nanoseconds, events = slices[number % len(slices)]
        task.pump(sliced.world.now + nanoseconds, events)
        number += 1
    assert state(singly) == state(at_once) == state(sliced)
    assert singly.log.text() == at_once.log.text() == sliced.log.text()
    assert state(replay(singly.log.text(), "x")) == state(singly)


@settings(max_examples=SAMPLE, deadline=None)
@given(COMMANDS, DISTANCES)
def test_each_undo_and_redo_is_exact_and_looking_is_no_step(
    commands: list[str], distances: list[int]
) -> None:
    check_travelling(commands, distances)


@settings(max_examples=SAMPLE, deadline=None)
@given(COMMANDS, SLICES)
def test_step_by_step_is_the_same_as_at_once(commands: list[str], slices: list[tuple[int, int]]) -> None:
    check_ways_of_running(commands, slices)


@pytest.mark.slow
@settings(max_examples=ALL, deadline=None)
@given(COMMANDS, DISTANCES)
def test_many_undos_and_redos(commands: list[str], distances: list[int]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(travel, "SPACING", 0.0)  # snapshots at every opportunity
        patch.setattr(travel, "SHARE", 0)
        check_travelling(commands, distances)


@pytest.mark.slow
@settings(max_examples=ALL, deadline=None)
@given(COMMANDS, SLICES)
def test_many_ways_of_running(commands: list[str], slices: list[tuple[int, int]]) -> None:
    check_ways_of_running(commands, slices)
