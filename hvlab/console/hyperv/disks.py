"""New-VHD, Get-VHD, Add-VMHardDiskDrive and Get-VMHardDiskDrive."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.errors import CmdletError
from hvlab.console.hyperv.objects import VHD, VhdView, drive_object, vmms
from hvlab.console.hyperv.refusals import RefusalsTold, as_error
from hvlab.console.lab import Lab
from hvlab.console.management.hostfiles import storage as storage
from hvlab.console.runtime import Runtime
from hvlab.host.machine import Refusal
from hvlab.host.places import places
from hvlab.kernel.calendar import LAB_BEGIN, seconds
from hvlab.storage import differencing, raw, vhd
from hvlab.storage.volume import BadPath, DiskFull, FileExists, NoSuchVolume, StorageError

MODULE = "Hyper-V"


def full_path(call: Call, path: str) -> str:
    """A path as the host takes it.

    What begins with a dot or a backslash is meant from where one is. Of a name without either, the file in
    the current folder is meant if there is one; else it lies in the host's default folder.
    """
    text = path.strip().replace("/", "\\")
    if text.startswith("\\\\") and not text.startswith("\\\\."):
        raise _on_share(call, path)
    files = storage(call).files
    default = places(call.lab.world, call.lab.host).disks.rstrip("\\")
    here = call.runner.location.rstrip("\\") if isinstance(call.runner, Runtime) else default
    try:
        if text.split("\\")[0] in (".", "..") or (text.startswith("\\") and not text.startswith("\\\\")):
            return files.normalise(text, here)
        if ":" not in text and not text.startswith("\\"):
            near = files.normalise(text, here)
            return near if files.exists(near) else files.normalise(text, default)
        return files.normalise(text)
    except BadPath:
        raise CmdletError(
            f"The parameter is incorrect: '{path}' is not a valid path. (0x80070057)",
            explain=("explain.bad-path", {"path": path, "example": f"{default}\\data.vhd"}),
        ) from None


def _on_share(call: Call, path: str) -> CmdletError:
    """A file on a network share: 2008 has its machines' files on disks that the host sees as its own."""
    shares = call.lab.platform.network_shares
    return CmdletError(
        f"'{path}' is on a network share. The files of a virtual machine must be on storage of the host's own.",
        "NotSupported",
        "NotImplemented",
        explain=("explain.share-not-there" if shares else "explain.network-share", {"path": path}),
    )


def no_room(error: DiskFull, what: str, name: str) -> CmdletError:
    """What a job on something that is there says when the disk is full."""
    told = storage_error(error, name)
    told.message = f"{what} failed for '{name}': there is not enough space on the disk. (0x80070070)"
    return told


def storage_error(error: StorageError, path: str) -> CmdletError:
    """What a real host says when a file cannot be made or opened."""
    if isinstance(error, DiskFull):
        return CmdletError(
            f"Failed to create the virtual hard disk.\nThe system failed to create '{path}'.\n"
            "There is not enough space on the disk. (0x80070070)",
            "OperationFailed",
            "NotSpecified",
            explain=(
                "explain.disk-full",
                {"volume": error.volume, "needed": -(-error.needed >> 20), "free": error.free >> 20},
            ),
        )
    if isinstance(error, FileExists):
        return CmdletError(
            f"Failed to create the virtual hard disk.\nThe system failed to create '{path}'.\n"
            "The file exists. (0x80070050)",
            "OperationFailed",
            "ResourceExists",
            explain=("explain.file-exists", {"path": path}),
        )
    if isinstance(error, NoSuchVolume):
        return CmdletError(
            f"The system cannot find the drive specified: '{error.letter}'. (0x8007000F)",
            "ObjectNotFound",
            "ObjectNotFound",
            explain=("explain.no-such-volume", {"letter": error.letter}),
        )
    return CmdletError(
        f"The system cannot find the file specified: '{path}'. (0x80070002)",
        "ObjectNotFound",
        "ObjectNotFound",
        explain=("explain.no-such-file", {"path": path}),
    )


def disk_path(call: Call, path: str) -> str:
    """The full path of a virtual disk's file. CmdletError if its name ends otherwise."""
    path = full_path(call, path)
    if not path.casefold().endswith(".vhd"):
        raise CmdletError(
            f"'{path}': the file name extension of a virtual hard disk is .vhd on this platform.",
            explain=("explain.vhd-extension", {"path": path}),
        )
    return path


def create_child(call: Call, path: str, parent: str) -> str:
    """Make a differencing disk on top of a disk; returns its full path. CmdletError, with nothing left behind."""
    path, parent = disk_path(call, path), full_path(call, parent)
    below = opened(call, parent)
    files = storage(call).files
    identifier, timestamp = new_identity(call.lab)
    try:
        handle = files.create(path)
    except StorageError as error:
        raise storage_error(error, path) from None
    try:
        differencing.create_differencing(
            handle,
            below,
            path=path,
            parent_path=files.open(parent).file.path,
            parent_modified=differencing.modified_of(files, parent, below),
            identifier=identifier,
            timestamp=timestamp,
        )
    except StorageError as error:
        files.delete(path)
        raise storage_error(error, path) from None
    note_created(call.lab, path, below.size, files.open(parent).file.path)
    return path


def new_identity(lab: Lab) -> tuple[uuid.UUID, int]:
    """A new disk's identifier, and the present in seconds since 2000."""
    world = lab.world
    identifier = uuid.UUID(bytes=world.stream(f"{lab.host}/vhd").uuid_bytes())
    return identifier, LAB_BEGIN + world.now // 1_000_000_000


def note_created(lab: Lab, path: str, size: int, origin: str = "") -> None:
    """A virtual disk's file has been made; `origin` is its parent's path."""
    files = vmms(lab).storage
    lab.world.emit(
        "host.file", f"{lab.host}/root/vmms", files.name, None, None, None, "create", path, size, origin
    )
    files.files.touch(path, seconds(lab.world.now))


def check_size(size: int) -> None:
    """CmdletError if no VHD can be so large, or so small."""
    try:
        vhd.check_size(size)
    except vhd.BadSize:
        raise CmdletError(
            f"The virtual hard disk size {size} is not valid: it must be between {vhd.MINIMUM_SIZE >> 20} MB and "
            f"{vhd.MAXIMUM_SIZE >> 30} GB in whole sectors of 512 bytes.",
            explain=(
                "explain.vhd-size",
                {"minimum": vhd.MINIMUM_SIZE >> 20, "maximum": vhd.MAXIMUM_SIZE >> 30},
            ),
        ) from None


def create_disk(call: Call, path: str, size: int, *, dynamic: bool, block_size: int | None = None) -> str:
    """Make a virtual disk's file; returns its full path. CmdletError, with nothing left behind."""
    path = disk_path(call, path)
    check_size(size)
    files = storage(call).files
    try:
        handle = files.create(path)
    except StorageError as error:
        raise storage_error(error, path) from None
    identifier, timestamp = new_identity(call.lab)
    try:
        if dynamic:
            vhd.create_dynamic(
                handle,
                size,
                identifier=identifier,
                timestamp=timestamp,
                block_size=block_size or vhd.DEFAULT_BLOCK,
            )
        else:
            vhd.create_fixed(handle, size, identifier=identifier, timestamp=timestamp)
    except StorageError as error:
        files.delete(path)
        raise storage_error(error, path) from None
    note_created(call.lab, path, size)
    return path


def opened(call: Call, path: str) -> vhd.Vhd:
    """The virtual disk in a file, with its parents. CmdletError."""
    try:
        return storage(call).open(path)
    except StorageError as error:
        raise storage_error(error, path) from None
    except vhd.BadVhd as error:
        if error.reason.startswith("parent-"):
            raise _broken_chain(error, path) from None
        raise unreadable(path, error) from None


def unreadable(path: str, error: vhd.BadVhd) -> CmdletError:
    """What a real host says of a file that is no whole virtual disk; the lab adds where the damage is."""
    return CmdletError(
        f"'{path}': the file or directory is corrupted and unreadable. (0x80070570)",
        "InvalidOperation",
        "InvalidData",
        explain=(f"explain.vhd-{error.reason}", {**error.details, "path": path}),
    )


def _broken_chain(error: vhd.BadVhd, path: str) -> CmdletError:
    child = str(error.details.get("path", path))
    name = str(error.details.get("name", ""))
    if error.reason == "parent-timestamp":
        return CmdletError(
            f"The chain of virtual hard disks is corrupted: '{child}' is older than its parent's change. (0xC03A000F)",
            "InvalidOperation",
            "InvalidData",
            explain=("explain.parent-timestamp", {"path": child, "name": name}),
        )
    name = name.rpartition("\\")[2]
    return CmdletError(
        f"The chain of virtual hard disks is broken at '{child}'. (0xC03A0006)",
        "InvalidOperation",
        "InvalidData",
        explain=(f"explain.{error.reason}", {"path": child, "name": name}),
    )


def disk_object(call: Call, path: str) -> object:
    """The object for a virtual disk's file."""
    disk = opened(call, path)
    parent = differencing.parent_path(storage(call).files, path)
    attached = path.casefold() in vmms(call.lab).mounted() or any(
        machine.partition and any(drive.path.casefold() == path.casefold() for drive in machine.drives)
        for machine in vmms(call.lab).machines.values()
    )
    return VHD.of(VhdView(call.lab, path, disk, attached, parent))


def _new(call: Call) -> Iterator[object]:
    for path in call.args.Path:
        if call.should_process(path, "New-VHD"):
            if call.args.ParentPath:
                full = create_child(call, path, call.args.ParentPath)
            else:
                full = create_disk(
                    call,
                    path,
                    call.args.SizeBytes,
                    dynamic=not call.args.Fixed,
                    block_size=call.args.BlockSizeBytes,
                )
            yield disk_object(call, full)


def _get(call: Call) -> Iterator[object]:
    for path in call.args.Path:
        yield disk_object(call, full_path(call, path))


def _add(call: Call) -> Iterator[object]:
    args = call.args
    service = vmms(call.lab)
    if not call.should_process(args.VMName, "Add-VMHardDiskDrive"):
        return
    path = full_path(call, args.Path) if args.DiskNumber is None else raw.path_of(args.DiskNumber)
    controller = args.ControllerType.upper() if args.ControllerType else None
    try:
        drive = service.add_drive(
            args.VMName, path, controller, args.ControllerNumber, args.ControllerLocation
        )
    except Refusal as refusal:
        if refusal.reason == "not-a-vhd":
            opened(call, path)  # which says what is wrong with it, or with a disk that it stands on
        raise as_error(refusal) from None
    machine = service.machine(args.VMName)
    if args.Passthru:
        yield drive_object(machine, drive)


def _remove(call: Call) -> Iterator[object]:
    args = call.args
    service = vmms(call.lab)
    if not call.should_process(args.VMName, "Remove-VMHardDiskDrive"):
        return
    place = (args.ControllerType.upper(), args.ControllerNumber, args.ControllerLocation)
    with RefusalsTold():
        drive = service.remove_drive(args.VMName, *place)
    if args.Passthru:
        yield drive_object(service.machine(args.VMName), drive)


def _list(call: Call) -> Iterator[object]:
    args = call.args
    service = vmms(call.lab)
    for name in args.VMName:
        machine = service.find(name)
        if machine is None:
            call.error(as_error(Refusal("no-such-vm", name=name)))
            continue
        for drive in list(machine.drives):
            asked = (args.ControllerType, args.ControllerNumber, args.ControllerLocation)
            there = (drive.controller, drive.number, drive.location)
            if all(
                want is None or str(want).upper() == str(have)
                for want, have in zip(asked, there, strict=True)
            ):
                yield drive_object(machine, drive)


_CONTROLLER = (
    Parameter("ControllerType", "enum", position=1, values=("IDE", "SCSI")),
    Parameter("ControllerNumber", "int", position=2, minimum=0),
    Parameter("ControllerLocation", "int", position=3, minimum=0),
)

CMDLETS = (
    Cmdlet(
        "New-VHD",
        MODULE,
        (
            Parameter("Path", position=0, mandatory=True, array=True, completer="path", pipeline="both"),
            Parameter("SizeBytes", "size", position=1, mandatory=True, sets=("Dynamic", "Fixed")),
            Parameter("ParentPath", position=1, mandatory=True, sets=("Differencing",), completer="path"),
            Parameter("Differencing", "switch", sets=("Differencing",)),
            Parameter("Dynamic", "switch", sets=("Dynamic",)),
            Parameter("Fixed", "switch", sets=("Fixed",), mandatory=True),
            Parameter("BlockSizeBytes", "size", sets=("Dynamic",)),
        ),
        _new,
        supports_should_process=True,
        default_set="Dynamic",
        summary_id="help.New-VHD",
    ),
    Cmdlet(
        "Get-VHD",
        MODULE,
        (
            Parameter(
                "Path",
                position=0,
                mandatory=True,
                array=True,
                completer="path",
                pipeline="both",
                aliases=("FullName",),
            ),
        ),
        _get,
        read_only=True,
        summary_id="help.Get-VHD",
    ),
    Cmdlet(
        "Add-VMHardDiskDrive",
        MODULE,
        (
            Parameter(
                "VMName", position=0, mandatory=True, completer="vm", pipeline="both", aliases=("Name",)
            ),
            *_CONTROLLER,
            Parameter("Path", position=4, mandatory=True, completer="path", sets=("Path",)),
            Parameter(
                "DiskNumber",
                "int",
                mandatory=True,
                minimum=0,
                sets=("Disk",),
                aliases=("Number",),
                pipeline="property",
            ),
            Parameter("Passthru", "switch"),
        ),
        _add,
        default_set="Path",
        supports_should_process=True,
        summary_id="help.Add-VMHardDiskDrive",
    ),
    Cmdlet(
        "Remove-VMHardDiskDrive",
        MODULE,
        (
            Parameter("VMName", position=0, mandatory=True, completer="vm", pipeline="property"),
            Parameter(
                "ControllerType",
                "enum",
                position=1,
                mandatory=True,
                values=("IDE", "SCSI"),
                pipeline="property",
            ),
            Parameter("ControllerNumber", "int", position=2, mandatory=True, minimum=0, pipeline="property"),
            Parameter(
                "ControllerLocation", "int", position=3, mandatory=True, minimum=0, pipeline="property"
            ),
            Parameter("Passthru", "switch"),
        ),
        _remove,
        supports_should_process=True,
        summary_id="help.Remove-VMHardDiskDrive",
    ),
    Cmdlet(
        "Get-VMHardDiskDrive",
        MODULE,
        (
            Parameter(
                "VMName",
                position=0,
                mandatory=True,
                array=True,
                completer="vm",
                pipeline="both",
                aliases=("Name",),
            ),
            *_CONTROLLER,
        ),
        _list,
        read_only=True,
        summary_id="help.Get-VMHardDiskDrive",
    ),
)
