"""What a person at the guest's own keyboard, mouse and screen has done: keys, pointer, and how far the logon is."""

from __future__ import annotations

from dataclasses import dataclass, field

BREAK, E0 = 2, 4
CONTROL, ALT, DELETE, ENTER, ESCAPE = (0x1D, 0), (0x38, 0), (0x53, E0), (0x1C, 0), (0x01, 0)
LOCKED, PASSWORD, DESKTOP = "locked", "password", "desktop"


@dataclass
class Desk:
    """The pointer's place runs from 0 to 32767 from edge to edge."""

    stage: str = LOCKED
    held: list[tuple[int, int]] = field(default_factory=list)
    """Keys that are down: make code of set 1, and the E0 bit."""
    keys: int = 0
    """How many key events have come."""
    x: int = 0
    y: int = 0
    buttons: int = 0

    def key(self, code: int, info: int) -> bool:
        """A key went down or up; whether the screen shows something else now."""
        self.keys += 1
        key = (code, info & E0)
        if info & BREAK:
            self.held = [other for other in self.held if other != key]
            return False
        if key not in self.held:
            self.held.append(key)
        before = self.stage
        if {CONTROL, ALT, DELETE} <= set(self.held) and self.stage == LOCKED:
            self.stage = PASSWORD
        elif key == ENTER and self.stage == PASSWORD:
            self.stage = DESKTOP
        elif key == ESCAPE and self.stage == PASSWORD:
            self.stage = LOCKED
        return self.stage != before
