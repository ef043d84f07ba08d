"""The demo types by itself, what it shows really happens, it ends, and who types takes over."""

from __future__ import annotations

import pytest

from hvlab.console.hyperv.objects import vmms
from hvlab.session.session import Session
from hvlab.tui.console_pane import ConsolePane
from hvlab.tui.demo import LENGTH, SCENES, DemoApp
from tests.tui.conftest import run


@pytest.mark.parametrize("language", ["en", "de"])
async def test_it_plays_to_its_end_within_a_minute(language: str) -> None:
    session = Session(language=language)
    app = DemoApp(session, None, language, frames=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        frames = 0
        while app.return_code is None and frames < (LENGTH + 1) * 30:
            run(app, 30)
            frames += 30
            await pilot.pause()
        said = [row for row, _ in app.query_one(ConsolePane).logical if row.strip()]
        typed = [entry.text for entry in session.log.entries if entry.kind == "command"]
    assert app.return_code == 0
    for scene in SCENES[:4]:
        for statement in scene.command.split("; "):
            assert statement in typed, f"not reached in {frames} frames"
    assert any(entry.kind == "rewind" for entry in session.log.entries)
    assert vmms(session).find("web01") is not None
    assert not session.shell.runtime.error_list
    assert 54 <= frames / 30 <= LENGTH, "about a minute"
    assert said[-1].endswith("hvlab"), "its last word is what to do next"
    assert any(row.startswith("· ") for row in said), "a boot's phases are told"


async def test_who_types_takes_over() -> None:
    session = Session()
    app = DemoApp(session, None, "en", frames=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        run(app, 60)
        assert app.query_one(ConsolePane).prompt.value.startswith("# ")
        await pilot.press("x")
        run(app, 300)
        assert not app.playing
        assert app.query_one(ConsolePane).prompt.value == "x", "what the demo had begun to type is gone"
        assert app.return_code is None


async def test_who_takes_something_away_takes_over_with_an_empty_prompt() -> None:
    app = DemoApp(Session(), None, "en", frames=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        run(app, 60)
        await pilot.press("backspace")
        run(app, 2)
        assert not app.playing and app.query_one(ConsolePane).prompt.value == ""
