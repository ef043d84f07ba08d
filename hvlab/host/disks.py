"""The host's volumes and what reads and writes virtual disks on them, one access after the other.

A request names a file and sectors. It waits for the physical disk, takes the
time that the platform's timing says, then happens, and the component that asked
is told. The virtual disk's format is handled by `storage`; its file is the truth.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol, cast

from hvlab.host import physical
from hvlab.host.faults import BAD_SECTOR, Fault, FaultBoard, board
from hvlab.host.outcome import files_outcome
from hvlab.kernel import Component, derived, handler, neighbour
from hvlab.kernel.calendar import seconds
from hvlab.storage import differencing, iso, raw, vhd
from hvlab.storage.content import CHUNK
from hvlab.storage.spill import Spilled
from hvlab.storage.vhd_layout import SECTOR
from hvlab.storage.volume import DiskFull, FileHandle, HostFile, HostFiles, StorageError, Volume


class DiskUser(Protocol):
    """Whoever asked for sectors."""

    def disk_done(self, token: object, status: str, data: bytes) -> None:
        """The request has ended: status ok, range, medium (a bad sector) or error."""


class Management(Protocol):
    """What the storage tells the management service."""

    def out_of_space(self, user: str) -> None:
        """A request cannot be carried out until its volume has room again; it is kept."""


class DiskRequest(NamedTuple):
    """Sectors to read (`data` is empty) or write; `token` is the user's own."""

    user: str
    token: tuple[str | int, ...]
    path: str
    lba: int
    sectors: int
    data: bytes


class _Opened(NamedTuple):
    """A disk that was opened, and how to tell that opening it again would find the same structures.

    Chunks of a file never change, they are replaced: while the very chunks are there that hold its footer and its
    header, and its length is the same, so is all that is read from it when it is opened.
    """

    disk: vhd.Vhd
    place: int
    volume: Volume
    key: str
    file: HostFile
    size: int
    first: bytes | Spilled | None
    last: bytes | Spilled
    last_number: int


class HostStorage(Component):
    """The volumes of one host."""

    STATE = ("files", "busy_until", "head", "under_way", "stalled")

    def __init__(self, host: str, files: HostFiles, access: int, per_sector: int) -> None:
        self.host = host
        self.files = files
        self.access = access
        self.per_sector = per_sector
        self.busy_until = 0
        self.head = ("", 0)
        """Where the last request ended: what follows on there needs no seek."""
        self.under_way: dict[str, int] = {}
        """How many requests of each user are on their way."""
        self.stalled: list[DiskRequest] = []
        """Requests that wait for room on their volume."""

    def outcome(self) -> list[object]:
        """The volumes with their files."""
        return files_outcome(self.files)

    @neighbour
    def faults(self) -> FaultBoard:
        """What is made to fail on the host."""
        return board(self.world, self.host)

    @derived
    def _opened(self) -> dict[str, _Opened]:
        """Disks without parents that were opened before, by the path that was asked for."""
        return {}

    def open(self, path: str) -> vhd.Vhd:
        """The virtual disk in a file, with its parents if it has any, or a physical one. StorageError, BadVhd."""
        found = self.known(path)
        if found is not None:
            return found
        if path.startswith(raw.PREFIX):
            return physical.open_disk(self.world, self.host, path)
        handle = self.files.open(path)
        try:
            disk = vhd.open_vhd(handle)
        except vhd.BadVhd as error:
            if error.reason != "parent-missing":
                raise
            return differencing.open_chain(self.files, path)
        self._remember(path, disk, handle)
        return disk

    def known(self, path: str) -> vhd.Vhd | None:
        """The disk in a file if it was opened before and would be found as it was then."""
        known = self._opened.get(path)
        if known is not None:
            disk, place, volume, key, file, size, first, last, number = known
            content, volumes = file.content, self.files.volumes
            chunks = content.chunks
            if (
                place < len(volumes)
                and volumes[place] is volume
                and volume.files.get(key) is file
                and content.size == size
                and content.source is None
                and chunks.get(0) is first
                and chunks.get(number) is last
            ):
                return disk
            del self._opened[path]
        return None

    def _remember(self, path: str, disk: vhd.Vhd, handle: FileHandle) -> None:
        """A disk was opened whose footer lies in its file's last chunk and whose header, if any, in its first."""
        volume, file, content = handle.volume, handle.file, handle.file.content
        number, begin = divmod(content.size - vhd.FOOTER_SIZE, CHUNK)
        last = content.chunks.get(number)
        if begin + vhd.FOOTER_SIZE > CHUNK or last is None or not disk.header_end <= CHUNK:
            return
        volumes = self.files.volumes
        place = next(place for place, each in enumerate(volumes) if each is volume)
        self._opened[path] = _Opened(
            disk, place, volume, file.path.casefold(), file, content.size, content.chunks.get(0), last, number
        )

    def chain(self, path: str) -> list[str]:
        """A disk's file and those of its parents, as far as they are there."""
        found: list[str] = []
        while path and path not in found:
            found.append(path)
            try:
                path = differencing.parent_path(self.files, path)
            except (StorageError, vhd.BadVhd):
                break
        return found

    def disc(self, path: str) -> iso.Disc:
        """The disc image in a file. Raises StorageError or iso.BadDisc."""
        return iso.Disc(self.files.open(path))

    def submit(self, request: DiskRequest) -> None:
        """Queue a request for the physical disk."""
        user, _, path, lba, sectors, _ = request
        self.under_way[user] = self.under_way.get(user, 0) + 1
        now = self.world.now
        done = self.when(path, lba, sectors, now)
        self.moved_on(path, lba + sectors, done)
        self.world.schedule(done - now, self.index, HostStorage.on_done.id, request)

    def when(self, path: str, lba: int, sectors: int, now: int) -> int:
        """When the physical disk has done a request that reaches it at that time."""
        begin = now if now > self.busy_until else self.busy_until
        if self.head != (path, lba):
            begin += self.access
        return begin + self.per_sector * sectors

    def pace(self, path: str, lba: int, sectors: int, now: int) -> int:
        """How long requests take of which the first follows on the last, as each does on that before; 0: it does not.

        `now` is when the first reaches the physical disk, which has nothing to do then.
        """
        if self.head != (path, lba) or self.busy_until > now:
            return 0
        return self.per_sector * sectors

    def moved_on(self, path: str, lba: int, done: int) -> None:
        """A request takes the physical disk until then, and leaves it at that sector."""
        self.head, self.busy_until = (path, lba), done

    @handler
    def on_done(self, request: DiskRequest) -> int | None:
        """The physical disk has come to this request."""
        left = self.under_way.pop(request.user, 1) - 1
        if left:
            self.under_way[request.user] = left
        status, data, grew = self._perform(request)
        world = self.world
        operation = "write" if request.data else "read"
        seq = world.emit(
            "disk.io",
            request.user,
            self.name,
            None,
            None,
            None,
            operation,
            request.path,
            request.lba,
            request.sectors,
            status,
            grew,
        )
        if status == "full":
            self.stalled.append(request)
            fault = self.faults.full_volume(request.path)
            if fault is not None:
                self.faults.struck(fault)
            management = cast(Management, world.get(f"{self.host}/root/vmms", Component))
            world.because(seq, management.out_of_space, request.user)
        elif world.has(request.user):
            user = cast(DiskUser, world.get(request.user, Component))
            world.cause = seq
            user.disk_done(request.token, status, data)
        return None

    def retry(self, user: str) -> None:
        """Ask the disk again for what a user still waits for."""
        for request in [request for request in self.stalled if request.user == user]:
            self.stalled.remove(request)
            self.submit(request)

    def forget(self, user: str) -> None:
        """A user is gone: nothing is kept for it."""
        self.stalled = [request for request in self.stalled if request.user != user]

    def _perform(self, request: DiskRequest) -> tuple[str, bytes, int]:
        _, _, path, lba, sectors, data = request
        try:
            if path.casefold().endswith(".iso"):
                return "ok", self.disc(path).read(lba, sectors), 0
            disk = self.open(path)
            if (lba + sectors) * SECTOR > disk.size:
                return "range", b"", 0
            damage = self._damage(request, disk)
            if damage is not None:
                self.faults.struck(damage)
                return "medium", b"", 0
            if not data:
                return "ok", disk.read(lba, sectors), 0
            store = disk.store
            before = store.size
            disk.write(lba, data)
            store.touch(seconds(self.world.now))
            return "ok", b"", store.size - before if disk.block_size else 0
        except DiskFull:
            return "full", b"", 0
        except (StorageError, vhd.BadVhd, iso.BadDisc):
            return "error", b"", 0

    def _damage(self, request: DiskRequest, disk: vhd.Vhd) -> Fault | None:
        """The damage that a request meets: a write in the disk's own file, a read in the file that holds the sector."""
        faults = self.faults
        if not any(fault.kind == BAD_SECTOR for fault in faults.faults.values()):
            return None
        if request.data or disk.parent is None:
            return faults.bad_sector(request.path, request.lba, request.sectors)
        wanted = list(range(request.lba, request.lba + request.sectors))
        level: vhd.Vhd | None = disk
        for path in self.chain(request.path):
            if level is None:
                break
            lowest = level.parent is None
            here = [lba for lba in wanted if lowest or level.sector_is_present(lba)]
            found = next((hit for lba in here if (hit := faults.bad_sector(path, lba, 1)) is not None), None)
            if found is not None:
                return found
            held = frozenset(here)
            wanted, level = [lba for lba in wanted if lba not in held], level.parent
        return None
