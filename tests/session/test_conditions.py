"""What a command waits for is asked after events only, so a screen that draws in between changes nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hvlab.console.host import RecordingHost
from hvlab.kernel import WorldState
from hvlab.session.session import Session
from hvlab.session.task import Task

RUNNING = r"New-VM a -MemoryStartupBytes 512MB -VHDPath C:\Images\WS2008-x64.vhd; Start-VM a; Wait-Lab a -For Heartbeat"

Moment = tuple[Session, RecordingHost, WorldState]


@pytest.fixture(scope="module")
def moment() -> Moment:
    """A session with a machine whose heart beats every two seconds, to go back to."""
    host = RecordingHost()
    session = Session(host=host)
    session.run(RUNNING)
    assert host.errors == []
    return session, host, session.world.save()


def run(moment: Moment, work: Callable[[Session], object]) -> tuple[str, int, list[str]]:
    """The world, its time and the errors after some work."""
    session, host, state = moment
    session.world.restore(state)
    host.errors.clear()
    work(session)
    errors = [error.error_id for error in host.errors]
    return session.world.digest(), session.world.now, errors


def in_slices(text: str, steps: list[tuple[int, int]]) -> Callable[[Session], object]:
    def work(session: Session) -> None:
        task = Task(session, text)
        for number in range(20_000):
            time, events = steps[number % len(steps)]
            if task.done or task.pump(session.world.now + time, events):
                return
        raise AssertionError("it never ends")

    return work


SLICES = st.lists(
    st.tuples(st.integers(1_000_000, 1_500_000_000), st.integers(1, 30)), min_size=1, max_size=5
)
COMMANDS = [
    "Step-Lab 7",
    "Start-Sleep 3; Step-Lab 5",
    "Wait-Lab -Until { (Get-VM a).Uptime.TotalSeconds -gt 20 }",
    "Wait-Lab -Until { (Get-VM a).Uptime.TotalMilliseconds -gt 20123 }; Start-Sleep 1",
    "Wait-Lab -Until { if ((Get-VM a).Uptime.TotalSeconds -gt 20) { throw 'no' } else { $false } }; Step-Lab 2",
    "Wait-Lab -Until { $false } -Timeout 7; Step-Lab 2",
    "Start-LabWorkload a -Count 3; Stop-VM a",
]


@settings(max_examples=12, deadline=None)
@given(steps=SLICES)
@pytest.mark.parametrize("text", COMMANDS)
def test_slices_end_where_one_run_ends(moment: Moment, text: str, steps: list[tuple[int, int]]) -> None:
    whole = run(moment, lambda session: session.run(text))
    assert run(moment, in_slices(text, steps)) == whole


@pytest.mark.parametrize("count", [1, 2, 3, 50])
def test_step_lab_handles_so_many_events_and_stops(moment: Moment, count: int) -> None:
    session, _, state = moment
    session.world.restore(state)
    session.run(f"Step-Lab {count}")
    assert session.world.processed == state.processed + count


def test_a_condition_that_fails_is_the_commands_error_and_not_the_screens(moment: Moment) -> None:
    text = COMMANDS[4].partition(";")[0]
    _, now, errors = run(moment, in_slices(text, [(500_000_000, 10)]))
    assert len(errors) == 1 and now > moment[2].now
