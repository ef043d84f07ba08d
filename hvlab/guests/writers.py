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

    def freeze(self) -> bool:
        """Be whole on the disk and begin nothing new; False if that is not possible."""

    def thaw(self) -> None:
        """Go on."""


@dataclass
class SystemWriter:
    """A writer of the system itself: it has nothing that is not on the disk."""

    name: str
    state: str = STABLE

    def freeze(self) -> bool:
        """At once."""
        self.state = FROZEN
        return True

    def thaw(self) -> None:
        """At once."""
        self.state = STABLE


@dataclass
class Writers:
    """A guest's writers, and whether its writes are held back."""

    writers: list[Writer] = field(default_factory=list)
    frozen: bool = False
    since: int = 0
    """When they were frozen last, in ns."""

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
