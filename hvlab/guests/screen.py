"""What stands on a guest's own screen: drawn from the guest's state and nothing else.

These are the words of the simulated machine, in English as such machines speak;
no lesson text.
"""

from __future__ import annotations

from hvlab import catalog
from hvlab.guests import desk, stops
from hvlab.guests.guest import GuestSystem
from hvlab.kernel import World

COLUMNS, ROWS = 64, 16
_STEPS = ("loader", "kernel", "drivers", "services", "logon", "running")


def guest_screen(world: World, host: str, vm: str) -> list[str]:
    """The lines on the screen of a virtual machine; one line if it has no partition."""
    name = f"{host}/{vm}"
    if not world.has(name):
        return [f"The virtual machine '{vm}' is turned off."]
    return lines_of(world.get(name, GuestSystem))


def lines_of(guest: GuestSystem) -> list[str]:
    """The lines on a guest's screen in its present phase."""
    megabytes = guest.memory_pages * 4096 >> 20
    head = ["Virtual Machine BIOS", f"{megabytes} MB of memory", ""]
    if guest.phase == "firmware":
        return [*head, "Looking for a disk on the primary IDE channel ..."]
    if guest.phase == "no-boot-device":
        return [*head, "No bootable device.", "Insert a system disk and restart the machine."]
    if guest.phase == "press-key":
        return [*head, "Press any key to boot from CD or DVD ....."]
    if guest.phase in ("setup", "setup-failed") and guest.record is not None:
        done = guest.phase == "setup"
        return [
            f"Setup of {catalog.guest(guest.record.guest).name}",
            "",
            "Copying files to disk 0 ..." if done else "Setup cannot go on: the disc or the disk has failed.",
        ]
    if guest.phase == "no-operating-system":
        return [*head, "Missing operating system."]
    system = catalog.guest(guest.system)
    if guest.phase == "other-processor":
        return [*head, "The disk holds code for another kind of processor.", "The boot has been given up."]
    if guest.phase == "no-long-mode":
        return [
            "Windows Boot Manager",
            "",
            "This system needs a processor with 64 bits (long mode).",
            "The processor of this machine has 32 bits. The boot has been given up.",
        ]
    computer = guest.record.computer if guest.record else ""
    if guest.phase == "stop-error":
        name = stops.NAMES[guest.stop_code]
        return [f"*** STOP: 0x{guest.stop_code:08X}", name, "", "The system has been stopped."]
    if guest.phase == "off":
        return ["It is now safe to turn off your computer."]
    if guest.phase == "shutting-down":
        return [system.name, "", "Shutting down ..."]
    if guest.activity == "installing":
        return [
            system.name,
            "",
            "Integration Services Setup",
            "Copying drivers ... The machine restarts when this is done.",
        ]
    if guest.activity == "additions":
        return [system.name, "", "Virtual Machine Additions", "The machine restarts when this is done."]
    if guest.activity == "removing":
        return [
            system.name,
            "",
            "Integration Services Setup",
            "Removing ... The machine restarts afterwards.",
        ]
    if guest.phase == "running" and guest.desk.stage == desk.PASSWORD:
        return [system.name, "", "User name: Administrator", "Password:", "", f"Computer: {computer}"]
    if guest.phase == "running" and guest.desk.stage == desk.DESKTOP:
        return [system.name, "", "Administrator is logged on.", "", f"Computer: {computer}"]
    if guest.phase == "running":
        return [system.name, "", "", system.logon.center(COLUMNS).rstrip(), "", f"Computer: {computer}"]
    step = _STEPS.index(guest.phase) if guest.phase in _STEPS else 0
    width = 24
    filled = width * step // (len(_STEPS) - 1)
    bar = "[" + "#" * filled + "." * (width - filled) + "]"
    labels = {
        "loader": "Loading Windows files ...",
        "kernel": "Starting the kernel ...",
        "drivers": "Starting the VMBus drivers ...",
        "services": "Starting services ...",
        "logon": "Preparing the logon screen ...",
    }
    return [system.name, "", bar.center(COLUMNS).rstrip(), "", labels.get(guest.phase, "")]
