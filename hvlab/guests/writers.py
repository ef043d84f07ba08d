"""What in a guest writes to its disks and can hold still for a backup: the writers, and the system that asks them.

Freezing goes in two steps. Each writer brings what it has to the disk and begins
nothing new; then the system holds back every write until the thaw. It holds them
for a limited time only: a guest that is not thawed thaws by itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

STABLE, FROZEN, FAILED = "Stable", "Frozen", "Failed"
HOLD = 10_000_000_000
"""How long writes are held back at most, in ns: what VSS allows between flush and release (general knowledge)."""


class Writer(Protocol):
    """An application with data that must be whole in a backup. Its state is data of the guest."""

    name: str
    state: str
    whole: bool
    """Whether all that it has is on the disk."""

    def freeze(self) -> bool:
        """Be whole on the disk and begin nothing new; False if that is not possible."""

    def thaw(self) -> None:
        """Go on."""


@dataclass
class SystemWriter:
    """A writer of the system itself: it has nothing that is not on the disk."""

    name: str
    state: str = STABLE
    whole: bool = True

    def freeze(self) -> bool:
        """At once."""
        self.state = FROZEN
        return True

    def thaw(self) -> None:
        """At once."""
        self.state = STABLE


@dataclass
class DatabaseWriter:
    """A database's part in a backup: it is whole once its page and its header are on the disk."""

    unit: str
    name: str = "Lab Database Writer"
    state: str = STABLE
    whole: bool = True

    def freeze(self) -> bool:
        """Begin nothing new; what is in memory is being written."""
        self.state, self.whole = FROZEN, False
        return True

    def thaw(self) -> None:
        """Transactions go on."""
        self.state, self.whole = STABLE, True


@dataclass
class Writers:
    """A guest's writers, and whether its writes are held back."""

    writers: list[Writer] = field(default_factory=list)
    frozen: bool = False
    since: int = 0
    """When they were frozen last, in ns."""

    @property
    def whole(self) -> bool:
        """Whether all that the writers have is on the disk."""
        return all(writer.whole for writer in self.writers)

    @property
    def failed(self) -> bool:
        """Whether a writer cannot vouch for its data."""
        return any(writer.state == FAILED for writer in self.writers)

    def database(self, unit: str) -> DatabaseWriter | None:
        """The writer of the database on that disk."""
        found = (one for one in self.writers if isinstance(one, DatabaseWriter) and one.unit == unit)
        return next(found, None)

    def freeze(self, now: int) -> bool:
        """Freeze them all, or none: if one cannot, the others go on."""
        for writer in self.writers:
            if not writer.freeze():
                failed = writer
                self.thaw()
                failed.state = FAILED
                return False
        self.frozen, self.since = True, now
        return True

    def thaw(self) -> None:
        """All go on."""
        for writer in self.writers:
            writer.thaw()
        self.frozen = False

    def too_long(self) -> None:
        """The backup took too long: all go on, and none can vouch for it."""
        self.thaw()
        for writer in self.writers:
            writer.state = FAILED
