"""The picture's pane: looks at the world, feeds the motion, draws, and lets one choose the machine in focus."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.events import Click
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
        Binding("f", "follow", "tui.keys.follow_work"),
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
        """The machine the learner picked, which stays; empty: the one that the work is about."""
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
        if self.chosen and self.chosen not in self.machines:
            self.action_follow()

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
    def machines(self) -> list[str]:
        """The machines of the host, as it was seen last."""
        return [machine.name for machine in self._view.machines] if self._view else []

    @property
    def focused_machine(self) -> str:
        """The machine drawn large."""
        names = self.machines
        return next(
            (name for name in (self.chosen, self.motion.focus) if name in names), next(iter(names), "")
        )

    def name_itself(self) -> None:
        """The title: its key, and which machine stays in focus because the learner chose it."""
        text = self.lab_app.text
        kept = f" · {text('tui.picture.kept', name=self.chosen)}" if self.chosen else ""
        self.border_title = f"{text.keys.of('picture')} {text('tui.pane.picture')}{kept}"

    def follow(self, machines: Sequence[str]) -> None:
        """The work is about these machines now; what the learner has chosen stays all the same."""
        before = self.focused_machine
        self.motion.follow(machines)
        if self.focused_machine != before:
            self._scene = None

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

    def _choose(self, name: str) -> None:
        """A machine that stays in focus until it is given back; empty: give it back."""
        self.chosen = name
        self._scene = None
        self.name_itself()
        self.draw()

    def action_machine(self, step: int) -> None:
        """Another machine in focus."""
        names = self.machines
        if names:
            now = self.focused_machine
            self._choose(names[(names.index(now) + step) % len(names)] if now in names else names[0])

    def action_follow(self) -> None:
        """The machine that the work is about, again."""
        self._choose("")

    def on_click(self, event: Click) -> None:
        """A click on another machine's name brings it into focus."""
        x, y = event.x - self.gutter.left, event.y - self.gutter.top
        for name in self.machines:
            places = self._scene.places.get(f"guest:{name}", ()) if self._scene is not None else ()
            if any(place.y == y and place.x <= x < place.x + place.width for place in places):
                self._choose(name)
                return

    def action_open_screen(self) -> None:
        """The guest's own screen."""
        if self.focused_machine:
            self.post_message(self.OpenScreen(self.focused_machine))
