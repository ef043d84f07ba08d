"""The two bars: what time it is in the lab at the top, which keys there are at the bottom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from textual import events
from textual.binding import Binding
from textual.message import Message
from textual.widget import Widget

from hvlab.tui.canvas import Line, line
from hvlab.tui.keys import ScreenText, key_name
from hvlab.tui.line_pane import LinePane


def _length(runs: Sequence[tuple[str, str]]) -> int:
    return sum(len(text) for text, _ in runs)


class StatusBar(LinePane):
    """Name, clock, running or standing, speed, machines."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._told: tuple[Sequence[tuple[str, str]], ...] = ((), (), ())

    def on_resize(self) -> None:
        """The room has changed."""
        self.tell(*self._told)

    def tell(
        self,
        left: Sequence[tuple[str, str]],
        right: Sequence[tuple[str, str]],
        short: Sequence[tuple[str, str]] = (),
    ) -> None:
        """Show runs at the left and at the right edge; the right ones give way.

        `short`: the right ones in fewer words, where they find no room; what does not find any then is counted.
        Of the left ones the last are left out whole if there is no room for all of them.
        """
        self._told = left, right, short
        width = self.size.width
        left = list(left)
        while left and _length(left) > width:
            left.pop()
        used = _length(left)
        room = width - used - 1
        tail = list(right)
        if short and _length(tail) > room:
            tail = list(short)
        dropped = 0
        while tail and _length(tail) + (len(f" +{dropped} ") if dropped else 0) > room:
            tail.pop()
            dropped += 1
        if dropped and tail:
            tail.append((f" +{dropped} ", "dim"))
        gap = max(0, width - used - sum(len(text) for text, _ in tail))
        self.show([line(*left, (" " * gap, ""), *tail)])


def pane_keys(pane: Widget, text: ScreenText) -> list[tuple[str, str, str]]:
    """What the keys of a pane do, in a word each, for the bar: those that have a short word (`tui.short`)."""
    found = []
    for binding in type(pane).BINDINGS:
        if not isinstance(binding, Binding):
            continue
        short = f"tui.short.{binding.description.removeprefix('tui.keys.')}"
        if text.has(short):
            key = binding.key.split(",")[0]
            found.append((key_name(key, text.language), text(short), f"key('{key}')"))
    return found


class BarKey(NamedTuple):
    """A key in the bar: as it is written, what it does, the action behind it.

    `rank`: 0 stays however little room there is; of the others the highest go first, of equals the last.
    """

    key: str
    words: str
    action: str
    rank: int = 1

    @property
    def width(self) -> int:
        """Its cells, with the gap to the next one."""
        return len(self.key) + 1 + len(self.words) + 2


class KeyBar(LinePane):
    """Keys and what they do; each can be clicked."""

    class Pressed(Message):
        """A key's word was clicked."""

        def __init__(self, action: str) -> None:
            super().__init__()
            self.action = action

    def __init__(self, id: str = "keys") -> None:
        super().__init__(id=id)
        self._keys: Sequence[BarKey] = ()
        self._spans: list[tuple[int, int, str]] = []

    def set_keys(self, keys: Sequence[BarKey]) -> None:
        """The keys as they shall stand; what finds no room is left out."""
        if keys != self._keys:
            self._keys = keys
            self._lay_out()

    def _fitting(self) -> list[BarKey]:
        """Those that find room, in their order."""
        room = self.size.width + 1  # a cell before the first, and no gap after the last
        chosen = set()
        for place in sorted(range(len(self._keys)), key=lambda place: self._keys[place].rank):
            size = self._keys[place].width
            if size > room and self._keys[place].rank:
                break
            room -= size
            chosen.add(place)
        return [self._keys[place] for place in sorted(chosen)]

    def _lay_out(self) -> None:
        runs: list[tuple[str, str]] = [(" ", "")]
        self._spans = []
        x = 1
        for key in self._fitting():
            runs += [(key.key, "key"), (f" {key.words}  ", "dim")]
            self._spans.append((x, x + key.width - 2, key.action))
            x += key.width
        rows: list[Line] = [tuple(runs)]
        self.show(rows)

    def on_resize(self) -> None:
        """The room has changed."""
        self._lay_out()

    def on_click(self, event: events.Click) -> None:
        """The word that was clicked does what its key does."""
        for start, end, action in self._spans:
            if start <= event.x < end:
                self.post_message(self.Pressed(action))
                return
