"""Pacing decides when one sees something, never what happens."""

from __future__ import annotations

import pytest

from hvlab.session.session import Session
from hvlab.tui.pacing import SPEEDS
from hvlab.tui.runner import Runner
from tests.tui.conftest import CREATE

BOOT = f"{CREATE}; Start-VM web01; Wait-Lab -VM web01 -For Booted"


def still() -> float:
    """A clock for full speed: each look at it is a hundredth of a second later."""
    still.now += 0.001  # type: ignore[attr-defined]
    return still.now  # type: ignore[attr-defined,no-any-return]


still.now = 0.0  # type: ignore[attr-defined]


def seconds_of(speed: str) -> tuple[Runner, float]:
    runner = Runner(Session(), timer=still)
    runner.set_speed([s.name for s in SPEEDS].index(speed))
    runner.submit(BOOT)
    frames = 0
    while runner.busy:
        runner.frame(1 / 30)
        frames += 1
        assert frames < 20_000
    return runner, frames / 30


def test_a_boot_at_story_speed_takes_twenty_to_forty_seconds() -> None:
    _, seconds = seconds_of("story")
    assert 20 <= seconds <= 40


@pytest.mark.parametrize("speed", [speed.name for speed in SPEEDS])
def test_every_speed_leads_to_the_same_world(speed: str) -> None:
    headless = Session()
    headless.run(BOOT)
    runner, _ = seconds_of(speed)
    assert runner.world.trace.digest() == headless.world.trace.digest()
    assert runner.world.digest() == headless.world.digest()


def test_slow_quick_and_full_differ() -> None:
    times = [seconds_of(speed.name)[1] for speed in SPEEDS]
    assert times == sorted(times, reverse=True)
    assert times[0] > 2 * times[1] > 6 * times[2]


def test_pause_stands_and_step_makes_one_event_visible() -> None:
    runner = Runner(Session(), timer=still)
    runner.submit(BOOT)
    runner.frame(1 / 30)
    runner.paused = True
    now, length = runner.world.now, len(runner.world.trace)
    runner.frame(5)
    assert (runner.world.now, len(runner.world.trace)) == (now, length)
    assert runner.step()
    assert len(runner.world.trace) > length
    assert runner.paused


def test_a_stopped_command_leaves_what_it_has_done() -> None:
    runner = Runner(Session(), timer=still)
    ended = []
    runner.on_end = ended.append
    runner.submit(BOOT)
    for _ in range(60):
        runner.frame(1 / 30)
    runner.submit("Get-VM")
    assert runner.interrupt()
    assert not runner.busy
    assert not runner.queue
    assert len(ended) == 1
    assert not runner.interrupt()


def test_the_clock_runs_freely_only_when_asked() -> None:
    runner = Runner(Session(), timer=still)
    runner.submit(BOOT)
    runner.finish()
    while runner.busy:
        runner.frame(1 / 30)
    now = runner.world.now
    runner.frame(1)
    assert runner.world.now == now
    runner.free = True
    runner.frame(0.2)
    assert runner.world.now > now


def test_a_long_wait_in_which_little_happens_is_hurried_over() -> None:
    runner = Runner(Session(), timer=still)
    frames = []
    for command in (BOOT, "Wait-Lab -Seconds 5", "Wait-Lab -Seconds 150"):
        runner.submit(command)
        frames.append(0)
        while runner.busy:
            runner.frame(1 / 30)
            frames[-1] += 1
    assert frames[1] / 30 < 3
    assert frames[2] / 30 < 20, "thirty times as long, and not four times as dull"


def test_a_rewind_leaves_the_next_frames_as_long_as_others() -> None:
    runner = Runner(Session(), timer=still)
    runner.session.run(f"{CREATE}; Start-VM web01; Wait-Lab web01 -For Booted; Wait-Lab -Seconds 60")
    pacer, world, moved = runner.pacer, runner.world, []

    def back(until: int, events: int) -> bool:
        runner.session.run("Undo-Lab")
        return True

    def on(until: int, events: int) -> bool:
        moved.append(until - world.now)
        assert len(moved) < 1_000, "a frame without an end"
        world.run(until=until, limit=events)
        return False

    now = world.now
    pacer.spend(world, back, 1 / 30)
    assert world.now < now
    pacer.spend(world, on, 1 / 30)
    assert moved and max(moved) > 1, "time goes on, and not by one nanosecond after the other"
