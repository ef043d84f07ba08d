"""NO_COLOR: no byte names a colour, and all can be told apart. Reduced motion: nothing is ever between two places."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from rich.style import Style

from hvlab.session.session import Session
from hvlab.tui.app import HvlabApp
from hvlab.tui.capture import as_text, strips_of
from hvlab.tui.console_pane import ConsolePane
from hvlab.tui.palette import LAYERS, Palette
from hvlab.tui.preferences import Preferences
from tests.tui.conftest import CREATE, PlainLesson

Make = Callable[..., HvlabApp]
SGR = re.compile(r"\x1b\[([\d;:]*)m")
BASIC = {*range(30, 39), *range(40, 49), *range(90, 98), *range(100, 108), 58}
"""The codes of select graphic rendition that name a colour; 39 and 49 take it away."""


def colours(written: str) -> set[int]:
    """The codes in what was written that name a colour."""
    found = {int(code or 0) for codes in SGR.findall(written) for code in re.split("[;:]", codes)}
    return found & BASIC


def written(app: HvlabApp) -> str:
    """The screen as the bytes that its driver writes."""
    return "".join(strip.render(app.console) for strip in strips_of(app))  # type: ignore[arg-type]


KEYS = ("", "f4", "f5", "alt+m", "alt+r", "alt+p", "alt+y", "alt+t", "f1", "alt+j", "ctrl+p", "f1 k", "alt+q")


@pytest.mark.parametrize("theme", ["hvlab", "hvlab-light"])
async def test_with_no_color_nothing_written_names_a_colour(
    monkeypatch: pytest.MonkeyPatch, make_app: Make, theme: str
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = make_app()
    app.theme = theme
    dims: list[bool] = []
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        app.query_one(ConsolePane).type_command(f"{CREATE}; Get-VM nope", run=True)
        for keys in KEYS:
            for _ in range(8):
                app.frame()
            await pilot.press(*keys.split())
            await pilot.pause()
            shown = written(app)
            assert "hvlab" in as_text(app) and "\x1b[" in shown  # type: ignore[arg-type]
            assert not colours(shown), keys
            dims.append("\x1b[2m" in shown or "\x1b[2;" in shown)
            while app.is_covered:
                app.pop_screen()
                await pilot.pause()
    assert any(dims)


async def test_without_it_there_are_colours(monkeypatch: pytest.MonkeyPatch, make_app: Make) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert colours(written(app))


async def test_without_colour_the_cursor_the_choice_and_the_focus_are_seen(
    monkeypatch: pytest.MonkeyPatch, make_app: Make
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = make_app(lesson=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        app.query_one(ConsolePane).type_command("Get-VM")
        await pilot.pause()

        def marked_text() -> str:
            found = [s for strip in strips_of(app) for s in strip]  # type: ignore[arg-type]
            return "".join(
                s.text for s in found if s.style is not None and (s.style.reverse or s.style.underline)
            )

        before = marked_text()
        await pilot.press("left")
        assert marked_text() != before, "the cursor"
        await pilot.press("f1", "k")
        await pilot.pause()
        first = marked_text()
        await pilot.press("down")
        await pilot.pause()
        assert marked_text() != first, "the choice in a list"
        await pilot.press("escape", "f4")
        await pilot.pause()
        assert "━" in as_text(app), "the focus"  # type: ignore[arg-type]


def test_attributes_tell_apart_what_colours_do() -> None:
    palette = Palette({}, coloured=False)
    style = palette.style
    for name in ("bold", "dim", "title", "bad", "warn", "selected", "marked", "key"):
        assert style(name) != Style() and style(name).color is None and style(name).bgcolor is None
    assert style("bad") != style("warn") != style("good")
    for layer in LAYERS:
        heats = [style(f"{layer}+{heat}") for heat in (0, 1, 3, 4)]
        assert len({str(heat) for heat in heats}) == 4 and style(f"{layer}~1").reverse
        assert all(heat.color is None for heat in heats)


def still_app(still: bool) -> HvlabApp:
    preferences = Preferences()
    preferences.still = still
    session = Session()
    assert session.run(f"{CREATE}; Start-VM web01; Wait-Lab web01").ok
    return HvlabApp(session, PlainLesson, frames=False, preferences=preferences)


async def frames(app: HvlabApp, count: int) -> list[str]:
    """The picture frame by frame while a guest writes."""
    picture = []
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        app.query_one(ConsolePane).type_command("Start-LabWorkload web01 -Operation Write -Count 3", run=True)
        await pilot.pause()
        assert app.desk is not None
        pane = app.desk.picture
        for _ in range(count):
            app.frame()
            await pilot.pause(0)
            rows = ["".join(text for text, _ in row) for row in pane.shown]
            lanes = [row for row in rows if "─" in row or "│" in row]
            picture.append("\n".join(lanes))
            assert not (pane.motion.still and pane.motion.travellers)
    return picture


GLYPHS = "◂▸◆↯▲▴●"


def between(picture: list[str]) -> int:
    """How many frames show a glyph on a lane between the root and the child."""
    lane = re.compile(rf"├─*[{GLYPHS}]")
    return sum(bool(lane.search(frame)) for frame in picture)


async def test_with_reduced_motion_no_glyph_is_ever_on_its_way() -> None:
    moving = await frames(still_app(False), 60)
    assert between(moving) > 5, "with motion the packets travel"
    still = await frames(still_app(True), 60)
    assert between(still) == 0
    assert len(set(still)) > 1, "the figures count on all the same"


async def test_the_surroundings_may_ask_for_it_and_the_palette_switches_it() -> None:
    app = still_app(False)
    app.animation_level = "none"
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        assert app.desk is not None and app.desk.picture.motion.still
        app.action_still()
        assert not app.desk.picture.motion.still and app.animation_level == "full" and not app.is_still
        app.action_still()
        assert app.is_still and app.preferences.still and app.animation_level == "none"
