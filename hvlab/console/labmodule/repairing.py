"""Repair-LabVHD: a virtual disk's footer put back from the copy that a dynamic or differencing disk has of it."""

from __future__ import annotations

from collections.abc import Iterator

from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.errors import CmdletError
from hvlab.console.hyperv.disks import full_path, storage, storage_error, unreadable
from hvlab.console.management.hostfiles import held_by, in_use, note
from hvlab.console.objects import ObjectType
from hvlab.storage import vhd
from hvlab.storage.errors import BadVhd, StorageError

FOOTERS = ("no-footer", "footer-", "too-short")
"""What can be mended from the other footer."""
REPAIRED = ObjectType(
    "Hvlab.VhdRepair",
    {"Path": lambda row: row[0], "Repaired": lambda row: row[1], "Was": lambda row: row[2]},
    columns=("Path", "Repaired", "Was"),
)


def _repair(call: Call) -> Iterator[object]:
    for given in call.args.Path:
        path = full_path(call, given)
        try:
            handle = storage(call).files.open(path)
        except StorageError as error:
            raise storage_error(error, path) from None
        try:
            vhd.open_vhd(handle)
        except BadVhd as error:
            if error.reason.startswith("parent-"):
                yield REPAIRED.of((path, False, ""))
                continue
            if not error.reason.startswith(FOOTERS):
                raise unreadable(path, error) from None
            if user := held_by(call, path):
                raise in_use(path, user) from None
            if not call.should_process(path, "Repair-LabVHD"):
                continue
            try:
                vhd.restore_footer(handle)
            except BadVhd:
                raise CmdletError(
                    f"'{path}': the file holds no sound copy of its footer.",
                    "InvalidOperation",
                    "InvalidData",
                    explain=("explain.no-footer-copy", {"path": path}),
                ) from None
            except StorageError as full:
                raise storage_error(full, path) from None
            note(call, "repair", path, handle.size)
            yield REPAIRED.of((path, True, error.reason))
            continue
        yield REPAIRED.of((path, False, ""))


CMDLETS = (
    Cmdlet(
        "Repair-LabVHD",
        "Lab",
        (
            Parameter(
                "Path",
                position=0,
                mandatory=True,
                array=True,
                pipeline="both",
                aliases=("FullName",),
                completer="path",
            ),
        ),
        _repair,
        lab_only=True,
        supports_should_process=True,
        summary_id="help.Repair-LabVHD",
    ),
)
