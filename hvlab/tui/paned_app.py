"""The part of the app that knows panes as such: which are in sight, going to one, arranging, saving one."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual import on
from textual.app import App
from textual.driver import Driver
from textual.events import Click, MouseDown, MouseMove, MouseUp
from textual.widget import Widget

from hvlab import paths
from hvlab.tui.arranging import Arrangement
from hvlab.tui.console_pane import ConsolePane
from hvlab.tui.driving import driver_for
from hvlab.tui.keys import ScreenText
from hvlab.tui.preferences import Preferences

if TYPE_CHECKING:
    from hvlab.tui.desk import Desk


class PanedApp(App[int]):
    """Panes by name: `lesson`, `picture`, `guest`, `events`, `inspector`, `view`, `console`, `time`."""

    text: ScreenText
    preferences: Preferences
    desk: Desk | None
    stage: str

    def get_driver_class(self) -> type[Driver]:
        """In a browser one page serves for all screens."""
        return driver_for(super().get_driver_class())

    def __init__(self) -> None:
        super().__init__()
        self.arrangement = Arrangement(self)
        self._dragged = ""
        """The pane whose upper edge the mouse holds."""

    def search_themes(self) -> None:
        """Colours to choose from, in the palette's own window."""
        from hvlab.tui.commands import Colours, Palette

        self.push_screen(Palette(providers=[Colours], placeholder=self.text("tui.command.search_theme")))

    @property
    def is_covered(self) -> bool:
        """Whether a window lies over the panes, so that keys for them are not meant."""
        return len(self.screen_stack) > 1

    def close_view(self) -> None:
        """Give the picture its place back."""
        raise NotImplementedError

    def name_keys(self) -> None:
        """Which keys there are now has changed."""
        raise NotImplementedError

    def panes_in_sight(self) -> dict[str, Widget]:
        """The panes one sees now, by name; `view` is whichever view is open."""
        screen = self.screen_stack[0]
        found = {}
        for name in ("lesson", "picture", "guest", "events", "inspector", "console", "time"):
            pane = screen.query_one(f"#{name}", Widget)
            if pane.region:
                found[name] = pane
        view = self.desk.views.current if self.desk is not None else None
        if view is not None and view.region:
            found["view"] = view
        return found

    def go_to_pane(self, name: str) -> None:
        """Give a pane that is in sight the keys."""
        pane = self.panes_in_sight().get(name)
        if name == "console" or pane is None:
            self.query_one(ConsolePane).prompt.focus()
        else:
            pane.focus()

    def _marked_pane(self) -> str:
        focused = self._pane_with_keys()
        return next((name for name, pane in self.panes_in_sight().items() if pane is focused), "console")

    def action_arrange(self) -> None:
        """A letter on every pane: go there, or arrange them."""
        from hvlab.tui.panes_screen import PanesScreen

        if isinstance(self.screen, PanesScreen):
            self.screen.dismiss(None)  # the key that opened it
        elif not self.is_covered:
            self.push_screen(PanesScreen(self._marked_pane()))

    def action_zoom(self) -> None:
        """The whole screen for the pane that has the keys, and back."""
        if not self.is_covered:
            self.arrangement.zoom(self._marked_pane())

    @on(MouseDown)
    def _edge_taken(self, event: MouseDown) -> None:
        panes = {} if self.is_covered else self.panes_in_sight()
        for edge, sized in (("console", "console"), ("events", "picture"), ("inspector", "picture")):
            pane = panes.get(edge)
            if (
                pane is not None
                and pane.region.y == event.screen_y
                and event.screen_x in pane.region.column_range
            ):
                self._dragged = sized

    @on(MouseMove)
    def _edge_moved(self, event: MouseMove) -> None:
        pane = self.panes_in_sight().get(self._dragged) if self._dragged else None
        if pane is not None:
            region = pane.region
            size = region.bottom - event.screen_y if self._dragged == "console" else event.screen_y - region.y
            self.arrangement.set_size(self._dragged, size)

    @on(MouseUp)
    def _edge_left(self) -> None:
        self._dragged = ""

    @on(Click)
    def _title_clicked(self, event: Click) -> None:
        """Two clicks on a pane's title: the whole screen for it, and back."""
        if event.chain != 2 or self.is_covered:
            return
        for name, pane in self.panes_in_sight().items():
            if pane.region.y == event.screen_y and event.screen_x in pane.region.column_range:
                self.arrangement.zoom(name)
                return

    def action_save(self, kind: str, whole: bool) -> None:
        """Write the screen, or the pane that has the keys, as `svg` or `txt` into the learner's folder."""
        from hvlab.tui.capture import save

        pane = None if whole else self._pane_with_keys()
        name = pane.id if pane is not None and pane.id else "screen"
        file = save(cast("App[object]", self), pane, paths.user_data() / "pictures", name, kind)
        self.notify(self.text("tui.saved", file=str(file)))

    def _pane_with_keys(self) -> Widget | None:
        """The pane that has the keys, with its border."""
        widget = self.screen_stack[0].focused
        while isinstance(widget, Widget) and not widget.has_class("pane"):
            widget = widget.parent if isinstance(widget.parent, Widget) else None
        return widget
