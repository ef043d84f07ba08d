"""The command palette's entries: language, speeds, panes, and what the keys do."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from textual import work
from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.css.query import NoMatches

from hvlab.tui.layout import PANES, VIEWS
from hvlab.tui.pacing import SPEEDS

if TYPE_CHECKING:
    from hvlab.tui.app import HvlabApp


class Palette(CommandPalette):
    """Textual's, but whoever closes it before it has begun to search does not bring the screen down."""

    @work(exclusive=True, group=CommandPalette._GATHER_COMMANDS_GROUP)
    async def _gather_commands(self, search_value: str) -> None:
        """What fits the words; nothing if the window is gone already."""
        gather: Any = inspect.unwrap(CommandPalette._gather_commands)
        with suppress(NoMatches):
            await gather(self, search_value)


class HvlabCommands(Provider):
    """Everything one can do without knowing its key."""

    def _entries(self) -> Iterator[tuple[str, str, Any]]:
        app = cast("HvlabApp", self.app)
        text = app.text
        yield text("tui.command.language"), text("tui.command.language_help"), app.action_language
        for number, speed in enumerate(SPEEDS):
            name = text("tui.command.speed", name=text(f"tui.speed.{speed.name}"))
            yield name, text("tui.command.speed_help"), partial(app.set_speed, number)
        for pane in (*PANES[:-1], *VIEWS):
            name, detail = text(f"tui.pane.{pane}"), text("tui.keys." + pane)
            yield name, "" if detail.casefold() == name.casefold() else detail, partial(app.action_pane, pane)
        for direction, which in ((1, "play"), (-1, "play_back")):
            yield text(f"tui.keys.{which}"), "", partial(app.action_play, direction)
        for kind in ("svg", "txt"):
            for whole, which in ((False, "pane"), (True, "screen")):
                name = text(f"tui.command.save_{which}", kind=kind.upper())
                yield name, text("tui.command.save_help"), partial(app.action_save, kind, whole)
        for action in ("map", "arrange", "zoom", "time", "pause", "step", "finish", "still", "clear", "help"):
            yield text(f"tui.keys.{action}"), "", getattr(app, f"action_{action}")

    async def discover(self) -> Hits:
        """What is listed before anything is typed."""
        for name, detail, action in self._entries():
            yield DiscoveryHit(name, action, help=detail or None)

    async def search(self, query: str) -> Hits:
        """What fits the words typed."""
        matcher = self.matcher(query)
        for name, detail, action in self._entries():
            score = matcher.match(name)
            if score > 0:
                yield Hit(score, matcher.highlight(name), action, help=detail or None)
