"""The event list: what happened, newest at the bottom, as a story or event by event."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from hvlab.tui.canvas import Line
from hvlab.tui.line_pane import ScrollPane

if TYPE_CHECKING:
    from hvlab.kernel.trace import Trace, TraceEvent
    from hvlab.session.story import Row, Story
    from hvlab.text import Text

LATER: Line = (("", "later"),)
"""Stands for a line whose words have not been made yet."""
LAYERS = ("console", "root", "hypervisor", "vmbus", "device", "guest")


class EventList(ScrollPane):
    """Rows of the story; the one under the bar fills the inspector."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "tui.keys.up"),
        Binding("down,j", "move(1)", "tui.keys.down"),
        Binding("pageup", "move(-10)", show=False),
        Binding("pagedown", "move(10)", show=False),
        Binding("home", "move(-1000000)", show=False),
        Binding("end,f", "follow", "tui.keys.follow"),
        Binding("enter,right", "unfold", "tui.keys.unfold"),
        Binding("s", "depth", "tui.keys.depth"),
        Binding("1", "layer('console')", "tui.keys.layers", key_display="1-6"),
        *(Binding(str(n), f"layer('{name}')", show=False) for n, name in enumerate(LAYERS, 1) if n > 1),
        Binding("slash", "filter", "tui.keys.filter", key_display="/"),
        Binding("b", "bytes", "tui.keys.bytes"),
        Binding("w", "why", "tui.keys.why"),
    ]

    class Selected(Message):
        """The bar stands on another event."""

        def __init__(self, seq: int) -> None:
            super().__init__()
            self.seq = seq

    class Wants(Message):
        """Look closer: `bytes` or `why`, and once more not; `firmly`: this, whatever was looked at."""

        def __init__(self, what: str, *, firmly: bool = False) -> None:
            super().__init__()
            self.what = what
            self.firmly = firmly

    def __init__(self) -> None:
        super().__init__(id="events", classes="pane")
        self.story: Story | None = None
        self.follow = True
        self.caption = ""
        """The newest sentence of the story: the picture's caption."""
        self.hidden: frozenset[str] = frozenset()
        self.needle = ""
        self._typing = False
        self.deep = False
        """Whether the depth is that of bytes: every event a row, and beside it its bytes."""
        self._changed: int | None = None
        """The first row of the story that is not shown as it is now; None: all are."""
        self._trace: Trace
        self._text: Text | None = None
        self._lines: list[Line] = []
        """LATER for rows that nobody has looked at yet: a sentence costs time, and there may be many thousands."""
        self._at: list[tuple[int, int]] = []
        """For each line: (row of the story, seq)."""
        self._starts: list[int] = []
        """For each row of the story: its first line."""

    # -- content ------------------------------------------------------------------------------------

    def attach(self, trace: Trace, text: Text, prologue: int = 0) -> None:
        """Show this trace, from its beginning, in this language; up to `prologue` it was prepared for the learner."""
        from hvlab.session.story import Story  # with the lab, after the first paint

        every = self.story is not None and self.story.every
        self._trace, self._text = trace, text
        self.story = Story(prologue)
        self.story.every = every
        self._changed = None
        self._forget(0)
        self.cursor_row = None
        self.show([])

    def note_command(self) -> None:
        """A command begins: the newest rows are what one wants to see."""
        self.follow = True
        self.cursor_row = None

    def take(self, new: Sequence[TraceEvent]) -> None:
        """Put new events into their rows; `draw` shows them."""
        if self.story is not None and new:
            first = self.story.add(new)
            self._changed = first if self._changed is None else min(first, self._changed)

    def draw(self) -> None:
        """Show what was taken in since the last time."""
        if self._changed is not None:
            self._render_from(self._changed)

    def _forget(self, row: int) -> None:
        keep = self._starts[row] if row < len(self._starts) else len(self._lines)
        del self._starts[row:], self._lines[keep:], self._at[keep:]

    def _render_from(self, row: int) -> None:
        self._changed = None
        if self._text is None or self.story is None:
            return
        row = min(row, len(self._starts))
        self._forget(row)
        keep = len(self._lines)
        for number in range(row, len(self.story.rows)):
            self._starts.append(len(self._lines))
            self._row(number, self.story.rows[number], self._text)
        self._tell_caption(row)
        self._title()
        height = self.size.height
        self._say(len(self._lines) - height if self.follow else self.scroll_offset.y, height)
        self.show(list(self._lines), keep)

    def _row(self, number: int, row: Row, text: Text) -> None:
        assert self.story is not None
        if row.group and not row.count:
            return  # a run whose counted events have not come yet
        if row.layer in self.hidden:
            return
        if self.needle and self.needle not in self.story.searched(row, self.story.sentence(row, text)):
            return
        if row.unfolded:
            for seq, line in self._laid_out(row, text):
                self._lines.append(line)
                self._at.append((number, seq))
        else:
            self._lines.append(LATER)
            self._at.append((number, row.seqs[0]))

    def _laid_out(self, row: Row, text: Text) -> Iterator[tuple[int, Line]]:
        from hvlab.tui.story_lines import story_lines

        assert self.story is not None
        width = max(20, self.scrollable_content_region.width)
        return story_lines(row, self.story.sentence(row, text), self._trace, text, width)

    def _say(self, first: int, count: int) -> None:
        """Lay out these lines, if that was put off."""
        if self.story is None or self._text is None:
            return
        for place in range(max(0, first), min(first + count, len(self._lines))):
            if self._lines[place] is LATER:
                row = self.story.rows[self._at[place][0]]
                self._lines[place] = next(self._laid_out(row, self._text))[1]

    def _tell_caption(self, first: int) -> None:
        """The newest sentence of the story that can stand below the picture, if one came with these rows."""
        assert self.story is not None and self._text is not None
        for number in range(len(self.story.rows) - 1, first - 1, -1):
            row = self.story.rows[number]
            if self.story.is_caption(row):
                self.caption = self.story.sentence(row, self._text)
                return

    def render_lines(self, crop: Region) -> list[Strip]:
        """Rows that come into sight get their words now."""
        first, count = self.scroll_offset.y, self.size.height
        self._say(first, count)
        self.shown[first : first + count] = self._lines[first : first + count]
        return super().render_lines(crop)

    def lines(self) -> list[Line]:
        """Every line of the list, whether one sees it or not."""
        self._say(0, len(self._lines))
        return list(self._lines)

    @property
    def depth(self) -> str:
        """How closely one looks: `story`, `all` events, or their `bytes`."""
        every = self.story is not None and self.story.every
        return "bytes" if every and self.deep else "all" if every else "story"

    def _title(self) -> None:
        text = self.lab_app.text
        parts = [
            f"{text.keys.of('events')} {text('tui.pane.events')}",
            text(f"tui.depth.{self.depth}"),
        ]
        if self.hidden:
            parts.append("−" + " −".join(text(f"tui.layer.{name}") for name in LAYERS if name in self.hidden))
        if self.needle or self._typing:
            parts.append(f"/{self.needle}{'▏' if self._typing else ''}")
        if (self.needle or self.hidden) and not self._lines and self.story is not None and self.story.rows:
            parts.append(text("tui.events.nothing_fits"))
        if not self.follow:
            parts.append(text("tui.events.not_following"))
        title = " · ".join(parts)
        if self.border_title != title:
            self.border_title = title

    def retell(self, text: Text) -> None:
        """The same rows in another language."""
        self._text = text
        self.redraw()

    def redraw(self) -> None:
        """Lay all rows out anew."""
        self._forget(0)
        self._render_from(0)

    def on_resize(self) -> None:
        """The room has changed; the row under the bar stays in sight."""
        self.redraw()
        if self.cursor_row is not None:
            self._bring_into_sight(self.cursor_row)

    # -- the bar ------------------------------------------------------------------------------------

    def _select(self, place: int) -> None:
        if not self._at:
            return
        before = self.cursor_row
        self.cursor_row = max(0, min(place, len(self._at) - 1))
        self.follow = False
        self._title()
        self._bring_into_sight(self.cursor_row)
        if before != self.cursor_row:
            self.refresh()
        self.post_message(self.Selected(self._at[self.cursor_row][1]))

    def _bring_into_sight(self, row: int) -> None:
        top, height = self.scroll_offset.y, self.size.height
        if row < top:
            self.scroll_to(y=row, animate=False, immediate=True)
        elif row >= top + height:
            self.scroll_to(y=row - height + 1, animate=False, immediate=True)

    def select_event(self, seq: int) -> None:
        """Put the bar on the row that holds an event, and unfold the row if the event lies inside it."""
        for number, row in enumerate(self.story.rows if self.story is not None else ()):
            if seq in row.seqs:
                if row.seqs[0] != seq and not row.unfolded:
                    row.unfolded = True
                    self._render_from(number)
                if not self._find(seq):
                    self.hidden, self.needle = frozenset(), ""
                    self.redraw()
                    self._find(seq)
                return

    def _find(self, seq: int) -> bool:
        """Put the bar on the line of an event, if it is not filtered away."""
        places = [place for place, (_, at) in enumerate(self._at) if at == seq]
        if places:
            self._select(places[-1])
        return bool(places)

    def action_move(self, step: int) -> None:
        """Up or down."""
        place = len(self._at) if self.cursor_row is None else self.cursor_row
        self._select(place + step)

    def action_follow(self) -> None:
        """Back to the newest."""
        self.follow = True
        self.cursor_row = None
        self._title()
        self.show(list(self._lines))
        self.refresh()

    def action_unfold(self) -> None:
        """Show or hide the events inside a row."""
        if self.story is None or self.cursor_row is None or self.cursor_row >= len(self._at):
            return
        number, _ = self._at[self.cursor_row]
        row = self.story.rows[number]
        if len(row.seqs) > 1:
            row.unfolded = not row.unfolded
            self._render_from(number)
            self._select(self._starts[number])

    def action_depth(self) -> None:
        """The next of three depths: the story, every event a row, every event with its bytes."""
        if self.story is None:
            return
        if self.story.every and not self.deep:
            self.deep = True
            self._title()
            self._choose()
            self.post_message(self.Wants("bytes", firmly=True))
            return
        if self.deep:
            self.deep = False
            self.post_message(self.Wants("meaning", firmly=True))
        chosen = self._chosen()
        self.story.every = not self.story.every
        self.story.clear()
        self.story.add(self._trace)
        self._redraw_around(chosen)

    def _chosen(self) -> int | None:
        """The number of the event under the bar."""
        row = self.cursor_row
        return self._at[row][1] if row is not None and row < len(self._at) else None

    def _redraw_around(self, chosen: int | None) -> None:
        """Lay all rows out anew, and put the bar on that event again: on the row it is in, or the nearest before."""
        self.cursor_row = None
        self.redraw()
        if chosen is None or not self._at or self.story is None:
            return
        number = next((n for n, row in enumerate(self.story.rows) if chosen in row.seqs), None)
        if number is not None and number in {at for at, _ in self._at} and not self._find(chosen):
            self.story.rows[number].unfolded = True
            self._render_from(number)
        if not self._find(chosen):
            before = [place for place, (_, seq) in enumerate(self._at) if seq <= chosen]
            self._select(max(before, key=lambda place: self._at[place][1]) if before else 0)

    def _choose(self) -> None:
        """The newest event, where none was chosen."""
        if self.cursor_row is None and self._at:
            self._select(len(self._at) - 1)

    def action_layer(self, name: str) -> None:
        """Hide a layer or show it again."""
        chosen = self._chosen()
        self.hidden ^= {name}
        self._redraw_around(chosen)

    def action_filter(self) -> None:
        """Type words that rows must hold."""
        self._typing = True
        self.needle = ""
        self._title()
        self.lab_app.name_keys()

    @property
    def is_typing(self) -> bool:
        """Whether keys are letters of a filter now."""
        return self._typing

    def action_bytes(self) -> None:
        """The bytes of the event under the bar."""
        self._choose()
        self.post_message(self.Wants("bytes"))

    def action_why(self) -> None:
        """What led to the event under the bar."""
        self._choose()
        self.post_message(self.Wants("why"))

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Whether letters are meant for the list: while a filter is typed."""
        return self._typing

    def on_key(self, event: events.Key) -> None:
        """While a filter is typed, keys are letters; Esc takes a filter away before it leads back to the prompt."""
        if not self._typing:
            if event.key == "escape" and self.needle:
                event.stop()
                event.prevent_default()
                self.needle = ""
                self.redraw()
            return
        if event.key in ("enter", "escape"):
            self._typing = False
            if event.key == "escape":
                self.needle = ""
            self.lab_app.name_keys()
        elif event.key == "backspace":
            self.needle = self.needle[:-1]
        elif event.is_printable and event.character:
            self.needle += event.character.lower()
        else:
            return
        event.stop()
        event.prevent_default()
        self.cursor_row = None
        self.redraw()

    def on_click(self, event: events.Click) -> None:
        """Choose with the mouse; a second click unfolds."""
        place = event.y - self.gutter.top + self.scroll_offset.y
        if 0 <= place < len(self._at):
            again = place == self.cursor_row
            self._select(place)
            if again:
                self.action_unfold()
