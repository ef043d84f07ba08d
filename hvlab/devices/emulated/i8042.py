"""The emulated keyboard controller (i8042): two ports, a line, and the scan codes that wait to be read.

A pure state machine: the worker process feeds it what a person types and the guest's port
accesses. It gives scan codes of set 1, as the controller translates them; a released key is
its code with the highest bit set, a key of the extended block comes behind a byte E0. The
guest finds it as the firmware left it: switched on, its interrupt allowed. Commands and ports
as on the IBM AT (general knowledge); the mouse behind it is not modelled.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hvlab.devices.input.keyboard import BREAK, E0

DATA, STATUS = 0x60, 0x64
PORTS = (DATA, STATUS)
IRQ = 1
OUTPUT_FULL, SYSTEM_UP = 0x01, 0x04
"""Bits of the status: a byte waits at the data port; the self-test has been passed."""
SELF_TEST, DISABLE, ENABLE = 0xAA, 0xAD, 0xAE
"""Commands that the status port takes."""
PASSED = 0x55
EXTENDED, RELEASED = 0xE0, 0x80


@dataclass
class KeyboardController:
    """`waiting`: bytes that the guest has not read yet, the next one first."""

    enabled: bool = True
    waiting: list[int] = field(default_factory=list)

    def press(self, code: int, info: int) -> bool:
        """A key goes down, or up (BREAK). Whether the controller raises its line: not while it is switched off."""
        if not self.enabled:
            return False
        if info & E0:
            self.waiting.append(EXTENDED)
        self.waiting.append(code | (RELEASED if info & BREAK else 0))
        return True

    def read(self, port: int) -> int:
        """IN: the status, or the next byte; 0 where none waits."""
        if port == STATUS:
            return SYSTEM_UP | (OUTPUT_FULL if self.waiting else 0)
        return self.waiting.pop(0) if self.waiting else 0

    def write(self, port: int, value: int) -> None:
        """OUT: a command; what it does not know, and data for the keyboard (its lights), has no effect."""
        if port != STATUS:
            return
        if value == SELF_TEST:
            self.waiting = [PASSED]
        elif value in (DISABLE, ENABLE):
            self.enabled = value == ENABLE
