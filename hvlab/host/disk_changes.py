"""Set-Disk and Clear-Disk: a physical disk goes offline at the host, comes back, or is wiped."""

from __future__ import annotations

from hvlab.host import mounts, physical
from hvlab.host.machine import OFF, Refusal
from hvlab.host.physical import PhysicalDisk
from hvlab.host.places import places
from hvlab.host.vmms import Vmms
from hvlab.storage.content import FileContent


def set_offline(service: Vmms, number: int, offline: bool) -> None:
    """Take a disk from the host or give it back; if a guest's files lie on it, the host gets a volume of them.

    Refusal, StorageError, with nothing changed.
    """
    disk = physical.disk_at(service.world, service.host, number)
    if offline and disk.path.casefold() in service.mounted():
        mounts.dismount(service, disk.path)
    _check_change(service, disk)
    if disk.offline == offline:
        return
    user = physical.holder(service.machines.values(), disk.path)
    if not offline and user is not None and user.state != OFF:
        raise Refusal("disk-held", number=number, name=user.name)
    if offline and disk.letter:
        _check_unused(service, disk.letter)
    disk.offline = offline
    _note(service, disk, "offline" if offline else "online")
    volumes = service.storage.files.volumes
    if disk.letter and offline:
        disk.volume = next(volume for volume in volumes if volume.letter == disk.letter)
        volumes.remove(disk.volume)
    elif disk.volume is not None:
        volumes.append(disk.volume)
        volumes.sort(key=lambda volume: volume.letter)  # where it was before
        disk.volume = None
    elif not offline and mounts.guest_entries(service.storage.open(disk.path)):
        mounts.mount(service, disk.path, read_only=False, letter=True)


def clear(service: Vmms, number: int, *, data: bool) -> None:
    """Wipe a disk: volume, partitions and data are gone, and it is raw. Refusal, with nothing changed.

    A disk that is not raw is wiped only with `data`.
    """
    disk = physical.disk_at(service.world, service.host, number)
    _check_change(service, disk)
    user = physical.holder(service.machines.values(), disk.path)
    if user is not None:
        raise Refusal("disk-held", number=number, name=user.name)
    if disk.style != physical.RAW and not data:
        raise Refusal("disk-has-data", number=number)
    if disk.letter and not disk.offline:
        _check_unused(service, disk.letter)
        files = service.storage.files
        files.volumes[:] = [volume for volume in files.volumes if volume.letter != disk.letter]
    disk.letter, disk.volume = "", None
    disk.content = FileContent(disk.size)
    _note(service, disk, "clear")


def _check_change(service: Vmms, disk: PhysicalDisk) -> None:
    if disk.letter == physical.SYSTEM_LETTER:
        raise Refusal("disk-system", number=disk.number)
    if disk.shared:
        raise Refusal("disk-shared", number=disk.number, letter=f"{disk.letter}:")
    if disk.path.casefold() in service.mounted():
        raise Refusal("disk-held", number=disk.number, name=service.host)


def _check_unused(service: Vmms, letter: str) -> None:
    """Refusal while a machine or the host itself has files on a volume, or is set to put them there."""

    def there(path: str) -> bool:
        return path[:1].upper() == letter

    for machine in service.machines.values():
        drives = [*machine.drives, *(drive for one in machine.snapshots.values() for drive in one.drives)]
        paths = [machine.folder, *(drive.path for drive in drives), *(dvd.path for dvd in machine.dvds)]
        if machine.job or any(there(path) for path in paths):
            raise Refusal("volume-in-use", letter=f"{letter}:", name=machine.name)
    own = places(service.world, service.host)
    used = [path for path in (*service.mounted(), own.disks, own.machines) if there(path)]
    if used:
        raise Refusal("volume-in-use", letter=f"{letter}:", name=used[0])


def _note(service: Vmms, disk: PhysicalDisk, action: str) -> None:
    target = service.storage.name
    service.world.emit("host.file", service.name, target, None, None, None, action, disk.path, disk.size, "")
