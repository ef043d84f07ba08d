"""Keys that come faster than the screen works: none is lost, none is done before its turn, none lands in a pane."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.events import Key, Paste
from textual.pilot import Pilot

from hvlab.tui.app import HvlabApp
from hvlab.tui.canvas import plain
from hvlab.tui.console_pane import ConsolePane
from hvlab.tui.event_list import EventList
from tests.tui.conftest import CREATE

Maker = Callable[..., HvlabApp]
KEYS = {"\r": "enter", "\b": "backspace", "\t": "tab", "\x15": "ctrl+u", "↑": "up", "←": "left"}


def burst(app: HvlabApp, typed: str) -> None:
    """All these keys at once, before any of them is handled."""
    for letter in typed:
        named = KEYS.get(letter)
        app.post_message(Key(named, None) if named else Key("_" if letter == "_" else letter, letter))


async def settle(pilot: Pilot[int], app: HvlabApp) -> None:
    """Everything is handled, and shown."""
    for _ in range(3):
        await pilot.pause()
        app.frame()
    await pilot.pause()


def said(app: HvlabApp) -> str:
    """What stands in the console."""
    return "\n".join(plain(row) for row in app.query_one(ConsolePane).output.shown)


async def test_lines_typed_in_one_go_are_run_as_they_were_typed(make_app: Maker) -> None:
    app = make_app(lesson=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        burst(app, "1+1\r$a = 5\r$a * 3\rGet-V")
        await settle(pilot, app)
        words = said(app).splitlines()
        assert words == ["PS C:\\> 1+1", "2", "PS C:\\> $a = 5", "PS C:\\> $a * 3", "15"]
        assert app.query_one(ConsolePane).prompt.value == "Get-V"


async def test_letters_do_not_overtake_the_keys_that_edit(make_app: Maker) -> None:
    app = make_app(lesson=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        prompt = app.query_one(ConsolePane).prompt
        for typed, wanted in (
            ("Get-VN\bM", "Get-VM"),
            ("abc←d", "abdc"),
            ("all wrong\x15right", "right"),
            ("Get-VM\r↑ web01", "Get-VM web01"),
            ("Get-LabPart\tx", "Get-LabPartition x"),
        ):
            prompt.replace_all("")
            burst(app, typed)
            await settle(pilot, app)
            assert prompt.value == wanted, typed


async def test_a_question_is_answered_by_what_was_typed_before_it_could_be_seen(make_app: Maker) -> None:
    app = make_app(lesson=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        burst(app, f"{CREATE} | Out-Null\rRemove-VM web01\ry\r(Get-VM).Count\r")
        await settle(pilot, app)
        assert "[Y/A/N/L/?] y" in said(app)
        assert said(app).splitlines()[-1].strip() == "0"
        assert app.desk is not None and not app.desk.runner.busy
        assert not app.query_one(ConsolePane).asking


async def test_a_line_begun_before_a_question_came_stays_a_command(make_app: Maker) -> None:
    app = make_app(lesson=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        burst(app, f"{CREATE} | Out-Null\rRemove-VM web01\r7*6")
        await settle(pilot, app)
        console = app.query_one(ConsolePane)
        assert console.prompt.value == "7*6" and not console.asking
        burst(app, "\r")
        await settle(pilot, app)
        assert console.asking == "confirm"  # now it is its turn
        burst(app, "n\r")
        await settle(pilot, app)
        assert said(app).splitlines()[-2:] == ["PS C:\\> 7*6", "42"]
        assert not console.asking


async def test_a_line_that_is_given_up_lets_the_question_come(make_app: Maker) -> None:
    app = make_app(lesson=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        burst(app, f"{CREATE} | Out-Null\rRemove-VM web01\rGet")
        await settle(pilot, app)
        burst(app, "\b\b\b")
        await settle(pilot, app)
        assert app.query_one(ConsolePane).asking == "confirm"


@pytest.mark.parametrize("pane", ["f3", "f4"])
async def test_letters_go_to_the_prompt_whole_though_a_pane_has_the_keys(make_app: Maker, pane: str) -> None:
    app = make_app(lesson=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press(pane)
        await pilot.pause()
        app.frame()
        assert not app.query_one(ConsolePane).prompt.has_focus
        burst(app, "Get-Jobs_wjkf\r")  # s, w, j, k and f are keys of the list
        await settle(pilot, app)
        assert "Get-Jobs_wjkf" in said(app).splitlines()[0]
        assert app.query_one(ConsolePane).prompt.has_focus


async def test_what_is_pasted_goes_to_the_prompt_though_a_pane_has_the_keys(make_app: Maker) -> None:
    app = make_app(lesson=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("f4")
        await pilot.pause()
        app.post_message(Paste("1+2\n3+4\n5+6"))
        await settle(pilot, app)
        assert said(app).splitlines() == ["PS C:\\> 1+2", "3", "PS C:\\> 3+4", "7"]
        assert app.query_one(ConsolePane).prompt.value == "5+6"


async def test_a_filter_keeps_its_letters(make_app: Maker) -> None:
    app = make_app(lesson=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("f4")
        await pilot.press("slash")
        await pilot.pause()
        burst(app, "write")
        await settle(pilot, app)
        assert app.query_one(EventList).needle == "write"
        assert not app.query_one(ConsolePane).prompt.value


async def test_a_command_run_by_a_key_leaves_what_is_being_typed(make_app: Maker) -> None:
    app = make_app(lesson=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        burst(app, "Get-VM -Na")
        await settle(pilot, app)
        app.type_command("1+1")
        await settle(pilot, app)
        assert said(app).splitlines() == ["PS C:\\> 1+1", "2"]
        assert app.query_one(ConsolePane).prompt.value == "Get-VM -Na"


async def test_enter_alone_gives_way_to_what_is_typed_after_it(make_app: Maker) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        burst(app, "\rGet-VM")
        await settle(pilot, app)
        assert app.query_one(ConsolePane).prompt.value == "Get-VM"
