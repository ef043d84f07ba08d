"""Alt+J: every pane wears a letter. A letter goes there; arrows, z and x arrange the pane that is marked."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Static

from hvlab.tui.canvas import line
from hvlab.tui.line_pane import LinePane
from hvlab.tui.window import Window

if TYPE_CHECKING:
    from hvlab.tui.app import HvlabApp

LETTERS = {
    "lesson": "l",
    "picture": "p",
    "guest": "g",
    "view": "v",
    "events": "e",
    "inspector": "i",
    "console": "c",
    "time": "t",
}


class PanesScreen(Window[None]):
    """A transparent window over the panes. It takes all keys until a letter or Esc."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "edge(-1, 0)", show=False),
        Binding("right", "edge(1, 0)", show=False),
        Binding("up", "edge(0, -1)", show=False),
        Binding("down", "edge(0, 1)", show=False),
        Binding("tab", "mark(1)", show=False),
        Binding("shift+tab", "mark(-1)", show=False),
        Binding("z", "zoom", show=False),
        Binding("x", "close_pane", show=False),
        Binding("0", "as_usual", show=False),
        Binding("enter", "go", show=False),
        Binding("escape,alt+j", "dismiss", show=False),
    ]

    def __init__(self, marked: str) -> None:
        super().__init__()
        self.marked = marked
        self._places: dict[str, tuple[int, int]] = {}

    @property
    def lab_app(self) -> HvlabApp:
        """The app, by its own type."""
        return cast("HvlabApp", self.app)

    def compose(self) -> ComposeResult:
        """A badge a pane, and a line that says what one can do."""
        for name, letter in LETTERS.items():
            yield Static(f" {letter} ", id=f"badge-{name}", classes="badge", markup=False)
        yield LinePane(id="panes-keys")

    def on_mount(self) -> None:
        """Place the badges."""
        self._place()

    def on_resize(self) -> None:
        """The room has changed."""
        self._place()

    def panes(self) -> dict[str, Widget]:
        """The panes in sight, by name."""
        return self.lab_app.panes_in_sight()

    def _place(self) -> None:
        panes = self.panes()
        if self.marked not in panes:
            self.marked = "console" if "console" in panes else next(iter(panes), "")
        self._places = {}
        for name in LETTERS:
            badge = self.query_one(f"#badge-{name}", Static)
            pane = panes.get(name)
            badge.display = pane is not None
            if pane is not None:
                region = pane.region
                x, y = max(0, region.right - 5), region.y
                badge.styles.offset = (x, y)
                self._places[name] = (x, y)
                badge.set_class(name == self.marked, "marked")
        # Where there is room for one pane only, no edge can be moved, and none be closed.
        roomy = self.lab_app.arrangement.is_roomy
        words = self.lab_app.text("tui.panes_keys" if roomy else "tui.panes_keys_narrow")
        self.query_one("#panes-keys", LinePane).show([line((f" {words}", "key"))])

    def _again(self) -> None:
        self.call_after_refresh(self._place)

    def on_key(self, event: events.Key) -> None:
        """A letter goes to its pane."""
        for name in self.panes():
            if event.key == LETTERS.get(name):
                event.stop()
                self._leave_for(name)
                return

    def _leave_for(self, name: str) -> None:
        self.dismiss()
        self.lab_app.go_to_pane(name)

    def on_click(self, event: events.Click) -> None:
        """A badge is a letter; anywhere else ends this."""
        for name, (x, y) in self._places.items():
            if event.screen_y == y and x <= event.screen_x < x + 3:
                self._leave_for(name)
                return
        self.dismiss()

    def action_mark(self, step: int) -> None:
        """Another pane."""
        names = [name for name in LETTERS if name in self.panes()]
        if names:
            self.marked = (
                names[(names.index(self.marked) + step) % len(names)] if self.marked in names else names[0]
            )
            self._place()

    def action_edge(self, across: int, down: int) -> None:
        """Its edge moves."""
        self.lab_app.arrangement.move_edge(self.marked, across, down)
        self._again()

    def action_zoom(self) -> None:
        """The whole screen for it, and back."""
        self.lab_app.arrangement.zoom(self.marked)
        self._again()

    def action_close_pane(self) -> None:
        """Take it away."""
        if self.marked == "view":
            self.lab_app.close_view()
        elif self.marked == "time":
            self.lab_app.screen_stack[0].remove_class("timed")
        else:
            self.lab_app.arrangement.close(self.marked)
        self._again()

    def action_as_usual(self) -> None:
        """Everything as it comes."""
        self.lab_app.arrangement.reset()
        self._again()

    def action_go(self) -> None:
        """Give the marked pane the keys."""
        self._leave_for(self.marked)
