"""Select-String: lines that match, from files or from the pipeline."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.convert import to_text
from hvlab.console.general.common import UTILITY
from hvlab.console.management import hostfiles as host
from hvlab.console.objects import ObjectType, custom_object
from hvlab.console.regex import Regex, compile_regex
from hvlab.console.runtime import Runtime

FROM_PIPELINE = "InputStream"


@dataclass(frozen=True)
class Hit:
    """A line that matched: where it stands (`path` is InputStream for the pipeline), and what matched."""

    path: str
    number: int
    line: str
    pattern: str
    found: tuple[tuple[int, str], ...]

    def __str__(self) -> str:
        return self.line if self.path == FROM_PIPELINE else f"{self.path}:{self.number}:{self.line}"


def _matches(hit: Hit) -> list[object]:
    return [
        custom_object(
            {"Index": at, "Length": len(text), "Value": text}, "System.Text.RegularExpressions.Match"
        )
        for at, text in hit.found
    ]


MATCH = ObjectType(
    "Microsoft.PowerShell.Commands.MatchInfo",
    {
        "Line": lambda hit: hit.line,
        "LineNumber": lambda hit: hit.number,
        "Filename": lambda hit: hit.path.rpartition("\\")[2],
        "Path": lambda hit: hit.path,
        "Pattern": lambda hit: hit.pattern,
        "Matches": _matches,
    },
    columns=("LineNumber", "Filename", "Line"),
    text=str,
    key="LineNumber",
)


def _lines(call: Call) -> Iterator[tuple[str, int, str]]:
    if call.args.Path:
        for path in call.args.Path:
            for entry in host.matching(call, path):
                if entry.size is not None:
                    text = host.read(call, entry.path).decode("utf-8", "replace")
                    for number, line in enumerate(text.splitlines(), 1):
                        yield entry.path, number, line
        return
    for number, record in enumerate(call.input, 1):
        yield FROM_PIPELINE, number, to_text(record)


def _compiled(call: Call) -> list[tuple[str, Regex]]:
    found = []
    for pattern in call.args.Pattern:
        text = pattern
        if call.args.SimpleMatch:
            text = "".join("\\" + c if c in "\\*+?|{[()^$.# " else c for c in pattern)
        found.append((pattern, compile_regex(text, not call.args.CaseSensitive)))
    return found


def _select(call: Call) -> Iterable[object]:
    runtime = call.runner
    assert isinstance(runtime, Runtime)
    patterns = _compiled(call)
    for path, number, line in _lines(call):
        hit: Hit | None = None
        for pattern, regex in patterns:
            spans = regex.matches(line, runtime.charge)
            if spans:
                shown = spans if call.args.AllMatches else spans[:1]
                texts = tuple((span[0], line[span[0] : span[1]]) for span in shown)
                hit = Hit(path, number, line, pattern, texts)
                break
        if call.args.NotMatch:
            hit = Hit(path, number, line, patterns[0][0], ()) if hit is None else None
        if hit is None:
            continue
        if call.args.Quiet:
            yield True
            return
        yield MATCH.of(hit)
    if call.args.Quiet:
        yield False


CMDLETS = (
    Cmdlet(
        "Select-String",
        UTILITY,
        (
            Parameter("Pattern", position=0, mandatory=True, array=True),
            Parameter("Path", position=1, array=True, completer="path"),
            Parameter("SimpleMatch", "switch"),
            Parameter("CaseSensitive", "switch"),
            Parameter("NotMatch", "switch"),
            Parameter("AllMatches", "switch"),
            Parameter("Quiet", "switch"),
            Parameter("InputObject", "object", pipeline="value", allow_null=True),
        ),
        _select,
        aliases=("sls",),
        collects=True,
        read_only=True,
        summary_id="help.Select-String",
    ),
)
