"""The menu over the prompt: completions with what they are; the lab's own commands carry a mark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.message import Message
from textual.widget import Widget

from hvlab.tui.canvas import Line, fit, line
from hvlab.tui.line_pane import LinePane

ROWS = 8
LAB_MARK = "⚗"


@dataclass(frozen=True)
class Choice:
    """What may be inserted: the text, what is listed, a line on it, whether it is the lab's own, its kind."""

    text: str
    label: str
    detail: str
    start: int
    end: int
    lab: bool = False
    kind: str = "value"


class CompletionMenu(LinePane):
    """A list one walks with Tab and the arrows while typing goes on."""

    class Chosen(Message):
        """A row was clicked."""

        def __init__(self, choice: Choice) -> None:
            super().__init__()
            self.choice = choice

    def __init__(self) -> None:
        super().__init__(id="menu")
        self.choices: Sequence[Choice] = ()
        self.index = 0

    @property
    def is_open(self) -> bool:
        """Whether there is something to choose."""
        return bool(self.choices)

    @property
    def current(self) -> Choice:
        """The choice under the bar."""
        return self.choices[self.index]

    def open(self, choices: Sequence[Choice]) -> None:
        """Show these."""
        self.choices = choices
        self.index = 0
        self.display = bool(choices)
        self.draw()

    def close(self) -> None:
        """Show nothing."""
        self.open(())

    def walk(self, step: int) -> None:
        """Move the bar, round the ends."""
        self.index = (self.index + step) % len(self.choices)
        self.draw()

    @property
    def _rows(self) -> int:
        """How many choices are in sight: a row each is the output's, the count's and the prompt's."""
        room = self.parent.size.height if isinstance(self.parent, Widget) else 0
        return max(1, min(ROWS, room - 3, len(self.choices)))

    @property
    def _top(self) -> int:
        return max(0, min(self.index - self._rows // 2, len(self.choices) - self._rows))

    def draw(self) -> None:
        """Lay the rows out anew."""
        self.styles.height = self._rows + 1 if self.choices else 0
        rows: list[Line] = []
        width = self.size.width or 78
        label = max((len(choice.label) for choice in self.choices), default=0) + 1
        label = min(label, max(12, width // 2))
        for number, choice in list(enumerate(self.choices))[self._top : self._top + self._rows]:
            chosen = number == self.index
            mark = f" {LAB_MARK}" if choice.lab else "  "
            name = f"{mark} {fit(choice.label, label).ljust(label)} "
            detail = fit(choice.detail, max(0, width - len(name)))
            rows.append(line((name, "marked" if chosen else "bold"), (detail, "marked" if chosen else "dim")))
        if self.choices:
            lab = any(choice.lab for choice in self.choices)
            note = f" {self.index + 1}/{len(self.choices)}"
            if lab:
                note += f"   {LAB_MARK} {self.lab_app.text('tui.console.lab_only')}"
            rows.append(line((fit(note, width), "faint")))
        self.show(rows)

    def on_resize(self) -> None:
        """The room has changed."""
        self.draw()

    def on_click(self, event: events.Click) -> None:
        """Choose with the mouse."""
        place = self._top + event.y
        if event.y < self._rows and place < len(self.choices):
            self.post_message(self.Chosen(self.choices[place]))
