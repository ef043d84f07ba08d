"""The stop errors with which a guest's kernel gives up: their numbers and names, as they stand on the screen (K)."""

from __future__ import annotations

KMODE_EXCEPTION_NOT_HANDLED = 0x1E
"""A driver has done what the processor refuses, and nobody catches that."""
MISMATCHED_HAL = 0x79
"""The system was set up for another kind of board: it wants an APIC and finds none."""
INACCESSIBLE_BOOT_DEVICE = 0x7B
"""The boot cannot read its disk."""
CRITICAL_OBJECT_TERMINATION = 0xF4
"""A process that the system cannot do without has died: its disk is gone, and with it the code it would run."""

NAMES = {
    KMODE_EXCEPTION_NOT_HANDLED: "KMODE_EXCEPTION_NOT_HANDLED",
    MISMATCHED_HAL: "MISMATCHED_HAL",
    INACCESSIBLE_BOOT_DEVICE: "INACCESSIBLE_BOOT_DEVICE",
    CRITICAL_OBJECT_TERMINATION: "CRITICAL_OBJECT_TERMINATION",
}
