"""Which view is open: makes each when it is first wanted, and shows one at a time."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from textual.containers import Vertical

from hvlab.tui.layout import VIEWS
from hvlab.tui.view_pane import ViewPane

if TYPE_CHECKING:
    from hvlab.session.session import Session
    from hvlab.tui.app import HvlabApp


KINDS = {
    "rings": ("rings_pane", "RingsPane"),
    "processors": ("processors_pane", "ProcessorsPane"),
    "storage": ("storage_pane", "StoragePane"),
    "network": ("network_pane", "NetworkPane"),
    "manager": ("manager_pane", "ManagerPane"),
    "server": ("server_pane", "ServerPane"),
    "datacenter": ("datacenter_pane", "DatacenterPane"),
    "types": ("types_pane", "TypesPane"),
    "history": ("history_pane", "HistoryPane"),
    "guestview": ("guestview_pane", "GuestViewPane"),
    "backup": ("backup_pane", "BackupPane"),
    "ways": ("ways_pane", "WaysPane"),
    "conversion": ("conversion_pane", "ConversionPane"),
}
"""Where each view's class stands; only the one that is wanted is read."""


def make(name: str) -> ViewPane:
    """The view of that name; its module is read only now."""
    module, kind = KINDS[name]
    pane: ViewPane = getattr(import_module(f"hvlab.tui.{module}"), kind)()
    return pane


class Views:
    """The views of one lab."""

    def __init__(self, app: HvlabApp, session: Session) -> None:
        self.app = app
        self.session = session
        self.made: dict[str, ViewPane] = {}
        self.name = ""
        """The one that was opened last."""

    @property
    def is_open(self) -> bool:
        """Whether a view is in sight."""
        return self.app.stage == "view"

    @property
    def current(self) -> ViewPane | None:
        """The view in sight."""
        return self.made.get(self.name) if self.is_open else None

    def following(self) -> str:
        """Which view a key for the next one opens."""
        if not self.is_open:
            return self.name or VIEWS[0]
        return VIEWS[(VIEWS.index(self.name) + 1) % len(VIEWS)]

    def open(self, name: str, *, keys: bool = True) -> None:
        """Show a view, and give it the keys unless told not to."""
        view = self.made.get(name)
        if view is None:
            view = self.made[name] = make(name)
            self.app.query_one("#views", Vertical).mount(view)
        self.name = name
        for other in self.made.values():
            other.set_class(other is view, "open")
        self.app.show_view()
        if keys:
            view.focus()
        self.app.call_after_refresh(view.update, self.session)

    def close(self) -> None:
        """Give the picture its place back."""
        if self.is_open:
            self.app.close_view()

    def update(self) -> None:
        """Draw what has changed in the view in sight."""
        view = self.current
        if view is not None:
            view.update(self.session)

    def invalidate(self) -> None:
        """Language or colours have changed."""
        view = self.current
        if view is not None:
            view.invalidate()
