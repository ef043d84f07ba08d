"""Mount-VHD and Dismount-VHD: a virtual disk at the host itself."""

from __future__ import annotations

from collections.abc import Iterator

from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.hyperv.disks import disk_object, full_path, opened, storage_error
from hvlab.console.hyperv.objects import vmms
from hvlab.console.hyperv.refusals import RefusalsTold
from hvlab.console.hyperv.watching_host import HostWatch
from hvlab.console.management.hostfiles import held_by, in_use
from hvlab.host import mounts
from hvlab.storage.errors import StorageError

MODULE = "Hyper-V"


def _let_pass(call: Call, path: str) -> None:
    """The time that the host takes to find or to write what is on the disk. CmdletError if it goes down meanwhile."""
    timing, watch = call.lab.platform.timing, HostWatch(call)
    call.lab.advance(timing.management + timing.disk_access)
    watch.check(call.cmdlet.name, path)


def _mount(call: Call) -> Iterator[object]:
    args = call.args
    for given in args.Path:
        path = full_path(call, given)
        opened(call, path)
        user = held_by(call, path)
        if user and path.casefold() not in vmms(call.lab).mounted():
            raise in_use(path, user)
        if not call.should_process(path, "Mount-VHD"):
            continue
        _let_pass(call, path)
        with RefusalsTold():
            mounts.mount(vmms(call.lab), path, read_only=bool(args.ReadOnly), letter=not args.NoDriveLetter)
        if args.Passthru:
            yield disk_object(call, path)


def _dismount(call: Call) -> Iterator[object]:
    for given in call.args.Path:
        path = full_path(call, given)
        if not call.should_process(path, "Dismount-VHD"):
            continue
        if path.casefold() in vmms(call.lab).mounted():
            _let_pass(call, path)
        with RefusalsTold():
            try:
                mounts.dismount(vmms(call.lab), path)
            except StorageError as error:
                raise storage_error(error, path) from None
        if call.args.Passthru:
            yield disk_object(call, path)


_PATH = Parameter(
    "Path", position=0, mandatory=True, array=True, pipeline="both", aliases=("FullName",), completer="path"
)
_PASS = Parameter("Passthru", "switch")

CMDLETS = (
    Cmdlet(
        "Mount-VHD",
        MODULE,
        (_PATH, Parameter("ReadOnly", "switch"), Parameter("NoDriveLetter", "switch"), _PASS),
        _mount,
        supports_should_process=True,
        summary_id="help.Mount-VHD",
    ),
    Cmdlet(
        "Dismount-VHD",
        MODULE,
        (_PATH, _PASS),
        _dismount,
        supports_should_process=True,
        summary_id="help.Dismount-VHD",
    ),
)
