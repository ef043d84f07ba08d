"""Keys: bound anew they work and are named so; letters go to the prompt; the palette reaches every action."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.widgets import OptionList

from hvlab.session.session import Session
from hvlab.text import LANGUAGES, Text
from hvlab.tui.app import HvlabApp
from hvlab.tui.bars import KeyBar
from hvlab.tui.canvas import plain
from hvlab.tui.commands import entries
from hvlab.tui.console_pane import ConsolePane
from hvlab.tui.keys import BINDINGS, FIRST, FIXED, KeyNames, is_bindable, rebound, taken_elsewhere
from hvlab.tui.keys_screen import KeysScreen
from hvlab.tui.preferences import Preferences, load
from tests.tui.conftest import PlainLesson

Maker = Callable[..., HvlabApp]
BIG, SMALL = (120, 40), (80, 24)


def app_with(preferences: Preferences) -> HvlabApp:
    return HvlabApp(Session(), PlainLesson, frames=False, preferences=preferences)


def shown(app: HvlabApp, pane: str) -> str:
    return "\n".join(plain(row) for row in app.screen.query_one(f"#{pane}").shown)  # type: ignore[attr-defined]


def bar(app: HvlabApp) -> str:
    return plain(app.screen_stack[0].query_one(KeyBar).shown[0])


async def choose(app: HvlabApp, name: str) -> None:
    """Put the bar of the list of keys on an action."""
    listed = app.screen.query_one(OptionList)
    listed.highlighted = listed.get_option_index(name)


# -- bound anew -----------------------------------------------------------------------------------


async def test_a_key_is_bound_anew_works_and_is_named_so_everywhere(tmp_path: Path) -> None:
    file = tmp_path / "screen.json"
    app = app_with(load(file))
    async with app.run_test(size=BIG) as pilot:
        await pilot.press("f1", "k")
        await pilot.pause()
        assert isinstance(app.screen, KeysScreen)
        await choose(app, "events")
        await pilot.press("enter", "alt+x")
        await pilot.pause()
        assert "Alt+X: events" in shown(app, "keys-note")
        await pilot.press("escape", "escape")
        await pilot.pause()
        assert "Alt+X Events" in bar(app)
        assert str(app.query_one("#events").border_title).startswith("Alt+X Events")  # type: ignore[attr-defined]
        await pilot.press("f4")
        assert app.focused is app.query_one(ConsolePane).prompt, "the old key does nothing any more"
        await pilot.press("alt+x")
        await pilot.pause()
        assert app.focused is not None and app.focused.id == "events"
        assert app.query_one(ConsolePane).prompt.value == ""
        await pilot.press("f5")
        await pilot.pause()
        assert "(Alt+X, then" in " ".join(shown(app, "inspector").split()), "texts follow"
        await pilot.press("f1")
        await pilot.pause()
        assert "Alt+X" in shown(app, "help-box") and "F4" not in shown(app, "help-box")
        row = next(entry for entry in entries(app) if entry.name == "events")
        assert row.key == "Alt+X"
    assert load(file).keys == {"events": "alt+x"}
    again = app_with(load(file))
    async with again.run_test(size=BIG) as pilot:
        await pilot.press("alt+x")
        await pilot.pause()
        assert again.focused is not None and again.focused.id == "events"


async def test_whose_key_is_taken_gets_the_other_one_and_is_named() -> None:
    app = app_with(Preferences())
    async with app.run_test(size=BIG) as pilot:
        app.action_keys()
        await pilot.pause()
        await choose(app, "pause")
        await pilot.press("enter", "alt+r")
        await pilot.pause()
        assert isinstance(app.screen, KeysScreen), "the old owner of the key does not act on it"
        note = " ".join(shown(app, "keys-note").split())
        assert "Alt+R: pause" in note and "has F6 now: rings" in note
        assert app.preferences.keys == {"pause": "alt+r", "rings": "f6"}
        await pilot.press("escape", "f6")
        await pilot.pause()
        assert "view" in app.panes_in_sight()
        app.action_keys()
        await pilot.pause()
        await choose(app, "pause")
        await pilot.press("delete")
        assert app.preferences.keys == {}, "one that goes back gives back what it took"
        await choose(app, "step")
        await pilot.press("enter", "f12", "0")
        await pilot.pause()
        assert app.preferences.keys == {}


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("x", "needed for typing"),
        ("enter", "needed for typing"),
        ("ctrl+i", "needed for typing"),
        ("ctrl+a", "needed at the prompt"),
        ("ctrl+b", "tmux often takes"),
        ("f11", "GNOME Terminal"),
    ],
)
async def test_what_cannot_be_bound_or_may_never_arrive_is_told(key: str, said: str) -> None:
    app = app_with(Preferences())
    async with app.run_test(size=BIG) as pilot:
        app.action_keys()
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, KeysScreen)
        await choose(app, "step")
        await pilot.press("enter")
        screen.take(key)
        await pilot.pause()
        assert said in " ".join(shown(app, "keys-note").split())
        assert (app.preferences.keys != {}) == ("takes" in said or "GNOME" in said)


def test_every_action_can_be_bound_and_the_first_keys_are_free_ones() -> None:
    assert set(FIXED) < set(FIRST)
    free = {name: key for name, key in FIRST.items() if name not in FIXED}
    assert all(is_bindable(key) for key in free.values())
    assert len(set(FIRST.values())) == len(FIRST)
    assert {name for name, key in FIRST.items() if key in taken_elsewhere()} == {"quit"}, (
        "Ctrl+Q: `exit` does it too"
    )


def test_texts_are_keyed_in_one_go() -> None:
    names = KeyNames({"pause": "f7", "speed": "f6", "map": "ctrl+g"}, "de")
    assert names.keyed("F6, F7, F60, Alt+L, Alt+Lang") == "F7, F6, F60, Strg+G, Alt+Lang"
    assert rebound({}, "help", "f1") == ({}, "")


# -- letters --------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [BIG, SMALL])
@pytest.mark.parametrize("key", ["f2", "f3", "f4", "alt+s"])
async def test_a_letter_that_a_pane_has_no_use_for_begins_a_command(key: str, size: tuple[int, int]) -> None:
    app = app_with(Preferences())
    async with app.run_test(size=size) as pilot:
        await pilot.press(key)
        await pilot.pause()
        console = app.query_one(ConsolePane)
        assert not console.prompt.has_focus and bar(app).startswith(" Esc Console")
        await pilot.press(*"Get-VM")
        await pilot.pause()
        assert console.prompt.has_focus and console.prompt.value == "Get-VM"
        assert console.prompt.region, "it is in sight"
        assert bar(app).startswith(" F1 Help")


async def test_a_pane_alone_gives_way_to_typing() -> None:
    app = app_with(Preferences())
    async with app.run_test(size=BIG) as pilot:
        await pilot.press("f3", "alt+z", "G")
        await pilot.pause()
        assert app.query_one(ConsolePane).prompt.value == "G" and "lesson" in app.panes_in_sight()


async def test_the_bar_names_the_keys_of_the_pane_and_they_can_be_clicked() -> None:
    app = app_with(Preferences())
    async with app.run_test(size=BIG) as pilot:
        await pilot.press("f2")
        await pilot.pause()
        row = bar(app)
        assert "→ Next" in row and "h Hint" in row and row.index("h Hint") < row.index("F3 Picture")
        await pilot.click(KeyBar, offset=(row.index("h Hint"), 0))
        await pilot.pause()
        assert "costs 1 point" in shown(app, "lesson")


# -- the palette ----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_palette_reaches_every_action_once(make_app: Maker, language: str) -> None:
    app = make_app(language=language)
    async with app.run_test(size=BIG) as pilot:
        await pilot.pause()
        found = list(entries(app))
        assert {binding.id for binding in BINDINGS if binding.id} <= {entry.name for entry in found}
        assert len({entry.does.casefold() for entry in found}) == len(found)
        ids = {
            name.removeprefix("tui.find.") for name in Text(language).ids() if name.startswith("tui.find.")
        }
        alike = {"speed", "save", "practise"}  # words of several entries each
        course = {"recap"}  # only with a course behind the lesson
        assert ids <= {entry.name for entry in found} | alike | course, "words for what is not there"


@pytest.mark.parametrize(
    ("language", "query", "wanted"),
    [
        ("en", "undo", "Undo-Lab"),
        ("en", "rewind", "strip of time"),
        ("de", "rückgängig", "Undo-Lab"),
        ("de", "undo", "Undo-Lab"),
        ("en", "dark", "colours"),
        ("en", "shortcuts", "bind them anew"),
    ],
)
async def test_the_palette_finds_what_people_call_it(
    make_app: Maker, language: str, query: str, wanted: str
) -> None:
    from hvlab.tui.commands import HvlabCommands

    app = make_app(language=language)
    async with app.run_test(size=BIG) as pilot:
        await pilot.pause()
        hits = [hit async for hit in HvlabCommands(app.screen).search(query)]
        best = sorted(hits, key=lambda hit: -hit.score)[:6]
        assert any(wanted in str(hit.prompt) for hit in best), [str(hit.prompt) for hit in best]


async def test_undo_from_the_palette_is_typed_into_the_console(make_app: Maker) -> None:
    app = make_app()
    async with app.run_test(size=BIG) as pilot:
        await pilot.press("ctrl+p")
        await pilot.pause()
        await pilot.press(*"undo")
        await pilot.pause(0.3)
        await pilot.press("enter")
        await pilot.pause()
        assert ("PS C:\\> Undo-Lab", "prompt") in app.query_one(ConsolePane).logical
