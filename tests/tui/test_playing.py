"""What is known of the lab's time plays forwards and backwards, and the lab really stands where it is drawn."""

from __future__ import annotations

import pytest

from hvlab.session.session import Session
from hvlab.tui.app import HvlabApp
from hvlab.tui.canvas import plain
from hvlab.tui.console_pane import ConsolePane
from hvlab.tui.pacing import SPEEDS
from tests.tui.conftest import CREATE, run

FULL = len(SPEEDS) - 1


def booted() -> Session:
    session = Session()
    assert session.run(f"{CREATE}; Start-VM web01; Wait-Lab web01").ok
    return session


async def test_backwards_to_the_beginning_and_forwards_again() -> None:
    session = booted()
    end, digest = len(session.world.trace), session.world.digest()
    app = HvlabApp(session, None, frames=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        desk = app.desk
        assert desk is not None
        app.set_speed(FULL)
        await pilot.press("alt+t", "r")
        seen = []
        for _ in range(400):
            run(app, 1)
            seen.append(len(session.world.trace))
            if not desk.player.direction:
                break
        assert seen == sorted(seen, reverse=True)
        assert len(set(seen)) > 20
        assert seen[-1] < 10, seen
        assert desk.feed.seq == len(session.world.trace)
        await pilot.press("space")
        for _ in range(400):
            run(app, 1)
            if not desk.player.direction:
                break
        run(app, 3)
        assert len(session.world.trace) == end
        assert session.world.digest() == digest
        words = [text for text, _ in app.query_one(ConsolePane).logical]
        assert f"PS C:\\> Move-Lab -Event {end}" in words


@pytest.mark.parametrize("speed", range(FULL))
async def test_a_quicker_speed_goes_further_and_a_key_stops_it(speed: int) -> None:
    session = booted()
    end = len(session.world.trace)
    app = HvlabApp(session, None, frames=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        desk = app.desk
        assert desk is not None
        app.set_speed(speed)
        await pilot.press("alt+t", "r")
        run(app, 30 if speed else 150)
        first = end - len(session.world.trace)
        assert 0 < first < end
        assert plain(desk.status.shown[0]).find("plays backwards") > 0
        await pilot.press("r")
        run(app, 30)
        assert end - len(session.world.trace) == first
        if speed:
            return
        app.set_speed(FULL - 1)
        await pilot.press("r")
        run(app, 60)
        assert end - len(session.world.trace) > 2 * first


async def test_typing_stops_it_and_starts_another_way() -> None:
    session = booted()
    app = HvlabApp(session, None, frames=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        app.set_speed(FULL)
        await pilot.press("alt+t", "r")
        run(app, 30)
        app.query_one(ConsolePane).type_command("New-VM other", run=True)
        await pilot.pause()
        run(app, 5)
        assert app.desk is not None
        assert not app.desk.player.direction
        assert len(session.travel.timeline.branches()) == 2
