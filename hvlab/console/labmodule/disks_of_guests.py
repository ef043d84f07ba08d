"""Which of a guest's disks is meant by a controller's number and a location, and how large it is."""

from __future__ import annotations

from hvlab.console.cmdlets import Call
from hvlab.console.errors import CmdletError
from hvlab.console.hyperv.disks import storage
from hvlab.console.hyperv.objects import guest_of
from hvlab.devices.emulated import ide
from hvlab.guests.guest import GuestSystem
from hvlab.guests.system_record import SECTOR
from hvlab.host.machine import VirtualMachine
from hvlab.storage.errors import BadVhd, StorageError


def unit_of(call: Call, machine: VirtualMachine, guest: GuestSystem) -> str:
    """The disk at -ControllerType, -ControllerNumber and -ControllerLocation; CmdletError if the guest has none."""
    args = call.args
    kind = (args.ControllerType or "IDE").upper()
    number, location = args.ControllerNumber, args.ControllerLocation
    if machine.drive_at(kind, number, location) is None:
        raise CmdletError(
            f"'{machine.name}' has no disk at {kind} {number}:{location}.",
            "ObjectNotFound",
            "ObjectNotFound",
            explain=("explain.no-such-disk", {"name": machine.name}),
        )
    unit = f"{kind.lower()}:{number}:{location}"
    if unit not in guest.units and (kind != "IDE" or number != 0):
        raise CmdletError(
            f"The guest of '{machine.name}' does not see the disk at {kind} {number}:{location}: "
            "it has no driver for that controller.",
            "ObjectNotFound",
            "ObjectNotFound",
            explain=("explain.no-driver", {"name": machine.name}),
        )
    return unit


def capacity(call: Call, machine: VirtualMachine, unit: str) -> int:
    """The sectors of a guest's disk, as far as it reaches them: by port accesses the first 128 GB."""
    kind, number, location = unit.split(":")
    drive = machine.drive_at(kind.upper(), int(number), int(location))
    assert drive is not None
    guest = guest_of(call.lab, machine)
    try:
        sectors = storage(call).open(drive.path).size // SECTOR
    except (StorageError, BadVhd):  # its file is lost: the guest goes by what it was told when it booted
        return guest.units[unit][2] if guest is not None and unit in guest.units else ide.REACH
    return sectors if guest is not None and unit in guest.units else min(sectors, ide.REACH)
