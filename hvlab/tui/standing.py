"""In which state the lab's clock is, and the status bar that says so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hvlab.session.units import clock_text
from hvlab.tui.manager_rows import STATES
from hvlab.tui.pacing import SPEEDS

if TYPE_CHECKING:
    from hvlab.session.hostview import MachineView
    from hvlab.tui.keys import ScreenText
    from hvlab.tui.playing import Player
    from hvlab.tui.runner import Runner

MARKS = {
    "plays": ("▶", "accent"),
    "back": ("◀", "accent"),
    "asks": ("?", "accent"),
    "paused": ("‖", "accent"),
    "runs": ("▶", "good"),
    "free": ("▶", "good"),
    "stands": ("■", "dim"),
}
"""A sign and a colour for every state."""

Runs = list[tuple[str, str]]


def state(runner: Runner, player: Player) -> str:
    """One of MARKS: `runs` while a command lets time pass, `free` while the learner does."""
    if player.direction:
        return "plays" if player.direction > 0 else "back"
    if runner.question is not None:
        return "asks"
    if runner.paused:
        return "paused"
    if runner.busy:
        return "runs"
    return "free" if runner.free else "stands"


def clock_runs(clock: str, runner: Runner, activity: str, left: int | None, text: ScreenText) -> Runs:
    """The left half of the bar: time, state, speed; what is at work and which key stops it.

    `activity`: what the command under way says of itself; `left`: seconds that an exam still lasts.
    """
    mark, style = MARKS[clock]
    runs = [
        (" hvlab ", "title"),
        (f" {clock_text(runner.world.now)} ", "bold"),
        (" ", ""),
        (f"{mark} {text(f'tui.status.{clock}')}", style),
        (f" · {text(f'tui.speed.{SPEEDS[runner.pacer.speed].name}')} ", "dim"),
    ]
    if left is not None:
        runs.append((f"· ◷ {left // 60}:{left % 60:02} ", "accent"))
    if runner.busy:
        runs += [
            (f" {activity or text('tui.status.waiting')}", "dim"),
            (f" · {text('tui.status.stop')}", "dim"),
        ]
    return runs


def machine_runs(machines: Sequence[MachineView], text: ScreenText) -> tuple[Runs, Runs]:
    """The right half: every machine with its state, and the same in fewer words."""
    right, short = [], []
    for machine in machines:
        mark, style = STATES.get(machine.state, ("◌", "accent"))  # one sign a state, in the list and here
        named = f" {mark} {machine.name} "
        right.append((f"{named}{text(f'tui.state.{machine.state.lower()}')} ", style))
        short.append((named, style))
    return right, short
