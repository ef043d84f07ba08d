"""Join-Path and Split-Path: paths as text, whether anything lies there or not."""

from __future__ import annotations

from collections.abc import Iterator

from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.management import hostfiles as host
from hvlab.console.management.hostfiles import MANAGEMENT


def _join(call: Call) -> Iterator[object]:
    for path in call.args.Path:
        head = path.rstrip("\\/")
        yield f"{head}\\{call.args.ChildPath.lstrip(chr(92) + '/')}"


def _split(call: Call) -> Iterator[object]:
    for path in call.args.Path:
        text = path.replace("/", "\\").rstrip("\\")
        head, _, name = text.rpartition("\\")
        if call.args.Leaf:
            yield name
        elif call.args.Qualifier:
            yield text[:2]
        elif call.args.NoQualifier:
            yield text[2:]
        else:
            yield head + "\\" if head.endswith(":") else head


def _resolve(call: Call) -> Iterator[object]:
    for path in call.args.Path:
        for entry in host.matching(call, path):
            yield entry.path


_PATH = Parameter("Path", position=0, mandatory=True, pipeline="both", array=True, completer="path")

CMDLETS = (
    Cmdlet(
        "Join-Path",
        MANAGEMENT,
        (_PATH, Parameter("ChildPath", position=1, mandatory=True)),
        _join,
        read_only=True,
        summary_id="help.Join-Path",
    ),
    Cmdlet(
        "Split-Path",
        MANAGEMENT,
        (
            _PATH,
            Parameter("Parent", "switch"),
            Parameter("Leaf", "switch"),
            Parameter("Qualifier", "switch"),
            Parameter("NoQualifier", "switch"),
        ),
        _split,
        read_only=True,
        summary_id="help.Split-Path",
    ),
    Cmdlet(
        "Resolve-Path",
        MANAGEMENT,
        (_PATH,),
        _resolve,
        aliases=("rvpa",),
        read_only=True,
        summary_id="help.Resolve-Path",
    ),
)
