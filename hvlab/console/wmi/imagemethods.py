"""Msvm_ImageManagementService and the moving of machines: what the cmdlets do, asked for by WMI.

Each method hands its arguments to the cmdlet that does the same work, so both ways are one; the work has ended when
the method returns (0), in the simulated time that it takes. What the cmdlet refuses becomes a return code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from hvlab.console.cmdlets import Args, Call, Cmdlet, CmdletTable
from hvlab.console.errors import CmdletError
from hvlab.console.hyperv import diskjobs, disks, mounting, moving
from hvlab.console.hyperv.objects import vmms
from hvlab.console.objects import custom_object
from hvlab.console.wmi.model import Instance
from hvlab.console.wmi.parts import BadArgument
from hvlab.storage import differencing
from hvlab.storage.errors import BadVhd, StorageError

Values = dict[str, object]
FAILED, NOT_SUPPORTED, BAD_PARAMETER, IN_USE, NO_FILE = 32768, 32770, 32773, 32774, 32779
_CODES = {
    "InvalidArgument": BAD_PARAMETER,
    "ObjectNotFound": NO_FILE,
    "ResourceBusy": IN_USE,
}
FLOPPY = 1_474_560
"""Bytes of a floppy disk of 1.44 MB."""
KINDS = {2: "Fixed", 3: "Dynamic"}
_BY_NAME: dict[str, Cmdlet] = {
    one.name: one for one in (*disks.CMDLETS, *diskjobs.CMDLETS, *mounting.CMDLETS, *moving.CMDLETS)
}


class _Silent:
    """Nobody is there to be told or asked: a method has its return code only."""

    host: _Silent

    def __init__(self) -> None:
        self.host = self

    @property
    def table(self) -> CmdletTable:
        raise NotImplementedError

    def progress(self, activity: str, status: str = "", percent: int | None = None) -> None: ...

    def report(self, call: Call, error: CmdletError) -> None:
        raise error

    def warning(self, call: Call, text: str) -> None: ...

    def verbose(self, call: Call, text: str) -> None: ...

    def should_process(self, call: Call, target: str, action: str, high_impact: bool) -> bool:
        return True


def do(one: Instance, name: str, **arguments: object) -> int:
    """Run a cmdlet with these arguments; the return code."""
    cmdlet = _BY_NAME[name]
    bound = {key.lower(): value for key, value in arguments.items()}
    call = Call(cmdlet, name, Args(bound, cmdlet.defaults), one.lab, _Silent())  # type: ignore[arg-type]
    run: Callable[[Call], Iterable[object] | None] | None = cmdlet.run
    assert run is not None
    try:
        for _ in run(call) or ():
            pass
    except CmdletError as error:
        if error.error_id.startswith("FileInUse"):
            return IN_USE
        return _CODES.get(error.category, FAILED)
    return 0


def _path(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise BadArgument
    return value


def _whole(value: object) -> int:
    try:
        return int(str(value))
    except ValueError:
        raise BadArgument from None


def _code(code: int) -> Values:
    return {"ReturnValue": code, "Job": None}


def create_child(one: Instance, given: Values) -> Values:
    """A differencing disk on top of ParentPath."""
    return _code(
        do(
            one,
            "New-VHD",
            Path=[_path(given["Path"])],
            ParentPath=_path(given["ParentPath"]),
            Differencing=True,
        )
    )


def create_floppy(one: Instance, given: Values) -> Values:
    """An empty floppy disk's image of 1.44 MB."""
    path, files = _path(given["Path"]), vmms(one.lab).storage.files
    if not path.casefold().endswith(".vfd"):
        raise BadArgument
    try:
        files.volume(files.normalise(path)).check_growth(FLOPPY)
        files.create(path).truncate(FLOPPY)
    except StorageError:
        return _code(FAILED)
    disks.note_created(one.lab, path, FLOPPY)
    return _code(0)


def convert(one: Instance, given: Values) -> Values:
    """A copy of another type (2 fixed, 3 dynamic) at DestinationPath."""
    kind = KINDS.get(_whole(given["Type"]))
    if kind is None:
        raise BadArgument
    source, target = _path(given["SourcePath"]), _path(given["DestinationPath"])
    return _code(do(one, "Convert-VHD", Path=source, DestinationPath=target, VHDType=kind))


def expand(one: Instance, given: Values) -> Values:
    """Make a disk larger."""
    return _code(do(one, "Resize-VHD", Path=_path(given["Path"]), SizeBytes=_whole(given["MaxInternalSize"])))


def compact(one: Instance, given: Values) -> Values:
    """Give back the blocks of a dynamic disk that hold zeros only."""
    return _code(do(one, "Optimize-VHD", Path=[_path(given["Path"])]))


def merge(one: Instance, given: Values) -> Values:
    """Write a child into its parent, which DestinationPath names."""
    target = given["DestinationPath"]
    return _code(
        do(
            one,
            "Merge-VHD",
            Path=_path(given["SourcePath"]),
            DestinationPath=_path(target) if target else None,
        )
    )


def mount(one: Instance, given: Values) -> Values:
    """Attach a disk at the host."""
    return _code(do(one, "Mount-VHD", Path=[_path(given["Path"])]))


def unmount(one: Instance, given: Values) -> Values:
    """Detach it."""
    return _code(do(one, "Dismount-VHD", Path=[_path(given["Path"])]))


def reconnect(one: Instance, given: Values) -> Values:
    """Make a child name its parent's new place; with Force also another parent."""
    return _code(
        do(
            one,
            "Set-VHD",
            Path=_path(given["ChildPath"]),
            ParentPath=_path(given["ParentPath"]),
            IgnoreIdMismatch=bool(given["Force"]),
        )
    )


def validate(one: Instance, given: Values) -> Values:
    """Look whether a disk and all it stands on are whole."""
    return _code(do(one, "Test-VHD", Path=[_path(given["Path"])]))


def info(one: Instance, given: Values) -> Values:
    """Kind, sizes and parent of a virtual disk."""
    service, path = vmms(one.lab), _path(given["Path"])
    files = service.storage.files
    try:
        disk = service.storage.open(path)
        parent = differencing.parent_path(files, path)
        size = files.open(path).size
    except StorageError:
        return {"ReturnValue": NO_FILE, "Info": None}
    except BadVhd:
        raise BadArgument from None
    numbers = {"Fixed": 2, "Dynamic": 3, "Differencing": 4}
    about = {
        "Type": numbers[disk.kind],
        "FileSize": size,
        "MaxInternalSize": disk.size,
        "ParentPath": parent,
        "InUse": path.casefold() in service.mounted(),
    }
    return {"ReturnValue": 0, "Info": custom_object(about)}


def export(one: Instance, name: str, given: Values) -> Values:
    """A machine with its disks into ExportDirectory; an export of the settings alone is not modelled."""
    if given["CopyVmState"] is False:
        return _code(NOT_SUPPORTED)
    return _code(do(one, "Export-VM", Name=[name], Path=_path(given["ExportDirectory"])))


def import_system(one: Instance, given: Values) -> Values:
    """A machine from the folder that an export made, with a new identifier if GenerateNewID."""
    folder, fresh = _path(given["ImportDirectory"]), bool(given["GenerateNewID"])
    return _code(do(one, "Import-VM", Path=folder, GenerateNewId=fresh))
