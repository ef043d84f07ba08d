"""Files and folders of the host as items: list, test, make, copy, move, rename, remove; where one is."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from copy import copy
from dataclasses import replace

from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.convert import to_text
from hvlab.console.errors import CmdletError
from hvlab.console.management import hostfiles as host
from hvlab.console.management import shares
from hvlab.console.management.hostfiles import ITEM, MANAGEMENT, Entry
from hvlab.console.management.shares import Share
from hvlab.console.objects import custom_object
from hvlab.console.runtime import HOME, Runtime

_PATH = Parameter(
    "Path", position=0, pipeline="both", aliases=("FullName", "PSPath"), array=True, completer="path"
)
_MUST = Parameter(
    "Path",
    position=0,
    mandatory=True,
    pipeline="both",
    aliases=("FullName", "PSPath"),
    array=True,
    completer="path",
)


def _children(call: Call) -> Iterator[object]:
    args = call.args
    for path in args.Path or ["."]:
        if shares.is_network_path(path):
            entries, found = shares.listing(call, path, args.Recurse)
        else:
            whole = None if host.wild(path) else host.full(call, path)
            found = host.entry_at(call, whole) if whole is not None else None
            if whole is not None and found is None:
                call.error(host.missing(whole))
                continue
            if found is not None and found.size is None:
                entries = host.within(call, found.path, args.Recurse)
            else:
                entries = [found] if found is not None else host.matching(call, path, args.Recurse)
        for entry in entries:
            if (args.File and entry.size is None) or (args.Directory and entry.size is not None):
                continue
            if args.Filter and not host.fits(entry, args.Filter):
                continue
            if args.Include and not any(host.fits(entry, pattern) for pattern in args.Include):
                continue
            yield _relative(entry, found) if args.Name else ITEM.of(entry)


def _relative(entry: Entry, folder: Entry | None) -> str:
    """A name as -Name prints it: from the listed folder on."""
    if folder is None or folder.size is not None:
        return host.name_of(entry)
    return entry.path[len(folder.path.rstrip("\\")) + 1 :]


def _item(call: Call) -> Iterator[object]:
    for path in call.args.Path:
        for entry in host.matching(call, path):
            yield ITEM.of(entry)


def _test(call: Call) -> Iterator[object]:
    wanted = call.args.PathType
    for path in call.args.Path:
        known = _known(call, path)
        if known is not None:
            yield known
            continue
        try:
            entries = host.matching(call, path)
        except CmdletError:
            entries = []
        kinds = {"Container" if entry.size is None else "Leaf" for entry in entries}
        yield bool(kinds) and (wanted == "Any" or wanted in kinds)


def _known(call: Call, path: str) -> bool | None:
    """Whether there is a function:…, variable:…, alias:… or env:… of that name; None for other paths."""
    kind, colon, name = path.partition(":")
    runtime = call.runner
    assert isinstance(runtime, Runtime)
    tables: dict[str, Container[str]] = {
        "function": runtime.functions,
        "variable": runtime.globals.variables,
        "env": runtime.environment,
        "alias": {**runtime.aliases, **{alias.lower(): "" for alias, _ in call.table.aliases()}},
    }
    if not colon or kind.lower() not in tables:
        return None
    return name.lstrip("\\").lower() in tables[kind.lower()]


def _new(call: Call) -> Iterable[object]:
    args = call.args
    path = host.full(call, args.Path if args.Name is None else f"{args.Path or '.'}\\{args.Name}")
    there = host.entry_at(call, path)
    if args.ItemType == "Directory":
        if there is not None and not args.Force:
            raise CmdletError(
                f"An item with the specified name {path} already exists.",
                "DirectoryExist",
                "ResourceExists",
                target=path,
                target_type="String",
                exception="IOException",
                explain=("explain.file-exists", {"path": path}),
            )
        if there is None and call.should_process(path, "Create Directory"):
            host.make_folder(call, path)
        return [ITEM.of(Entry(path, None))]
    if there is not None and not args.Force:
        raise CmdletError(
            f"The file '{path}' already exists.",
            "NewItemIOError",
            "WriteError",
            target=path,
            target_type="String",
            exception="IOException",
            explain=("explain.file-exists", {"path": path}),
        )
    if call.should_process(path, "Create File"):
        host.write(call, path, to_text(args.Value or ""), append=False)
    return [ITEM.of(host.entry_at(call, path) or Entry(path, 0))]


def _copy(call: Call) -> Iterator[object]:
    share = shares.share_at(call, call.args.Destination)
    if any(shares.is_network_path(path) for path in call.args.Path):
        _copy_from_afar(call, share or Share(call.lab, host.full(call, call.args.Destination)))
        return
    if share is not None:
        for path in call.args.Path:
            for entry in host.matching(call, path):
                _copy_away(call, entry, share)
        return
    for entry, target in _targets(call):
        if call.should_process(f"{entry.path} -> {target}", "Copy File"):
            host.copy(call, entry.path, target)
            if call.args.PassThru:
                yield ITEM.of(host.entry_at(call, target))


def _copy_from_afar(call: Call, target: Share) -> None:
    """Files of another host to this one or to a third: the other host's copying to there."""
    for path in call.args.Path:
        source = shares.share_at(call, path)
        there = copy(call)
        there.lab = call.lab if source is None else source.lab
        for entry in host.matching(there, path if source is None else source.path):
            _copy_away(there, entry, target)


def _copy_away(call: Call, entry: Entry, share: Share) -> None:
    """A file, or a folder with all that lies in it, to another host."""
    root = entry.path.rstrip("\\")
    base = share.path + "\\" + root.rpartition("\\")[2] if share.is_folder() else share.path
    if entry.size is None and not call.args.Recurse:
        raise _folder_refused(entry)
    inside = [entry] if entry.size is not None else host.within(call, entry.path, deep=True)
    for one in inside:
        target = replace(share, path=base + one.path[len(root) :])
        if one.size is not None and call.should_process(f"{one.path} -> {target.path}", "Copy File"):
            shares.copy(call, one, target)


def _folder_refused(entry: Entry) -> CmdletError:
    return CmdletError(
        f"'{entry.path}' is a folder; it is copied only with what lies in it.",
        "NotSupported",
        "NotImplemented",
        explain=("explain.folder-copy", {"path": entry.path}),
    )


def _move(call: Call) -> Iterator[object]:
    for entry, target in _targets(call):
        if call.should_process(f"{entry.path} -> {target}", "Move File"):
            host.move(call, entry.path, target)
            if call.args.PassThru:
                yield ITEM.of(host.entry_at(call, target))


def _targets(call: Call) -> Iterable[tuple[Entry, str]]:
    """Each file to copy or move, and where to; of folders all files below if Recurse is asked for, else a refusal."""
    goal = host.full(call, call.args.Destination or ".")
    place = host.entry_at(call, goal)
    into = (place is not None and place.size is None) or call.args.Destination.endswith("\\")
    for path in call.args.Path:
        for entry in host.matching(call, path):
            if entry.size is None and call.args.get("Recurse"):
                folder = entry.path.rstrip("\\")
                base = goal.rstrip("\\") + "\\" + folder.rpartition("\\")[2] if into else goal
                if (base + "\\").casefold().startswith(folder.casefold() + "\\"):
                    raise host.into_itself(folder, base)
                yield from (
                    (inside, base + inside.path[len(folder) :])
                    for inside in host.within(call, entry.path, deep=True)
                    if inside.size is not None
                )
                continue
            if entry.size is None:
                raise _folder_refused(entry)
            name = entry.path.rpartition("\\")[2]
            yield entry, goal.rstrip("\\") + "\\" + name if into else goal


def _rename(call: Call) -> Iterator[object]:
    args = call.args
    entry = host.matching(call, args.Path)[0]
    target = host.folder_of(entry.path).rstrip("\\") + "\\" + args.NewName
    if entry.size is None or "\\" in args.NewName:
        raise host.illegal(args.NewName)
    if call.should_process(f"{entry.path} -> {target}", "Rename File"):
        host.move(call, entry.path, host.full(call, target))
        if args.PassThru:
            yield ITEM.of(host.entry_at(call, target))


def _remove(call: Call) -> None:
    for path in call.args.Path:
        for entry in host.matching(call, path):
            _remove_one(call, entry)


def _remove_one(call: Call, entry: Entry) -> None:
    if entry.size is not None:
        if call.should_process(entry.path, "Remove File"):
            host.delete(call, entry.path)
        return
    inside = host.within(call, entry.path, deep=True)
    if inside and not call.args.Recurse:
        raise CmdletError(
            f"The item at {entry.path} has children and the Recurse parameter was not specified.",
            "DirectoryNotEmpty",
            "InvalidOperation",
            explain=("explain.folder-not-empty", {"path": entry.path, "count": len(inside)}),
        )
    if not call.should_process(entry.path, "Remove Directory"):
        return
    for file in inside:
        if file.size is not None:
            host.delete(call, file.path)
    folders = host.files(call).volume(entry.path).folders
    start = entry.path.casefold()
    for key in [key for key in folders if key == start or key.startswith(start + "\\")]:
        del folders[key]


def _here(call: Call) -> Iterable[object]:
    return [custom_object({"Path": host.location(call)})]


def _go(call: Call) -> None:
    path = host.full(call, call.args.Path or HOME)
    entry = host.entry_at(call, path)
    if entry is None:
        raise host.missing(path)
    if entry.size is not None:
        raise host.missing(path + "\\")
    runtime = call.runner
    assert isinstance(runtime, Runtime)
    runtime.globals.variables["pwd"] = entry.path


def _make_folder(call: Call) -> Iterable[object]:
    for path in call.args.Path:
        whole = host.full(call, path)
        if host.entry_at(call, whole) is not None:
            raise CmdletError(
                f"An item with the specified name {whole} already exists.",
                "DirectoryExist",
                "ResourceExists",
                target=path,
                target_type="String",
                exception="IOException",
                explain=("explain.file-exists", {"path": whole}),
            )
        host.make_folder(call, whole)
        yield ITEM.of(Entry(whole, None))


CMDLETS = (
    Cmdlet(
        "mkdir",
        MANAGEMENT,
        (Parameter("Path", position=0, mandatory=True, array=True, rest=True, completer="path"),),
        _make_folder,
        aliases=("md",),
        summary_id="help.mkdir",
    ),
    Cmdlet(
        "Get-ChildItem",
        MANAGEMENT,
        (
            _PATH,
            Parameter("Filter", position=1),
            Parameter("Include", array=True),
            Parameter("Recurse", "switch", aliases=("s",)),
            Parameter("File", "switch"),
            Parameter("Directory", "switch"),
            Parameter("Name", "switch"),
        ),
        _children,
        aliases=("dir", "ls", "gci"),
        read_only=True,
        summary_id="help.Get-ChildItem",
    ),
    Cmdlet(
        "Get-Item", MANAGEMENT, (_MUST,), _item, aliases=("gi",), read_only=True, summary_id="help.Get-Item"
    ),
    Cmdlet(
        "Test-Path",
        MANAGEMENT,
        (_MUST, Parameter("PathType", "enum", values=("Any", "Container", "Leaf"), default="Any")),
        _test,
        read_only=True,
        summary_id="help.Test-Path",
    ),
    Cmdlet(
        "New-Item",
        MANAGEMENT,
        (
            Parameter("Path", position=0, mandatory=True, completer="path"),
            Parameter("Name"),
            Parameter("ItemType", "enum", values=("File", "Directory"), default="File", aliases=("Type",)),
            Parameter("Value", "object"),
            Parameter("Force", "switch"),
        ),
        _new,
        aliases=("ni",),
        supports_should_process=True,
        summary_id="help.New-Item",
    ),
    Cmdlet(
        "Copy-Item",
        MANAGEMENT,
        (
            _MUST,
            Parameter("Destination", position=1, default="", completer="path"),
            Parameter("Recurse", "switch"),
            Parameter("Force", "switch"),
            Parameter("PassThru", "switch"),
        ),
        _copy,
        aliases=("copy", "cp", "cpi"),
        supports_should_process=True,
        summary_id="help.Copy-Item",
    ),
    Cmdlet(
        "Move-Item",
        MANAGEMENT,
        (
            _MUST,
            Parameter("Destination", position=1, default="", completer="path"),
            Parameter("Force", "switch"),
            Parameter("PassThru", "switch"),
        ),
        _move,
        aliases=("move", "mv", "mi"),
        supports_should_process=True,
        summary_id="help.Move-Item",
    ),
    Cmdlet(
        "Rename-Item",
        MANAGEMENT,
        (
            Parameter(
                "Path", position=0, mandatory=True, pipeline="both", aliases=("FullName",), completer="path"
            ),
            Parameter("NewName", position=1, mandatory=True),
            Parameter("PassThru", "switch"),
        ),
        _rename,
        aliases=("ren", "rni"),
        supports_should_process=True,
        summary_id="help.Rename-Item",
    ),
    Cmdlet(
        "Remove-Item",
        MANAGEMENT,
        (_MUST, Parameter("Recurse", "switch"), Parameter("Force", "switch")),
        _remove,
        aliases=("del", "rm", "erase", "rd", "ri"),
        supports_should_process=True,
        summary_id="help.Remove-Item",
    ),
    Cmdlet(
        "Get-Location",
        MANAGEMENT,
        (),
        _here,
        aliases=("pwd", "gl"),
        read_only=True,
        summary_id="help.Get-Location",
    ),
    Cmdlet(
        "Set-Location",
        MANAGEMENT,
        (Parameter("Path", position=0, completer="path"),),
        _go,
        aliases=("cd", "chdir", "sl"),
        summary_id="help.Set-Location",
    ),
)
