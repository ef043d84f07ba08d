"""Panes arranged by hand: which are open, how large, and one alone. Sets what the style sheet leaves open.

The style sheet decides what fits the window; this changes it only where there is room
for more than one pane, and never makes a pane so small that it could not be read.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from textual.css.query import NoMatches
from textual.widget import Widget

if TYPE_CHECKING:
    from hvlab.tui.paned_app import PanedApp

STEP = {"lesson": 4, "inspector": 4, "picture": 1, "console": 1}
LEAST = {"lesson": 28, "inspector": 24, "picture": 13, "console": 5}
AREAS = ("lesson", "right", "picture", "guest", "views", "middle", "events", "inspector", "console", "split")
ALONE = {
    "lesson": {"right", "split"},
    "picture": {"lesson", "split", "views", "middle", "console"},
    "guest": {"lesson", "split", "views", "middle", "console"},
    "view": {"lesson", "split", "picture", "guest", "middle", "console"},
    "events": {"lesson", "split", "picture", "guest", "views", "inspector", "console"},
    "inspector": {"lesson", "split", "picture", "guest", "views", "events", "console"},
    "console": {"lesson", "split", "picture", "guest", "views", "middle"},
}
"""What makes way for a pane that is alone."""


class Arrangement:
    """The panes of one screen. What one does by hand is kept in the app's preferences."""

    def __init__(self, app: PanedApp) -> None:
        self.app = app
        self.alone = ""
        """The pane that has the whole screen; empty if none has."""
        self.left_out: set[str] = set()
        """Panes that the lesson does without, until they are opened by hand."""
        self._lesson_leaves_out: frozenset[str] = frozenset()

    def _area(self, name: str) -> Widget | None:
        try:
            return self.app.screen_stack[0].query_one(f"#{name}", Widget)
        except NoMatches:
            return None

    @property
    def is_roomy(self) -> bool:
        """Whether there is room for panes beside and above each other, so that their sizes are a matter of taste."""
        screen = self.app.screen_stack[0]
        return not (screen.has_class("narrow") or screen.has_class("small") or screen.has_class("low"))

    # -- applying -----------------------------------------------------------------------------------

    def apply(self) -> None:
        """Set the panes' sizes and whether they are shown."""
        wishes = self.app.preferences
        roomy = self.is_roomy
        closed = wishes.closed | self.left_out
        hidden = set(ALONE.get(self.alone, ()))
        tall = self.alone
        if roomy and not self.alone:
            hidden |= closed
            viewing = self.app.stage == "view"
            if "lesson" in closed:
                hidden.add("split")
            if "events" in closed and not self.app.screen_stack[0].has_class("inspecting"):
                hidden.add("middle")
                if not viewing:
                    tall = "console" if "picture" in closed else "picture"
        for name in AREAS:
            area = self._area(name)
            if area is None:
                continue
            if name in hidden:
                area.styles.display = "none"
            else:
                self._clear(area, "display")
            self._size(area, name, tall, roomy)

    def _clear(self, area: Widget, rule: str) -> None:
        """Leave a rule to the style sheet again."""
        if area.styles.inline.has_rule(rule):
            area.styles.inline.clear_rule(rule)
            area.refresh(layout=True)  # Textual does so when a rule is set, not when one goes

    def _size(self, area: Widget, name: str, tall: str, roomy: bool) -> None:
        if name not in STEP and name != "guest":
            return
        rule = "width" if name in ("lesson", "inspector") else "height"
        size: int | str | None = None
        if tall and name in (tall, "guest" if tall == "picture" else tall):
            size = "1fr"
            rule = "width" if name in ("lesson", "inspector") and self.alone else rule
        elif roomy and not self.alone and not self.app.screen_stack[0].has_class("closer"):
            wanted = self.app.preferences.sizes.get("picture" if name == "guest" else name)
            size = self._held(name, wanted) if wanted is not None else None
        if size is not None:
            setattr(area.styles, rule, size)
        else:
            self._clear(area, rule)

    def _held(self, name: str, wanted: int) -> int:
        """As much of what is wanted as leaves the others readable."""
        width, height = self.app.screen_stack[0].size
        if name == "guest":
            name = "picture"
        if name == "lesson":
            most = width - 70
        elif name == "inspector":
            most = width // 3
        elif name == "console":
            most = height - 2 - LEAST["picture"] - 8
        else:
            most = height - 2 - LEAST["console"] - 8
        return max(LEAST[name], min(wanted, most))

    # -- by hand ------------------------------------------------------------------------------------

    def move_edge(self, name: str, across: int, down: int) -> None:
        """Move the edge that a pane shares with its neighbour, by steps to the right or down."""
        if across:
            name, step = ("inspector", -across) if name == "inspector" else ("lesson", across)
        elif name in ("picture", "guest", "events", "inspector") and self.app.stage != "view":
            name, step = "picture", down
        else:
            name, step = "console", -down
        area = self._area(name)
        if area is not None and area.region and step:
            size = area.outer_size
            now = size.width if name in ("lesson", "inspector") else size.height
            self.set_size(name, now + step * STEP[name])

    def set_size(self, name: str, size: int) -> None:
        """Give a pane so many columns (lesson, inspector) or rows."""
        if self.is_roomy:
            self.app.preferences.sizes[name] = self._held(name, size)
            self._changed()

    def close(self, name: str) -> bool:
        """Take a pane away; False for one that stays."""
        if name == "inspector":
            self.app.screen_stack[0].remove_class("inspecting")
        elif name in ("lesson", "picture", "events") and self.is_roomy:
            self.app.preferences.closed.add(name)
        else:
            return False
        self._changed()
        return True

    def open(self, name: str) -> None:
        """Show a pane again that was closed."""
        if name in self.app.preferences.closed | self.left_out:
            self.app.preferences.closed.discard(name)
            self.left_out.discard(name)
            self._changed()

    def leave_out(self, names: Iterable[str]) -> None:
        """Do without these panes, because a lesson does; by hand they are opened all the same."""
        self._lesson_leaves_out = frozenset(names)
        self.left_out = set(self._lesson_leaves_out)
        self.apply()

    def zoom(self, name: str) -> None:
        """Give a pane the whole screen; once more: give it back."""
        self.alone = "" if self.alone == name or name not in ALONE else name
        self.apply()
        self.app.name_keys()

    def reset(self) -> None:
        """As the style sheet has it."""
        self.app.preferences.sizes.clear()
        self.app.preferences.closed.clear()
        self.left_out = set(self._lesson_leaves_out)
        self.alone = ""
        self._changed()

    def _changed(self) -> None:
        self.app.preferences.save()
        self.apply()
