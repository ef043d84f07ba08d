"""Virtual disks that the host itself has attached: a volume with the files of the guest's system disk on it.

What the volume shows is read from the disk when it is attached; what was changed there is written back when it is
detached, by the rules of the guest's own file system: content first, into a free place, then the directory that
names it. While a disk is attached no machine can start from it.
"""

from __future__ import annotations

import zlib

from hvlab.guests import files as guest_files
from hvlab.guests.files import CONTENT, DIRECTORY, DIRECTORY_SECTORS, FileEntry
from hvlab.host import physical
from hvlab.host.machine import Refusal
from hvlab.host.mounted import Mount, Mounts, path_of
from hvlab.host.vmms import Vmms
from hvlab.kernel import World
from hvlab.kernel.calendar import seconds
from hvlab.storage import raw, vhd
from hvlab.storage.content import FileContent
from hvlab.storage.vhd_layout import SECTOR
from hvlab.storage.volume import HostFile, StorageError, Volume

LETTERS = "MNOPRSTUVWXYZFGHIJKL"
"""Letters for attached disks, those that shared disks like to have last."""


def mounts(world: World, host: str) -> dict[str, Mount]:
    """The disks that a host has attached, by folded path; to be read only."""
    path = path_of(host)
    return world.get(path, Mounts).mounts if world.has(path) else {}


def mount(service: Vmms, path: str, *, read_only: bool, letter: bool) -> Mount:
    """Attach a disk that nobody uses. Refusal."""
    world, storage = service.world, service.storage
    known = mounts(world, service.host)
    if path.casefold() in known:
        raise Refusal("mounted-already", path=path)
    try:
        disk = storage.open(path)
    except StorageError:
        raise Refusal("no-such-file", path=path) from None
    except vhd.BadVhd:
        raise Refusal("not-a-vhd", path=path) from None
    own = physical.disks_of(world, service.host)
    number = raw.number_of(path)
    if number is None:
        number = len(own)
        while any(one.number == number for one in known.values()):
            number += 1
    entries = guest_entries(disk) if letter else None
    found = Mount(path, number, _free_letter(service) if entries is not None else "", read_only)
    if entries is not None:
        volume = Volume(found.letter, disk.size, label=path.rpartition("\\")[2])
        for entry in entries:
            name = f"{found.letter}:\\{entry.name}"
            volume.files[name.casefold()] = HostFile(name, FileContent.from_bytes(_content(disk, entry)))
        if read_only:
            volume.capacity = sum(file.content.size for file in volume.files.values())
        storage.files.volumes.append(volume)
    component = path_of(service.host)
    if not world.has(component):
        world.add(component, Mounts())
    world.get(component, Mounts).mounts[path.casefold()] = found
    _note(service, "attach", found)
    return found


def dismount(service: Vmms, path: str) -> Mount:
    """Detach a disk; what was changed on its volume is written onto it. Refusal, StorageError, with nothing done."""
    found = mounts(service.world, service.host).get(path.casefold())
    if found is None:
        raise Refusal("not-mounted", path=path)
    files = service.storage.files
    if found.letter:
        volume = files.volume(f"{found.letter}:")
        if not found.read_only:
            number = raw.number_of(path)
            bearer = (
                files.open(path).file
                if number is None
                else physical.disk_at(service.world, service.host, number)
            )
            assert bearer.content is not None
            before = bearer.content.copy()
            try:
                if _write_back(service.storage.open(path), volume) and number is None:
                    files.touch(path, seconds(service.world.now))
            except (StorageError, Refusal):
                bearer.content = before
                raise
        files.volumes.remove(volume)
    del service.world.get(path_of(service.host), Mounts).mounts[path.casefold()]
    _note(service, "detach", found)
    return found


def _free_letter(service: Vmms) -> str:
    taken = {volume.letter for volume in service.storage.files.volumes}
    return next(letter for letter in LETTERS if letter not in taken)


def guest_entries(disk: vhd.Vhd) -> list[FileEntry] | None:
    """The files on a guest's disk; None if it is no disk of a guest that has any."""
    if disk.size < (CONTENT + 1) * SECTOR or disk.read(0, 1)[510:512] != b"\x55\xaa":
        return None
    return guest_files.entries(disk.read(DIRECTORY, DIRECTORY_SECTORS))


def _content(disk: vhd.Vhd, entry: FileEntry) -> bytes:
    if not entry.length:
        return b""
    return disk.read(entry.sector, -(-entry.length // SECTOR))[: entry.length]


def _write_back(disk: vhd.Vhd, volume: Volume) -> bool:
    """Bring the volume's files onto the disk; whether there was anything to bring. Refusal, DiskFull."""
    old = guest_entries(disk) or []
    wanted = {file.path[3:]: file.content.read(0, file.content.size) for file in volume.files.values()}
    kept = [entry for entry in old if wanted.get(entry.name) == _content(disk, entry)]
    if len(kept) == len(old) == len(wanted):
        return False
    free = [slot for slot in range(guest_files.ENTRIES) if all(entry.slot != slot for entry in kept)]
    names = [entry.name for entry in kept]
    for name, data in wanted.items():
        if name in names:
            continue
        place = guest_files.free_place(kept, -(-len(data) // SECTOR))
        too_long = len(name.encode()) > guest_files.LONGEST_NAME or len(data) > guest_files.MOST_BYTES
        if too_long or "\\" in name or not free or place is None:
            raise Refusal("mount-no-room", name=name, most=guest_files.MOST_BYTES >> 10)
        if data:
            disk.write(place, data.ljust(-(-len(data) // SECTOR) * SECTOR, b"\0"))
        kept.append(FileEntry(free.pop(0), name, place, len(data), zlib.crc32(data)))
    directory = bytearray(DIRECTORY_SECTORS * SECTOR)
    for entry in kept:
        at = entry.slot * guest_files.ENTRY.size
        directory[at : at + guest_files.ENTRY.size] = guest_files.packed(entry)
    disk.write(DIRECTORY, bytes(directory))
    return True


def _note(service: Vmms, action: str, one: Mount) -> None:
    size = service.storage.open(one.path).file_size
    service.world.emit(
        "host.file", service.name, service.storage.name, None, None, None, action, one.path, size, ""
    )
