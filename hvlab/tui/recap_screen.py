"""The recap for who comes back: half a screen over the page of the lesson that is open. A letter closes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from hvlab import paths
from hvlab.tui.canvas import Line, line
from hvlab.tui.console_pane import ConsolePane
from hvlab.tui.line_pane import ScrollPane
from hvlab.tui.markdown import lay_out
from hvlab.tui.window import Window

if TYPE_CHECKING:
    from hvlab.course.recap import Recap
    from hvlab.tui.app import HvlabApp


class RecapBox(ScrollPane):
    """Its text."""


class RecapScreen(Window[str]):
    """Ends with `DO` for the one thing to do, with the letter that was typed, or with an empty text."""

    DO = "do"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "do", show=False),
        Binding("escape,space,backspace", "leave", show=False),
    ]

    def __init__(self, recap: Recap) -> None:
        super().__init__()
        self._recap = recap

    def compose(self) -> ComposeResult:
        """One box."""
        yield RecapBox(id="recap-box")

    def on_mount(self) -> None:
        """Fill it."""
        self._draw()
        self.query_one(RecapBox).focus()

    def on_resize(self) -> None:
        """The room has changed."""
        self._draw()

    def _draw(self) -> None:
        text = cast("HvlabApp", self.app).text
        width = min(78, self.size.width - 4)
        rows: list[Line] = [
            ((" ", ""), *row) for row in lay_out(text.keys.keyed(self._recap.page), width - 6).lines
        ]
        box = self.query_one(RecapBox)
        box.border_title = text("tui.recap.title")
        rows += [(), line((f" {text('tui.recap.keys')}", "dim"))]
        box.styles.width, box.styles.height = width, min(len(rows) + 2, self.size.height - 2)
        box.show(rows)

    def action_do(self) -> None:
        """Do the one thing."""
        self.dismiss(self.DO)

    def action_leave(self) -> None:
        """On to the page."""
        self.dismiss("")

    def on_key(self, event: events.Key) -> None:
        """A letter is the beginning of a command."""
        if event.is_printable and event.character and event.key != "space":
            event.stop()
            event.prevent_default()
            self.dismiss(event.character)

    def on_click(self) -> None:
        """A click goes on."""
        self.dismiss("")


def open_recap(app: HvlabApp) -> None:
    """Show what there is to tell, and do what the learner wants then."""
    from hvlab.course import recap

    course = app.course
    if course is None or app.is_covered or app.screen.has_class("small"):  # as on the way through a tour
        return
    told = recap.of(paths.user_data(), app.text, course)
    course.returning = None

    def done(typed: str | None) -> None:
        if typed == RecapScreen.DO:
            if told.wants != course.here:
                app.open_lesson(told.wants)
        elif typed:
            app.query_one(ConsolePane).prompt.insert_text_at_cursor(typed)

    app.push_screen(RecapScreen(told), done)
