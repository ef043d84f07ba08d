"""Whole screens as pictures: they change only when somebody means them to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from hvlab.session.session import Session
from hvlab.tui.app import HvlabApp
from hvlab.tui.console_pane import ConsolePane
from tests.tui.conftest import CREATE, PlainLesson, run


def after(commands: list[str], frames: int, keys: list[str]) -> Callable[[Pilot[int]], Awaitable[None]]:
    """Type the commands, let the frames pass, press the keys."""

    async def drive(pilot: Pilot[int]) -> None:
        app = pilot.app
        assert isinstance(app, HvlabApp)
        for command in commands:
            app.query_one(ConsolePane).type_command(command, run=True)
            await pilot.pause()
        run(app, frames)
        await pilot.pause()
        for key in keys:
            await pilot.press(key)
        await pilot.pause()

    return drive


@pytest.mark.parametrize(
    ("size", "language", "lesson", "frames", "keys"),
    [
        pytest.param((120, 40), "en", True, 0, [], id="start"),
        pytest.param((80, 24), "de", True, 0, [], id="small-german"),
        pytest.param((120, 40), "en", False, 250, [], id="boot"),
        pytest.param((80, 24), "en", True, 250, ["f3"], id="small-boot"),
        pytest.param((79, 24), "en", True, 0, [], id="too-small"),
    ],
)
def test_screen(
    snap_compare: Any, size: tuple[int, int], language: str, lesson: bool, frames: int, keys: list[str]
) -> None:
    commands = [f"{CREATE}; Start-VM web01; Wait-Lab -VM web01 -For Booted"] if frames else []
    app = HvlabApp(Session(), PlainLesson if lesson else None, language, frames=False)
    assert snap_compare(app, terminal_size=size, run_before=after(commands, frames, keys))
