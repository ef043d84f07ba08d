"""A monkey at the keys and the mouse: whatever it does, the screen stays up and hvlab itself does not fail.

The usual run lets it do a small fixed sample; the long one (marked slow) does fifty
thousand actions. Which action comes when is drawn from a seed, and so is the time that
the screen's clock sees, so what it finds can be found again.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot, WaitForScreenTimeout

from hvlab.session.session import Session
from hvlab.tui.app import HvlabApp
from hvlab.tui.console_pane import ConsolePane
from tests.tui.conftest import CREATE, PlainLesson

KEYS = (
    *(f"f{number}" for number in range(1, 10)),
    *(f"alt+{letter}" for letter in "rpsnmtvlecyhgkojzwq"),
    *("alt+left", "alt+right", "alt+up", "alt+down"),
    *("up", "down", "left", "right", "home", "end", "pageup", "pagedown"),
    *("enter", "escape", "tab", "shift+tab", "backspace", "delete", "space"),
    *("ctrl+c", "ctrl+l", "ctrl+p", "ctrl+a", "ctrl+e", "ctrl+u", "ctrl+k", "ctrl+w"),
    *"abdefhjklmnpstuwxyz0123456789",
    *("slash", "plus", "minus", "comma", "full_stop", "equals_sign", "minus", "dollar_sign"),
)
COMMANDS = (
    CREATE,
    "Start-VM web01",
    "Wait-Lab web01",
    "Stop-VM web01 -TurnOff",
    "Checkpoint-VM web01 -SnapshotName s",
    "Start-LabWorkload web01 -Operation Write -Count 5",
    "New-VMSwitch lan -SwitchType Internal; Connect-VMNetworkAdapter web01 -SwitchName lan",
    "Test-LabNetwork",
    "Undo-Lab",
    "Redo-Lab",
    "Move-Lab -Event 40",
    "Move-Lab end",
    "Remove-VM web01",
    "Remove-VM web01 -Force",
    "vmconnect localhost web01",
    "New-LabBookmark here",
    "Get-VM | Format-List *",
    "(",
    "'open",
)
PATIENCE = 10
"""How often half a minute is waited before a screen that does not answer counts as hung."""
SIZES = ((80, 24), (120, 40), (200, 60), (79, 23), (100, 30), (112, 36), (250, 70), (20, 5), (160, 24))


class Cage(HvlabApp):
    """A screen that the monkey cannot leave."""

    def exit(self, *args: Any, **values: Any) -> None:
        """Stay."""


def key(name: str) -> events.Key:
    """A key as a terminal sends it."""
    letter = name.removeprefix("alt+")
    return events.Key(name, letter if len(letter) == 1 else None)


def at(kind: type[events.MouseEvent], place: tuple[int, int], button: int = 1) -> events.MouseEvent:
    """Something that the mouse does at a place of the screen."""
    x, y = place
    return kind(None, x, y, 0, 0, button, False, False, False, x, y)


def mouse(app: HvlabApp, random: Random) -> Iterator[events.MouseEvent]:
    """A click, a drag or a turn of the wheel."""
    width, height = app.size

    def somewhere() -> tuple[int, int]:
        return random.randrange(width), random.randrange(height)

    place = somewhere()
    kind = random.choice(("click", "click", "drag", "wheel"))
    if kind == "wheel":
        yield at(random.choice((events.MouseScrollDown, events.MouseScrollUp)), place, 0)
        return
    yield at(events.MouseMove, place, 0)
    yield at(events.MouseDown, place)
    if kind == "drag":
        for _ in range(3):
            place = somewhere()
            yield at(events.MouseMove, place)
    yield at(events.MouseUp, place)


async def settle(pilot: Pilot[int]) -> None:
    """Wait until the screen has done what was asked of it; on a busy machine longer than Textual's half minute."""
    for _ in range(PATIENCE):
        try:
            await pilot.pause(0)
        except WaitForScreenTimeout:
            continue
        return
    raise AssertionError(f"the screen stood still: {pilot.app.screen_stack}")


async def one_action(pilot: Pilot[int], app: HvlabApp, random: Random) -> None:
    """Whatever comes to the monkey's mind."""
    wish = random.random()
    if wish < 0.62:
        app.post_message(key(random.choice(KEYS)))
    elif wish < 0.82:
        for event in mouse(app, random):
            app.post_message(event)
    elif wish < 0.835:
        await pilot.resize_terminal(*random.choice(SIZES))
    elif wish < 0.88:
        app.query_one(ConsolePane).type_command(random.choice(COMMANDS), run=True)
    elif wish < 0.885:
        app.action_language()
    else:
        for _ in range(random.randrange(1, 8)):
            app.frame()
    if random.random() < 0.5:
        await settle(pilot)


async def play(seed: int, actions: int, lesson: bool) -> HvlabApp:
    """Let the monkey play; what goes wrong in the screen is raised at the end of the test's run."""
    random = Random(seed)
    clock = itertools.count()
    app = Cage(Session(), PlainLesson if lesson else None, frames=False, timer=lambda: next(clock) / 1_000)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        for number in range(actions):
            await one_action(pilot, app, random)
            if number % 25:
                continue
            words = "\n".join(text for text, _ in app.query_one(ConsolePane).logical[-40:])
            assert "hvlab itself failed" not in words, words
            assert "hvlab selbst" not in words, words
        for _ in range(20):
            await pilot.press("escape")
        await pilot.resize_terminal(120, 40)
        app.frame()
        await pilot.pause()
    return app


@pytest.mark.parametrize(("seed", "lesson"), [(1, False), (2, True)])
async def test_a_monkey_breaks_nothing(seed: int, lesson: bool) -> None:
    app = await play(seed, 150, lesson)
    assert app.desk is not None
    assert app.desk.feed.seq == len(app.desk.session.world.trace)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10, 20))
async def test_a_monkey_breaks_nothing_for_long(seed: int) -> None:
    app = await play(seed, 5_000, lesson=seed % 2 == 0)
    assert app.desk is not None
    assert app.desk.feed.seq == len(app.desk.session.world.trace)
