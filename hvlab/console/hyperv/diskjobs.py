"""Convert-, Resize-, Optimize-, Merge-, Test- and Set-VHD: the work on virtual disks that nobody uses.

Each reads what the disk holds and writes it elsewhere, which takes simulated time and
shows how far it has come; the files change at its end, at once or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.errors import CmdletError
from hvlab.console.hyperv.disks import (
    check_size,
    disk_object,
    disk_path,
    full_path,
    new_identity,
    no_room,
    opened,
    storage,
    storage_error,
    unreadable,
)
from hvlab.console.hyperv.objects import vmms
from hvlab.console.hyperv.watching_host import HostWatch
from hvlab.console.management.hostfiles import held_by, in_use, note
from hvlab.storage import differencing, editing
from hvlab.storage.errors import BadVhd, DiskFull, StorageError
from hvlab.storage.vhd import Vhd

MODULE = "Hyper-V"
SLICES = 10
"""In how many steps a job's progress is shown."""


def _free(call: Call, path: str, *, childless: bool = False) -> Vhd:
    """A disk that may be worked on: no running machine has it open, and (if asked) no other disk stands on it."""
    disk = opened(call, path)
    if user := held_by(call, path):
        raise in_use(path, user)
    if childless and (children := editing.children_of(storage(call).files, path)):
        raise CmdletError(
            f"'{path}' is the parent of other virtual hard disks and must stay as it is. (0xC03A0014)",
            "InvalidOperation",
            "ResourceBusy",
            explain=("explain.has-children", {"path": path, "child": children[0]}),
        )
    return disk


def _work(call: Call, what: str, sectors: int, change: Callable[[], None], path: str) -> None:
    """Let the time of reading and writing so many sectors pass, then do the job. CmdletError, with nothing changed."""
    timing, watch = call.lab.platform.timing, HostWatch(call)
    length = timing.management + timing.disk_access + 2 * sectors * timing.disk_sector
    for number in range(SLICES):
        call.progress(what, path, 100 * number // SLICES)
        call.lab.advance(length * (number + 1) // SLICES - length * number // SLICES)
    call.progress(what, path, 100)
    watch.check(what, path)
    if user := held_by(call, path):
        raise in_use(path, user)
    try:
        change()
    except DiskFull as error:
        raise no_room(error, what, path) from None
    except StorageError as error:
        raise storage_error(error, path) from None
    except BadVhd as error:
        raise unreadable(path, error) from None


def _convert(call: Call) -> Iterator[object]:
    args = call.args
    path, target = full_path(call, args.Path), disk_path(call, args.DestinationPath)
    disk = _free(call, path, childless=args.DeleteSource)
    fixed = disk.kind == "Fixed" if args.VHDType is None else args.VHDType == "Fixed"
    if not call.should_process(path, "Convert-VHD"):
        return
    identifier, timestamp = new_identity(call.lab)
    files = storage(call).files

    def change() -> None:
        editing.convert(files, disk, target, fixed=fixed, identifier=identifier, timestamp=timestamp)
        if args.DeleteSource:
            files.delete(path)

    _work(call, "Convert-VHD", editing.sectors_held(disk), change, path)
    note(call, "convert", target, disk.size, path)
    if args.Passthru:
        yield disk_object(call, target)


def _resize(call: Call) -> Iterator[object]:
    args = call.args
    path = full_path(call, args.Path)
    disk = _free(call, path, childless=True)
    if args.SizeBytes < disk.size:
        raise CmdletError(
            f"Failed to resize the virtual disk.\nThe system failed to resize '{path}'. (0xC03A0026)",
            "InvalidParameter",
            "InvalidArgument",
            explain=("explain.no-shrink", {"path": path, "size": disk.size >> 20}),
        )
    if disk.kind == "Differencing":
        raise CmdletError(
            f"'{path}': a differencing virtual hard disk has the size of its parent.",
            "InvalidOperation",
            "InvalidOperation",
            explain=("explain.not-differencing", {"path": path}),
        )
    check_size(args.SizeBytes)
    if call.should_process(path, "Resize-VHD"):
        files = storage(call).files
        _work(
            call,
            "Resize-VHD",
            editing.sectors_held(disk),
            lambda: editing.rebuild(files, path, disk, args.SizeBytes),
            path,
        )
        note(call, "resize", path, args.SizeBytes)
    if args.Passthru:
        yield disk_object(call, path)


def _optimize(call: Call) -> Iterator[object]:
    files = storage(call).files
    for given in call.args.Path:
        path = full_path(call, given)
        disk = _free(call, path, childless=True)
        if disk.kind != "Dynamic":
            raise CmdletError(
                f"'{path}': only a dynamic virtual hard disk can be compacted.",
                "InvalidOperation",
                "InvalidOperation",
                explain=("explain.only-dynamic", {"path": path}),
            )
        if call.should_process(path, "Optimize-VHD"):
            change = partial(editing.rebuild, files, path, disk, disk.size)
            _work(call, "Optimize-VHD", editing.sectors_held(disk), change, path)
            note(call, "compact", path, files.open(path).size)
        if call.args.Passthru:
            yield disk_object(call, path)


def _merge(call: Call) -> Iterator[object]:
    args = call.args
    path = full_path(call, args.Path)
    disk = _free(call, path, childless=True)
    if disk.parent is None:
        raise CmdletError(
            f"'{path}': there is nothing to merge it with. (0xC03A0015)",
            "InvalidOperation",
            "InvalidOperation",
            explain=("explain.no-parent", {"path": path}),
        )
    files = storage(call).files
    parent = differencing.parent_path(files, path)
    target = full_path(call, args.DestinationPath) if args.DestinationPath else parent
    if target.casefold() != parent.casefold():
        raise CmdletError(
            f"'{path}' can be merged into its parent '{parent}' only.",
            "InvalidParameter",
            "InvalidArgument",
            explain=("explain.merge-elsewhere", {"path": path, "target": target}),
        )
    others = [child for child in editing.children_of(files, parent) if child.casefold() != path.casefold()]
    if others:
        raise CmdletError(
            f"'{parent}' is the parent of another virtual hard disk, too, and must stay as it is. (0xC03A0014)",
            "InvalidOperation",
            "ResourceBusy",
            explain=("explain.has-children", {"path": parent, "child": others[0]}),
        )
    if user := held_by(call, parent):
        raise in_use(parent, user)
    if call.should_process(path, "Merge-VHD"):
        moved = disk.allocated_blocks * disk.block_size // 512
        _work(call, "Merge-VHD", moved, lambda: editing.merge(files, path, disk), path)
        note(call, "merge", parent, files.open(parent).size, path)
        for machine in vmms(call.lab).machines.values():
            for drive in machine.drives:
                if drive.path.casefold() == path.casefold():
                    drive.path = parent
    if args.Passthru:
        yield disk_object(call, parent)


def _test(call: Call) -> Iterator[object]:
    for given in call.args.Path:
        path = full_path(call, given)
        disk: Vhd | None = opened(call, path)
        try:
            while disk is not None:
                if disk.block_size:
                    disk.verify()
                disk = disk.parent
        except BadVhd as error:
            raise unreadable(path, error) from None
        yield True


def _set(call: Call) -> Iterator[object]:
    args = call.args
    path, parent = full_path(call, args.Path), full_path(call, args.ParentPath)
    below = opened(call, parent)
    files = storage(call).files
    if user := held_by(call, path):
        raise in_use(path, user)
    try:
        link = differencing.parent_link(files.open(path))
    except StorageError as error:
        raise storage_error(error, path) from None
    except BadVhd as error:
        raise unreadable(path, error) from None
    if link is None:
        raise CmdletError(
            f"'{path}' is not a differencing virtual hard disk.",
            "InvalidOperation",
            "InvalidOperation",
            explain=("explain.no-parent", {"path": path}),
        )
    if link.identifier != below.identifier and not args.IgnoreIdMismatch:
        raise CmdletError(
            f"There exists ID mismatch between the differencing virtual hard disk and the parent disk '{parent}'. "
            "(0xC03A000E)",
            "InvalidOperation",
            "InvalidData",
            explain=("explain.id-mismatch", {"path": path, "parent": parent}),
        )
    if call.should_process(path, "Set-VHD"):
        timestamp = new_identity(call.lab)[1]
        try:
            editing.reconnect(files, path, parent, below, timestamp=timestamp)
        except StorageError as error:
            raise storage_error(error, path) from None
        note(call, "reconnect", path, files.open(path).size, parent)
    if args.Passthru:
        yield disk_object(call, path)


_ONE = Parameter("Path", position=0, mandatory=True, pipeline="both", aliases=("FullName",), completer="path")
_MANY = Parameter(
    "Path", position=0, mandatory=True, array=True, pipeline="both", aliases=("FullName",), completer="path"
)
_PASS = Parameter("Passthru", "switch")

CMDLETS = (
    Cmdlet(
        "Convert-VHD",
        MODULE,
        (
            _ONE,
            Parameter("DestinationPath", position=1, mandatory=True, completer="path"),
            Parameter("VHDType", "enum", values=("Fixed", "Dynamic")),
            Parameter("DeleteSource", "switch"),
            _PASS,
        ),
        _convert,
        supports_should_process=True,
        summary_id="help.Convert-VHD",
    ),
    Cmdlet(
        "Resize-VHD",
        MODULE,
        (_ONE, Parameter("SizeBytes", "size", position=1, mandatory=True), _PASS),
        _resize,
        supports_should_process=True,
        summary_id="help.Resize-VHD",
    ),
    Cmdlet(
        "Optimize-VHD",
        MODULE,
        (_MANY, Parameter("Mode", "enum", values=("Full", "Quick")), _PASS),
        _optimize,
        supports_should_process=True,
        summary_id="help.Optimize-VHD",
    ),
    Cmdlet(
        "Merge-VHD",
        MODULE,
        (
            _ONE,
            Parameter("DestinationPath", position=1, completer="path"),
            Parameter("Force", "switch"),
            _PASS,
        ),
        _merge,
        supports_should_process=True,
        summary_id="help.Merge-VHD",
    ),
    Cmdlet("Test-VHD", MODULE, (_MANY,), _test, read_only=True, summary_id="help.Test-VHD"),
    Cmdlet(
        "Set-VHD",
        MODULE,
        (
            _ONE,
            Parameter("ParentPath", position=1, mandatory=True, completer="path"),
            Parameter("IgnoreIdMismatch", "switch"),
            _PASS,
        ),
        _set,
        supports_should_process=True,
        summary_id="help.Set-VHD",
    ),
)
