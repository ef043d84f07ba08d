"""What the cmdlets on files share: paths as one types them, folders, and the errors of Windows.

The host's files are those of its volumes (hvlab.storage.volume). A folder is there when a
file lies in it or when it was made; relative paths begin at `$PWD`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from hvlab.console.cmdlets import Call
from hvlab.console.errors import CmdletError
from hvlab.console.hyperv.objects import moment, vmms
from hvlab.console.hyperv.refusals import RefusalsTold
from hvlab.console.objects import Column, ObjectType
from hvlab.console.patterns import like
from hvlab.console.runtime import Runtime
from hvlab.console.values import DateTime
from hvlab.host.disks import HostStorage
from hvlab.host.machine import OFF
from hvlab.host.server import server_of
from hvlab.kernel.calendar import LAB_BEGIN, seconds
from hvlab.storage.differencing import parent_link, parent_path
from hvlab.storage.errors import BadPath, BadVhd, DiskFull, NoSuchVolume, StorageError
from hvlab.storage.volume import HostFile, HostFiles

MANAGEMENT = "Microsoft.PowerShell.Management"
OWN = "\\\\"
"""Stands before the host's name where it might be taken for a machine's."""
SERVICES = "C:\\Windows\\System32"
"""Where a service is that runs for nobody."""
MOST_PARENTS = 1000
MOST_TEXT = 4 << 20


@dataclass(frozen=True)
class Entry:
    """A file or a folder as a listing shows it; `size` is None for a folder."""

    path: str
    size: int | None
    modified: int = 0
    """In seconds since 2000; 0: it has not been changed since the lab began."""


def name_of(entry: Entry) -> str:
    """The last name of its path."""
    return entry.path.rstrip("\\").rpartition("\\")[2] or entry.path


def _folder(entry: Entry) -> str:
    return folder_of(entry.path)


def _written(entry: Entry) -> DateTime:
    return moment(max(0, entry.modified - LAB_BEGIN) * 1_000_000_000)


def _shown_time(entry: Entry) -> str:
    """Date and time as a listing shows them, without seconds."""
    year, month, day, hour, minute, _ = _written(entry).parts()
    date, half = f"{month}/{day}/{year}", "AM" if hour < 12 else "PM"
    return f"{date:>10}  {hour % 12 or 12:>2}:{minute:02d} {half}"


ITEM = ObjectType(
    "System.IO.FileSystemInfo",
    {
        "Mode": lambda entry: "d-----" if entry.size is None else "-a----",
        "LastWriteTime": _written,
        "Length": lambda entry: entry.size,
        "Name": name_of,
        "FullName": lambda entry: entry.path,
        "DirectoryName": _folder,
        "BaseName": lambda entry: name_of(entry).rpartition(".")[0] or name_of(entry),
        "Extension": lambda entry: "." + name_of(entry).rpartition(".")[2] if "." in name_of(entry) else "",
        "PSIsContainer": lambda entry: entry.size is None,
        "Exists": lambda entry: True,
        "Directory": _folder,
    },
    columns=(
        Column("Mode", width=7),
        Column("LastWriteTime", lambda item: _shown_time(item.subject), 25, "right"),
        Column("Length", width=14, align="right"),
        Column("Name"),
    ),
    group_by=(" Directory", "Directory"),  # one place further in than other headings, as on a real system
)


def storage(call: Call) -> HostStorage:
    """The host's volumes and the disks on them."""
    with RefusalsTold():
        server_of(call.lab.world, call.lab.host).check_on()
    return call.lab.world.get(f"{call.lab.host}/root/storage", HostStorage)


def files(call: Call) -> HostFiles:
    """The host's files."""
    return storage(call).files


def location(call: Call) -> str:
    """Where one is: `$PWD`."""
    runtime = call.runner
    if not isinstance(runtime, Runtime):
        return SERVICES
    return runtime.location


def full(call: Call, path: str) -> str:
    """A path as one types it, absolute and normalised; a volume's root ends in a backslash. CmdletError."""
    text = path.strip().replace("/", "\\")
    if text in ("", "."):
        return location(call)
    here = location(call).rstrip("\\")
    if text.startswith("\\") and not text.startswith("\\\\"):
        text = here[:2] + text  # from the root of the present volume
    elif text == ".." or text.startswith("..\\"):
        text = f"{here}\\{text}"
    stripped = _folded(text).rstrip("\\")
    if len(stripped) == 2 and stripped[1] == ":":
        return _root(call, path, stripped[0].upper())
    try:
        return files(call).normalise(stripped, here)
    except BadPath as error:
        if error.reason == "volume":
            return _root(call, path, stripped[0].upper())
        raise illegal(path) from None


def _folded(text: str) -> str:
    """Without `.` and `..`; above a volume's root there is nothing, and one stays there."""
    if text[1:2] != ":":
        return text
    kept: list[str] = []
    for part in text[2:].split("\\"):
        if part == "..":
            del kept[-1:]
        elif part not in ("", "."):
            kept.append(part)
    return "\\".join([text[:2], *kept])


def _root(call: Call, path: str, letter: str) -> str:
    if all(volume.letter != letter for volume in files(call).volumes):
        raise no_drive(letter)
    return f"{letter}:\\"


def folder_of(path: str) -> str:
    """The folder that a normalised path lies in."""
    head = path.rstrip("\\").rpartition("\\")[0]
    return head + "\\" if len(head) == 2 else head


def entry_at(call: Call, path: str) -> Entry | None:
    """What lies at a normalised path."""
    if len(path) == 3:
        return Entry(path, None)
    host = files(call)
    try:
        volume = host.volume(path)
    except NoSuchVolume as error:
        raise no_drive(error.letter[0]) from None
    file = volume.files.get(path.casefold())
    if file is not None:
        return Entry(file.path, file.content.size, file.modified)
    made = volume.folders.get(path.casefold())
    if made is not None:
        return Entry(made, None)
    inside = path.casefold() + "\\"
    found = next((f.path for key, f in volume.files.items() if key.startswith(inside)), None)
    return None if found is None else Entry(found[: len(path)], None)


def within(call: Call, folder: str, deep: bool) -> list[Entry]:
    """What lies in a folder, folders first, each by name; with `deep`, all that lies below."""
    host = files(call)
    try:
        volume = host.volume(folder)
    except NoSuchVolume as error:
        raise no_drive(error.letter[0]) from None
    start = folder.rstrip("\\") + "\\"
    folders: dict[str, Entry] = {}
    found: list[Entry] = []
    paths: list[tuple[str, HostFile | None]] = [(file.path, file) for file in volume.files.values()]
    paths += [(path + "\\", None) for path in volume.folders.values()]
    for path, file in paths:
        if not path.casefold().startswith(start.casefold()):
            continue
        names = path[len(start) :].split("\\")
        for depth in range(1, len(names)):
            above = start + "\\".join(names[:depth])
            if deep or depth == 1:
                folders.setdefault(above.casefold(), Entry(above, None))
        if file is not None and (deep or len(names) == 1):
            found.append(Entry(file.path, file.content.size, file.modified))
    key = lambda entry: entry.path.casefold()  # noqa: E731
    return [
        *sorted((e for e in folders.values() if e.path + "\\" != start), key=key),
        *sorted(found, key=key),
    ]


def wild(path: str) -> bool:
    """Whether a path asks for several by wildcards."""
    return "*" in path or "?" in path


def matching(call: Call, path: str, deep: bool = False) -> list[Entry]:
    """What fits a path whose last name may hold wildcards. CmdletError if a plain path leads nowhere."""
    if not wild(path):
        whole = full(call, path)
        entry = entry_at(call, whole)
        if entry is None:
            raise missing(whole)
        return [entry]
    head, _, pattern = path.replace("/", "\\").rpartition("\\")
    folder = full(call, head + "\\" if head.endswith(":") else head or ".")
    return [entry for entry in within(call, folder, deep) if fits(entry, pattern)]


def fits(entry: Entry, pattern: str) -> bool:
    """Whether its name fits a pattern with wildcards, in any case; `*.*` is everything, as ever."""
    return pattern == "*.*" or like(name_of(entry), pattern)


def held_by(call: Call, path: str) -> str:
    """Who holds a file open, itself or as a parent of a disk: a machine, or the host; empty if nobody does."""
    host = files(call)
    for mounted in vmms(call.lab).mounted():
        if path.casefold() in (name.casefold() for name in _chain(host, mounted)):
            return OWN + call.lab.computer
    for machine in vmms(call.lab).machines.values():
        if machine.state == OFF and not machine.job:
            continue
        for drive in machine.drives:
            if path.casefold() in (name.casefold() for name in _chain(host, drive.path)):
                return machine.name
    return ""


def _chain(host: HostFiles, path: str) -> Iterator[str]:
    """A disk's file and those of its parents, as far as they are there."""
    with suppress(StorageError, BadVhd):
        for _ in range(MOST_PARENTS):
            yield path
            if parent_link(host.open(path)) is None:
                return
            path = parent_path(host, path)


def read(call: Call, path: str) -> bytes:
    """A file's bytes. CmdletError if it is not there, or no text that anybody would print."""
    entry = entry_at(call, path)
    if entry is None or entry.size is None:
        raise missing(path)
    if entry.size > MOST_TEXT:
        raise CmdletError(
            f"'{path}' has {entry.size} bytes; the lab reads files up to {MOST_TEXT >> 20} MB as text.",
            "FileTooLarge",
            "LimitsExceeded",
            explain=("explain.no-text", {"path": path}),
        )
    return files(call).open(path).read(0, entry.size)


def write(call: Call, path: str, text: str, *, append: bool) -> None:
    """Put text into a file (UTF-8), which is made if need be. CmdletError, with nothing done."""
    entry = entry_at(call, path)
    if entry is not None and entry.size is None:
        raise CmdletError(
            f"Access to the path '{path}' is denied.",
            "GetContentWriterUnauthorizedAccessError",
            "PermissionDenied",
            target=path,
            target_type="String",
            exception="UnauthorizedAccessException",
            explain=("explain.is-a-folder", {"path": path}),
        )
    if entry is not None and (user := held_by(call, path)):
        raise in_use(path, user)
    host = files(call)
    data = text.encode("utf-8")
    before = entry.size or 0 if entry is not None and append else 0
    try:
        host.volume(path).check_growth(before + len(data) - (entry.size or 0 if entry else 0))
    except DiskFull as error:
        raise full_volume(error) from None
    handle = host.create(path) if entry is None else host.open(path)
    if not append:
        handle.truncate(0)
    handle.write(before, data)
    note(call, "create" if entry is None else "write", path, handle.size)


def make_folder(call: Call, path: str) -> None:
    """Make a folder at a normalised path where there is nothing, and those above it that are missing."""
    above = folder_of(path)
    if len(above) > 3 and entry_at(call, above) is None:
        make_folder(call, above)
    files(call).volume(path).folders[path.casefold()] = path
    note(call, "folder", path, 0)


def copy(call: Call, path: str, target: str) -> None:
    """Copy a file; it may replace another that nobody uses. CmdletError, with nothing done."""
    if target.casefold() == path.casefold():
        raise CmdletError(
            f"Cannot overwrite the item {path} with itself.",
            "CopyError",
            "WriteError",
            path,
            "String",
            "IOException",
        )
    if user := held_by(call, path) or held_by(call, target):
        raise in_use(path, user)
    host = files(call)
    source = host.open(path)
    try:
        host.volume(target).check_growth(source.size)
    except DiskFull as error:
        raise full_volume(error) from None
    if entry_at(call, target) is not None:
        host.delete(target)
    copied = host.create(target).file
    copied.content, copied.modified = source.file.content.copy(), source.file.modified
    note(call, "copy", target, source.size, path)


def move(call: Call, path: str, target: str) -> None:
    """Move or rename a file. CmdletError, with nothing done."""
    if entry_at(call, target) is not None and target.casefold() != path.casefold():
        raise CmdletError(
            "Cannot create a file when that file already exists.",
            "MoveFileInfoItemIOError",
            "WriteError",
            target=path,
            target_type="String",
            exception="IOException",
            explain=("explain.file-exists", {"path": target}),
        )
    if user := held_by(call, path):
        raise in_use(path, user)
    host = files(call)
    moved = host.open(path).file
    content = moved.content
    if path[0] != target[0]:
        try:
            host.volume(target).check_growth(content.size)
        except DiskFull as error:
            raise full_volume(error) from None
    host.delete(path)
    placed = host.create(target).file
    placed.content, placed.modified = content, moved.modified
    note(call, "move", target, content.size, path)


def delete(call: Call, path: str) -> None:
    """Remove a file that nobody uses. CmdletError."""
    if user := held_by(call, path):
        raise in_use(path, user)
    host = files(call)
    size = host.open(path).size
    host.delete(path)
    note(call, "delete", path, size)


_CHANGES = ("create", "write", "convert", "resize", "compact", "merge", "reconnect")
"""What changes a file; a copy and a file that was moved keep their times."""


def note(call: Call, action: str, path: str, size: int, origin: str = "") -> None:
    """Let the trace know what was done to a file; `origin` is the file that it was made from."""
    source = f"{call.lab.host}/root/vmms"
    call.lab.world.emit("host.file", source, storage(call).name, None, None, None, action, path, size, origin)
    if action in _CHANGES:
        files(call).touch(path, seconds(call.lab.world.now))


# -- errors, as Windows words them ---------------------------------------------------------------------------


def missing(path: str) -> CmdletError:
    """There is nothing at a path."""
    return CmdletError(
        f"Cannot find path '{path}' because it does not exist.",
        "PathNotFound",
        "ObjectNotFound",
        target=path,
        target_type="String",
        exception="ItemNotFoundException",
        explain=("explain.path-missing", {"folder": folder_of(path)}),
    )


def no_drive(letter: str) -> CmdletError:
    """There is no such volume."""
    return CmdletError(
        f"Cannot find drive. A drive with the name '{letter}' does not exist.",
        "DriveNotFound",
        "ObjectNotFound",
        target=letter,
        target_type="String",
        exception="DriveNotFoundException",
        explain=("explain.no-such-volume", {"letter": f"{letter}:"}),
    )


def illegal(path: str) -> CmdletError:
    """No file can have such a path."""
    return CmdletError(
        f"The given path's format is not supported: '{path}'.",
        "ItemNotSupported",
        "InvalidArgument",
        target=path,
        target_type="String",
        exception="NotSupportedException",
        explain=("explain.illegal-path", {}),
    )


def into_itself(path: str, target: str) -> CmdletError:
    """A folder cannot be copied into itself."""
    return CmdletError(
        f"Cannot overwrite the item {path} with itself: '{target}' lies in it.",
        "CopyError",
        "WriteError",
        target=path,
        target_type="String",
        exception="IOException",
        explain=("explain.into-itself", {"path": path}),
    )


def in_use(path: str, machine: str) -> CmdletError:
    """A machine that is not off holds the file, or the host itself: its name with OWN before it."""
    by = "mounted" if machine.startswith(OWN) else "file"
    return CmdletError(
        f"The process cannot access the file '{path}' because it is being used by another process.",
        "FileInUse",
        "WriteError",
        target=path,
        target_type="String",
        exception="IOException",
        explain=(f"explain.{by}-in-use", {"path": path, "name": machine.removeprefix(OWN)}),
    )


def full_volume(error: DiskFull) -> CmdletError:
    """There is no room left."""
    return CmdletError(
        "There is not enough space on the disk.",
        "DiskFull",
        "WriteError",
        exception="IOException",
        explain=(
            "explain.disk-full",
            {"volume": error.volume, "needed": -(-error.needed >> 20), "free": error.free >> 20},
        ),
    )
