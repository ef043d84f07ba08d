"""The command palette's entries: every action that has a key, and those that have none.

An entry is one row: what it does, and its key. It is found by its own words and by others that
people look for (`tui.find`): who searches "undo" finds it, whatever it is called here.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from textual import work
from textual.await_complete import AwaitComplete
from textual.command import CommandList, CommandPalette, DiscoveryHit, Hit, Hits, Provider, SearchIcon
from textual.css.query import NoMatches
from textual.events import Click

from hvlab.course.tasks import PREFIX
from hvlab.tui.keys import BINDINGS
from hvlab.tui.lesson_pane import LessonPane
from hvlab.tui.pacing import SPEEDS
from hvlab.tui.palette import THEMES

if TYPE_CHECKING:
    from hvlab.tui.app import HvlabApp
    from hvlab.tui.paned_app import PanedApp

TYPED = {
    "undo": "Undo-Lab",
    "redo": "Redo-Lab",
    "branches": "Get-LabBranch",
    "commands": "Get-Command -Module Lab",
    "language_page": "Get-LabLanguage",
}
"""Entries that type a command into the console and run it."""


class Entry(NamedTuple):
    """A row of the palette. `words`: others that find it."""

    name: str
    does: str
    key: str
    words: str
    action: Any


def _explain(app: HvlabApp) -> None:
    """The words of the lesson's page, which comes into sight."""
    app.action_pane("lesson")
    app.call_after_refresh(app.query_one(LessonPane).action_explain)


def entries(app: HvlabApp) -> Iterator[Entry]:
    """All that can be done now, what one looks for most first."""
    text = app.text

    def words(name: str) -> str:
        return text(f"tui.find.{name}") if text.has(f"tui.find.{name}") else ""

    def unbound(name: str, does: str, action: Any) -> Entry:
        return Entry(name, does, "", words(name), action)

    yield unbound("language", text("tui.command.language"), app.action_language)
    yield unbound("keys", text("tui.command.keys"), app.action_keys)
    yield unbound("theme", text("tui.command.theme_help"), app.action_change_theme)
    for name, command in TYPED.items():
        yield unbound(name, text(f"tui.command.{name}"), partial(app.type_command, command))
    for binding in BINDINGS:
        if binding.id:
            action = partial(app.run_action, binding.action)
            does = text(binding.description)
            yield Entry(binding.id, does, text.keys.of(binding.id), words(binding.id), action)
    for number, speed in enumerate(SPEEDS):
        does = text("tui.command.speed", name=text(f"tui.speed.{speed.name}"))
        yield Entry(f"speed_{speed.name}", does, "", words("speed"), partial(app.set_speed, number))
    for direction, which in ((1, "play"), (-1, "play_back")):
        yield unbound(which, text(f"tui.command.{which}"), partial(app.action_play, direction))
    yield unbound("depth", text("tui.command.depth"), app.action_depth)
    yield unbound("still", text("tui.keys.still"), app.action_still)
    if app.course is not None:
        yield unbound("recap", text("tui.command.recap"), app.action_recap)
    if app.query_one(LessonPane).lesson is not None:
        yield unbound("explain", text("tui.command.explain"), partial(_explain, app))
    for kind in ("svg", "txt"):
        for whole, which in ((False, "pane"), (True, "screen")):
            does = text(f"tui.command.save_{which}", kind=kind.upper())
            yield Entry(
                f"save_{which}_{kind}", does, "", words("save"), partial(app.action_save, kind, whole)
            )
    for concept in app.course.concepts if app.course is not None else ():
        does = text("tui.command.practise", concept=concept)
        open_practice = partial(app.open_lesson, PREFIX + concept)
        yield Entry(f"practise_{concept}", does, "", words("practise"), open_practice)


class SteadyList(CommandList):
    """The list of what fits; a click on a row that a further letter has taken away meanwhile does nothing."""

    async def _on_click(self, event: Click) -> None:
        place = event.style.meta.get("option")
        if place is not None and place >= self.option_count:
            event.prevent_default()  # Textual's own, which would look for the row


class Palette(CommandPalette):
    """Textual's, but whoever closes it twice, or before it has begun to search, does not bring the screen down."""

    def dismiss(self, result: None = None) -> AwaitComplete:
        """Close, once."""
        return super().dismiss(result) if self.app.screen is self else AwaitComplete()

    def on_mount(self) -> None:
        """A sign that fonts have, in place of Textual's magnifying glass; and a list that late clicks do not harm."""
        for icon in self.query(SearchIcon):
            icon.icon = "›"
        for listed in self.query(CommandList):
            listed.__class__ = SteadyList

    def _action_command_list(self, action: str) -> None:
        """A key that moves in the list; in a window too small for the list there is nowhere to move."""
        if any(found.scrollable_content_region for found in self.query(CommandList)):
            super()._action_command_list(action)

    @work(exclusive=True, group=CommandPalette._GATHER_COMMANDS_GROUP)
    async def _gather_commands(self, search_value: str) -> None:
        """What fits the words; nothing if the window is gone already."""
        gather: Any = inspect.unwrap(CommandPalette._gather_commands)
        with suppress(NoMatches):
            await gather(self, search_value)


class Colours(Provider):
    """The themes: those of the lab first, by what they are good for; then Textual's, by their names."""

    def _rows(self) -> Iterator[tuple[str, Any]]:
        app = cast("PanedApp", self.app)
        own = [theme.name for theme in THEMES]
        for name in (*own, *sorted(app.available_themes.keys() - own)):
            row = app.text(f"tui.theme.{name}") if name in own else name
            yield row, partial(setattr, app, "theme", name)

    async def discover(self) -> Hits:
        """All of them."""
        for row, choose in self._rows():
            yield DiscoveryHit(row, choose)

    async def search(self, query: str) -> Hits:
        """Those that fit the words typed."""
        matcher = self.matcher(query)
        for row, choose in self._rows():
            if (score := matcher.match(row)) > 0:
                yield Hit(score, matcher.highlight(row), choose)


class HvlabCommands(Provider):
    """Everything one can do without knowing its key."""

    def _rows(self) -> Iterator[tuple[str, Entry]]:
        for entry in entries(cast("HvlabApp", self.app)):
            yield (f"{entry.does}   {entry.key}" if entry.key else entry.does), entry

    async def discover(self) -> Hits:
        """What is listed before anything is typed."""
        for row, entry in self._rows():
            yield DiscoveryHit(row, entry.action)

    async def search(self, query: str) -> Hits:
        """What fits the words typed."""
        matcher = self.matcher(query)
        wanted = query.casefold().strip()
        for row, entry in self._rows():
            score = matcher.match(row)
            meant = any(word.startswith(wanted) for word in entry.words.casefold().split())
            if score > 0 or (wanted and meant):
                yield Hit(max(score, 2.0 if meant else 0.0), matcher.highlight(row), entry.action)
