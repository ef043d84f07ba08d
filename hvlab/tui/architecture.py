"""The picture's pane: looks at the world, feeds the motion, draws, and lets one choose the machine in focus."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from hvlab.tui.canvas import fit, line
from hvlab.tui.feed import Sums
from hvlab.tui.line_pane import LinePane
from hvlab.tui.picture_motion import Motion
from hvlab.tui.picture_scene import MINIMUM_HEIGHT, MINIMUM_WIDTH, Scene, build

if TYPE_CHECKING:
    from hvlab.kernel import World
    from hvlab.session.hostview import HostView


class ArchitecturePane(LinePane, can_focus=True):
    """Hardware, hypervisor, root partition, children, and what goes on between them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,right", "machine(1)", "tui.keys.next_machine"),
        Binding("up,left", "machine(-1)", "tui.keys.previous_machine"),
        Binding("enter", "open_screen", "tui.keys.guest_screen"),
    ]

    class OpenScreen(Message):
        """The learner wants to see the machine's own screen."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self) -> None:
        super().__init__(id="picture", classes="pane")
        self.motion = Motion()
        self.chosen = ""
        """The machine the learner picked; empty: the one where something happened last."""
        self._view: HostView | None = None
        self._sums = Sums()
        self._scene: Scene | None = None
        self._caption = ""

    def update(self, world: World, host: str, sums: Sums, caption: str, *, moved: bool) -> None:
        """Take in the present state; `moved`: something has happened since the last time."""
        from hvlab.session.hostview import look  # with the lab, after the first paint

        view = look(world, host)
        if moved or view != self._view or caption != self._caption:
            self._scene = None
        self._view, self._sums, self._caption = view, sums, caption

    def draw(self) -> None:
        """Show the present frame; rows that did not change are not painted."""
        width, height = self.size
        if self._view is None or not width:
            return
        if width < MINIMUM_WIDTH or height < MINIMUM_HEIGHT:
            self.show([line((self.lab_app.text("tui.too_small_pane"), "dim"))])
            return
        caption = height > MINIMUM_HEIGHT
        if (
            self._scene is None
            or self._scene.canvas.width != width
            or self._scene.canvas.height != height - caption
        ):
            self._scene = build(
                self._view, self._sums, width, height - caption, self.focused_machine, self.lab_app.text
            )
        rows = self.motion.paint(self._scene).lines()
        if caption:
            rows.append(line((fit(" " + self._caption, width), "dim")))
        self.show(rows)

    @property
    def focused_machine(self) -> str:
        """The machine drawn large."""
        names = [machine.name for machine in self._view.machines] if self._view else []
        return self.chosen if self.chosen in names else self.motion.focus

    def invalidate(self) -> None:
        """Draw everything anew: language or theme changed, or the trace was rewound."""
        self._scene = None
        self.shown = []
        self.refresh()
        self.draw()

    def on_resize(self) -> None:
        """The room has changed."""
        self.shown = []
        self.draw()
        self.refresh()

    def action_machine(self, step: int) -> None:
        """Another machine in focus."""
        names = [machine.name for machine in self._view.machines] if self._view else []
        if names:
            now = self.focused_machine
            place = names.index(now) if now in names else 0
            self.chosen = names[(place + step) % len(names)]
            self._scene = None
            self.draw()

    def action_open_screen(self) -> None:
        """The guest's own screen."""
        if self.focused_machine:
            self.post_message(self.OpenScreen(self.focused_machine))
