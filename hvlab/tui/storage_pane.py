"""Storage: virtual disks with their parents and blocks, snapshots, open files, volumes."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING

from hvlab.tui.canvas import Line, line
from hvlab.tui.view_pane import ViewPane

if TYPE_CHECKING:
    from hvlab.kernel.trace import RawEvent
    from hvlab.session.session import Session
    from hvlab.text import Text

TOUCHING = frozenset(
    (
        "command",
        "disk.io",
        "host.file",
        "snapshot",
        "vm.state",
        "vm.drive",
        "vm.setting",
        "device.command",
        "fault",
    )
)
"""Kinds of events after which storage may look different."""


class StoragePane(ViewPane):
    """Drawn when something has happened that concerns disks."""

    def __init__(self) -> None:
        super().__init__("storage")
        self._changes = 0

    def note(self, seq: int, event: RawEvent) -> None:
        """Count what concerns disks."""
        self._changes += event[1] in TOUCHING

    def forget(self) -> None:
        """The trace is another one."""
        self._changes += 1

    def depends_on(self, session: Session) -> Hashable:
        """What concerns disks."""
        return self._changes

    def rows(self, session: Session, text: Text, width: int, height: int) -> list[Line]:
        """Disks, snapshots, open files, volumes."""
        from hvlab.session import storageview
        from hvlab.tui.storage_rows import storage_rows

        view = storageview.look(session.world, session.host)
        if view is None:
            return [line((text("tui.storage.none"), "dim"))]
        return storage_rows(view, text, width, height)
