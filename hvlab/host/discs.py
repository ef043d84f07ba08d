"""DVD drives of virtual machines and the discs in them: settings that the management service checks and keeps.

In this lab DVD drives sit on the second IDE controller, which is emulated whole;
a disc can be changed while the machine runs, a drive only while it is off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hvlab.guests import system_record
from hvlab.host.machine import OFF, RUNNING, DvdDrive, Refusal, VirtualMachine
from hvlab.host.worker import Worker
from hvlab.storage import iso
from hvlab.storage.volume import HostFiles, StorageError

if TYPE_CHECKING:
    from hvlab.host.vmms import Vmms

CONTROLLER = 1
"""The IDE controller that DVD drives sit on."""
SETUP_DISC = "C:\\Windows\\System32\\vmguest.iso"


def put_setup_disc(files: HostFiles, version: str) -> None:
    """Write the host's disc for guests that need integration services, over the one that lay there."""
    if files.exists(SETUP_DISC):
        files.delete(SETUP_DISC)
    drivers = [
        system_record.boot_set_sector(version, number)
        for number in range(iso.FILE_SECTORS * iso.SECTOR // 512)
    ]
    files.create(SETUP_DISC).write(0, iso.setup_disc(version, b"".join(drivers)))


def check_disc(service: Vmms, path: str) -> str:
    """The full path of a disc image. Refusal."""
    path = service.storage.files.normalise(path)
    try:
        service.storage.disc(path)
    except StorageError:
        raise Refusal("no-such-file", path=path) from None
    except iso.BadDisc:
        raise Refusal("not-a-disc", path=path) from None
    return path


def add(
    service: Vmms, machine: VirtualMachine, number: int | None, location: int | None, path: str = ""
) -> DvdDrive:
    """Put a drive into a machine that is off: at that place, or the first free one. Refusal."""
    if machine.state != OFF:
        raise Refusal("wrong-state", name=machine.name, state=machine.state, wanted=OFF)
    if number not in (None, CONTROLLER):
        raise Refusal("dvd-place", number=number, location=location or 0)
    if path:
        path = check_disc(service, path)
    for place in (0, 1) if location is None else (location,):
        if place in (0, 1) and not machine.taken("IDE", CONTROLLER, place):
            drive = DvdDrive(CONTROLLER, place, path)
            machine.dvds.append(drive)
            return drive
    if location not in (None, 0, 1):
        raise Refusal("no-such-place", controller="IDE", number=CONTROLLER, location=location)
    raise Refusal("place-taken", controller="IDE", number=CONTROLLER, location=location or 0)


def remove(machine: VirtualMachine, drive: DvdDrive) -> None:
    """Take a drive out of a machine that is off. Refusal."""
    if machine.state != OFF:
        raise Refusal("wrong-state", name=machine.name, state=machine.state, wanted=OFF)
    machine.dvds.remove(drive)


def insert(service: Vmms, machine: VirtualMachine, drive: DvdDrive, path: str) -> None:
    """Put a disc into a drive, or take it out (an empty path), at once if the machine runs. Refusal."""
    if machine.state not in (OFF, RUNNING):
        raise Refusal("wrong-state", name=machine.name, state=machine.state, wanted=OFF)
    drive.path = check_disc(service, path) if path else ""
    if machine.state == RUNNING:
        worker = service.world.get(f"{service.host}/root/vmwp/{machine.name}", Worker)
        sectors = service.storage.disc(drive.path).size // iso.SECTOR if path else 0
        worker.cd.insert(drive.location, sectors)
        service.world.emit(
            "vm.drive",
            service.name,
            f"{service.host}/{machine.name}",
            machine.partition,
            None,
            None,
            machine.name,
            "insert" if path else "eject",
            f"IDE {drive.number}:{drive.location}",
            drive.path,
        )
