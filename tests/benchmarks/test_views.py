"""What an open view costs while a machine boots, beside the same screen with the picture."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable

import pytest
from textual.pilot import Pilot

from hvlab.session.session import Session
from hvlab.tui.app import HvlabApp
from hvlab.tui.console_pane import ConsolePane
from hvlab.tui.layout import VIEWS
from tests.benchmarks.measure import medians, show
from tests.tui.conftest import CREATE

pytestmark = pytest.mark.benchmark

FRAMES = 250
ROUNDS = 5


async def frames(pilot: Pilot[int], app: HvlabApp) -> float:
    """Processor time of so many frames, painting included."""
    taken = 0.0
    for _ in range(FRAMES):
        begin = time.process_time()
        app.frame()
        await pilot.pause(0)
        taken += time.process_time() - begin
    return taken


def boot(view: str, strip: bool = False) -> Callable[[], float]:
    """A boot with a view in sight (empty: the picture), and with the strip of time or without."""

    async def play() -> float:
        clock = itertools.count()
        app = HvlabApp(Session(), None, frames=False, timer=lambda: next(clock) / 1_000)
        async with app.run_test(size=(120, 40)) as pilot:
            await pilot.pause()
            if view:
                app.action_pane(view)
            if strip:
                app.action_time()
            await pilot.pause()
            console = app.query_one(ConsolePane)
            console.type_command(f"{CREATE}; Start-VM web01; Wait-Lab web01", run=True)
            return await frames(pilot, app)

    return lambda: asyncio.run(play())


def test_a_view_costs_no_more_than_the_picture() -> None:
    picture, strip, *views = medians(ROUNDS, boot(""), boot("", strip=True), *(boot(name) for name in VIEWS))
    for name, taken in zip(VIEWS, views, strict=True):
        show(f"a frame of a boot with the view {name}: times the picture's", taken / picture, "<= 1.5")
    show("a frame with the strip of time: times one without", strip / picture, "<= 1.8")
    assert max(views) / picture <= 1.5
    assert strip / picture <= 1.8
