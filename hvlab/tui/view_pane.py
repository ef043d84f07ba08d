"""The base of the views: panes one at a time above the console, drawn from the world and the trace alone.

A view says what it shows as Lines (`rows`); when it does so is decided here: only
while it is in sight, and only when the world, the room, the language or the
learner's choice has changed. Then the rows that differ are painted.
"""

from __future__ import annotations

from collections.abc import Hashable
from itertools import zip_longest
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.events import MouseEvent
from textual.message import Message

from hvlab.tui.canvas import Line, beside, fit, line
from hvlab.tui.layout import VIEWS
from hvlab.tui.line_pane import ScrollPane
from hvlab.tui.redrawn import Redrawn

if TYPE_CHECKING:
    from hvlab.kernel import World
    from hvlab.kernel.trace import RawEvent
    from hvlab.session.session import Session
    from hvlab.text import Text

MOVING = (
    Binding("up", "scroll_view(-1)", "tui.keys.up"),
    Binding("down", "scroll_view(1)", "tui.keys.down"),
    Binding("pageup", "scroll_view(-8)", show=False),
    Binding("pagedown", "scroll_view(8)", show=False),
)


WIDE = 150
"""From so many columns on a view lays its parts side by side."""


class ViewPane(Redrawn, ScrollPane):
    """A view; its id names its texts."""

    BINDINGS: ClassVar[list[BindingType]] = [*MOVING]

    class Command(Message):
        """Type this into the console; `run`: and press Enter."""

        def __init__(self, text: str, *, run: bool) -> None:
            super().__init__()
            self.text = text
            self.run = run

    def __init__(self, name: str) -> None:
        super().__init__(id=name, classes="pane view")
        self.laid_out = 0
        """How often the rows were made anew; tests read it."""
        self._read = 0
        self._last: RawEvent | None = None
        self._rows_of: list[int] = []
        """For each row in sight, counted from the top: which of `rows` it is; -1 for one that only gives air."""

    # -- what a view says of itself --------------------------------------------------------------

    def rows(self, session: Session, text: Text, width: int, height: int) -> list[Line]:
        """What to show now."""
        raise NotImplementedError

    def note(self, seq: int, event: RawEvent) -> None:
        """Take notice of an event of the trace; each is told once, in its order."""

    def forget(self) -> None:
        """The trace is another one: what was noted of it does not hold."""

    def choice(self) -> Hashable:
        """What the learner has chosen here; when it changes the view is drawn anew."""
        return None

    def depends_on(self, session: Session) -> Hashable:
        """What of the world the view shows: by itself, anything that happens may change it."""
        return len(session.world.trace), self._last

    def moves_with_time(self, world: World) -> bool:
        """Whether the view changes while the clock moves and nothing happens."""
        return False

    # -- drawing ---------------------------------------------------------------------------------

    def update(self, session: Session) -> None:
        """Look at the lab, and draw if that changes anything."""
        self._session = session
        width, height = self.scrollable_content_region.size
        if not self.display or width < 1:
            return
        self._catch_up(session)
        text = self.lab_app.text
        now = session.world.now if self.moves_with_time(session.world) else 0
        done = len(session.log.entries)
        state = (self.depends_on(session), done, now, width, height, text.language, self.choice())
        if state == self._shown_for:
            return
        self._shown_for = state
        self.laid_out += 1
        self._entitle()
        self.show(self._aired(self.rows(session, text, width, height), height))

    def _aired(self, rows: list[Line], height: int) -> list[Line]:
        """An empty row before each part's heading, if there is room for all of them."""
        found, self._rows_of = aired(rows, height)
        if self.cursor_row is not None and self.cursor_row in self._rows_of:
            self.cursor_row = self._rows_of.index(self.cursor_row)
        return found

    def row_under(self, event: MouseEvent) -> int:
        """Which of `rows` the mouse is at; -1 if at none."""
        place = event.y - self.gutter.top + self.scroll_offset.y
        return self._rows_of[place] if 0 <= place < len(self._rows_of) else -1

    def _catch_up(self, session: Session) -> None:
        """Take notice of what has happened since, but not of other hosts."""
        from hvlab.session.hostview import other_hosts

        events, others = session.world.trace.events, other_hosts(session.world, session.host)
        if self._read > len(events) or (self._read and events[self._read - 1] is not self._last):
            self._read = 0
            self.forget()
        for place in range(self._read, len(events)):
            event = events[place]
            if not others or not (event[3].startswith(others) or event[4].startswith(others)):
                self.note(place + 1, event)
        self._read = len(events)
        self._last = events[-1] if events else None

    def _entitle(self) -> None:
        """The names of the views in the border, each to be clicked, this one marked; as many as there is room for."""
        text = self.lab_app.text
        words = {name: text(f"tui.pane.{name}") for name in VIEWS}
        assert self.id is not None
        first, last = names_in_sight(
            [len(name) + 2 for name in words.values()], VIEWS.index(self.id), self.size.width - 6
        )
        parts = []
        for name in VIEWS[first:last]:
            mark = "reverse" if name == self.id else "not b"
            parts.append(f"[{mark} @click=app.pane('{name}')] {words[name]} [/]")
        if first:
            parts.insert(0, f"[@click=app.pane('{VIEWS[first - 1]}')]‹[/]")
        if last < len(VIEWS):
            parts.append(f"[@click=app.pane('{VIEWS[last]}')]›[/]")
        title = "".join(parts)
        if self.border_title != title:
            self.border_title = title

    def action_scroll_view(self, step: int) -> None:
        """Up or down."""
        self.scroll_relative(y=step, animate=False)


def names_in_sight(widths: list[int], current: int, room: int) -> tuple[int, int]:
    """Which names stand in a border: the current one, and neighbours on both sides as long as there is room."""
    first, last, used = current, current + 1, widths[current]
    while True:
        grown = False
        if first and used + widths[first - 1] <= room:
            first -= 1
            used += widths[first]
            grown = True
        if last < len(widths) and used + widths[last] <= room:
            used += widths[last]
            last += 1
            grown = True
        if not grown:
            return first, last


def is_heading(row: Line) -> bool:
    """Whether a row is the head of a part."""
    return len(row) == 2 and row[0][1] == "title" and row[1][1] == "faint" and row[1][0][:1] == "─"


def aired(rows: list[Line], height: int) -> tuple[list[Line], list[int]]:
    """The rows with an empty one before each part's heading, if there is room for all of them; and which each is."""
    heads = {number for number, row in enumerate(rows) if number and is_heading(row) and rows[number - 1]}
    if len(rows) + len(heads) > height:
        return rows, list(range(len(rows)))
    found: list[Line] = []
    places: list[int] = []
    for number, row in enumerate(rows):
        if number in heads:
            found.append(())
            places.append(-1)
        found.append(row)
        places.append(number)
    return found, places


def side_by_side(left: list[Line], right: list[Line], place: int, height: int) -> list[Line]:
    """Two columns of parts, the right one beginning at a column of the pane."""
    columns = (aired(left, height)[0], aired(right, height)[0])
    return [beside(one, other, place) for one, other in zip_longest(*columns, fillvalue=())]


def heading(words: str, width: int) -> Line:
    """A section's head with a rule behind it."""
    words = fit(words, max(0, width - 2)) + " "
    return line((words, "title"), ("─" * max(0, width - len(words)), "faint"))
