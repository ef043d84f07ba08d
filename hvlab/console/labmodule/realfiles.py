"""Export-LabFile and Import-LabFile: files between the simulated host and the learner's own machine."""

from __future__ import annotations

from collections.abc import Iterator

from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.errors import CmdletError
from hvlab.console.hyperv.disks import full_path, storage, storage_error
from hvlab.console.hyperv.watching_host import HostWatch
from hvlab.console.management.hostfiles import ITEM, entry_at, note
from hvlab.storage.content import FileContent
from hvlab.storage.errors import FileExists, StorageError

MODULE = "Lab"
SECTOR = 512


def _export(call: Call) -> None:
    path = full_path(call, call.args.Path)
    try:
        handle = storage(call).files.open(path)
    except StorageError as error:
        raise storage_error(error, path) from None
    target = call.args.Destination
    if not call.should_process(target, "Export-LabFile"):
        return
    try:
        call.lab.export(target, handle.file.content.pieces(), handle.size)
    except OSError as error:
        raise CmdletError(
            f"The real file '{target}' cannot be written: {error.strerror}.",
            "WriteError",
            "WriteError",
            explain=("explain.file-not-written", {"path": target}),
        ) from None
    call.lab.world.emit(
        "host.file",
        f"{call.lab.host}/root/vmms",
        storage(call).name,
        None,
        None,
        None,
        "export",
        path,
        handle.size,
        path,
    )


def _import(call: Call) -> Iterator[object]:
    real, path = call.args.Path, full_path(call, call.args.Destination)
    files = storage(call).files
    if not call.should_process(path, "Import-LabFile"):
        return
    try:
        if files.exists(path):
            raise FileExists(path)
        brought = call.lab.bring(real)
        if brought is None:
            raise CmdletError(
                "No real file can be brought in here.",
                "NotSupported",
                "NotImplemented",
                explain=("explain.import-not-here", {}),
            )
        files.volume(path).check_growth(brought.size)
        watch = HostWatch(call)
        call.lab.advance(brought.size // SECTOR * call.lab.platform.timing.disk_sector)
        watch.check("Import-LabFile", path)
        files.volume(path).check_growth(brought.size)
        handle = files.create(path)
        handle.file.content = FileContent(brought.size, None, brought.source)
    except OSError as error:
        raise CmdletError(
            f"The real file '{real}' cannot be read: {error.strerror}.",
            "ReadError",
            "ReadError",
            explain=("explain.file-not-read", {"path": real}),
        ) from None
    except StorageError as error:
        raise storage_error(error, path) from None
    note(call, "import", path, brought.size)
    entry = entry_at(call, path)
    if entry is not None:
        yield ITEM.of(entry)


CMDLETS = (
    Cmdlet(
        "Import-LabFile",
        MODULE,
        (
            Parameter("Path", position=0, mandatory=True),
            Parameter("Destination", position=1, mandatory=True, completer="path"),
        ),
        _import,
        lab_only=True,
        supports_should_process=True,
        summary_id="help.Import-LabFile",
    ),
    Cmdlet(
        "Export-LabFile",
        MODULE,
        (
            Parameter("Path", position=0, mandatory=True, completer="path", pipeline="property"),
            Parameter("Destination", position=1, mandatory=True),
        ),
        _export,
        lab_only=True,
        supports_should_process=True,
        summary_id="help.Export-LabFile",
    ),
)
