"""The guest's driver for DVD drives: command packets through the secondary IDE channel's ports."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from hvlab.devices.emulated import atapi
from hvlab.storage import iso

if TYPE_CHECKING:
    from hvlab.guests.guest import GuestSystem
    from hvlab.guests.threads import Op

PACKET_GPA = 0x9000
"""Where the driver lays a packet down before it writes it to the data port."""


def read(unit: int, lba: int, sectors: int, gpa: int) -> list[Op]:
    """Read sectors of a disc to memory. The thread has `failed` afterwards if that could not be done."""
    command = atapi.packet(atapi.READ_10, lba, sectors)
    program: list[Op] = [*_command(unit, command)]
    for number in range(sectors):
        place = gpa + number * atapi.SECTOR
        program += [
            ("string", False, atapi.DATA, atapi.SECTOR // 2, place),
            ("line",),
            ("in", atapi.COMMAND),
            ("disc_status",),
        ]
    return [("disc_begin",), *program, ("disc_end",)]


def settle(unit: int) -> list[Op]:
    """TEST UNIT READY: a drive whose disc was changed says so once, to the next command."""
    return [("disc_begin",), *_command(unit, atapi.packet(atapi.TEST_UNIT_READY)), ("disc_end",)]


def _command(unit: int, command: bytes) -> list[Op]:
    return [
        ("out", atapi.DRIVE, 0xA0 | unit << 4),
        ("in", atapi.COMMAND),
        ("disc_there",),
        ("out", atapi.ERROR, 0),
        ("out", atapi.BYTES_LOW, atapi.SECTOR & 0xFF),
        ("out", atapi.BYTES_HIGH, atapi.SECTOR >> 8),
        ("out", atapi.COMMAND, atapi.PACKET),
        ("lay", PACKET_GPA, command),
        ("string", True, atapi.DATA, atapi.PACKET_SIZE // 2, PACKET_GPA),
        ("line",),
        ("in", atapi.COMMAND),
        ("disc_status",),
    ]


def begin(guest: GuestSystem) -> int:
    """Have the controllers for oneself: one request at a time."""
    thread = guest.current
    if guest.line_user:
        thread.program.insert(0, ("disc_begin",))
        thread.waits = "controller"
        return 0
    guest.line_user = thread.number
    guest.line_raised = False
    thread.failed = False
    return 0


def _give_up(guest: GuestSystem) -> None:
    thread = guest.current
    thread.failed = True
    while thread.program and thread.program[0][0] != "disc_end":
        thread.program.pop(0)


def there(guest: GuestSystem) -> int:
    """Nobody answers where there is no drive."""
    if guest.current.value & 0xFF in (0, 0xFF):
        _give_up(guest)
    return 0


def status(guest: GuestSystem) -> int:
    """Look at the status just read."""
    if guest.current.value & atapi.FAILED:
        _give_up(guest)
    return 0


def end(guest: GuestSystem) -> int:
    """Others may use the controllers."""
    guest.line_user = 0
    guest.unblock("controller")
    return 0


def version(guest: GuestSystem, gpa: int, wanted: str) -> int:
    """Set-up looks whether the disc that it has read is the one that it is to install from."""
    if iso.setup_version(guest.read(gpa, iso.SECTOR)) != wanted:
        guest.current.failed = True
    return 0


OPERATIONS: dict[str, Callable[..., int]] = {
    "disc_begin": begin,
    "disc_there": there,
    "disc_status": status,
    "disc_end": end,
    "disc_version": version,
}
