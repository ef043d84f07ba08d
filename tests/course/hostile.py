"""Files that somebody may hand in who means harm, or whose editor does: what each is, and what it must get.

A file is refused (with these words in the one sentence) or graded (with at most so many points).
The lesson is the one that authors begin with: 5 points for a machine `demo` that runs and a question.
"""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

GOOD = [(0, "command", "New-VM demo"), (0, "command", "Start-VM demo")]
ESC = "\x1b]0;owned\x07\x1b[2J"


@dataclass(frozen=True)
class Hostile:
    """A file's name and content; `refused` are words of the refusal, without them it is graded."""

    id: str
    name: str
    data: bytes
    refused: str = ""
    most: int = 0


def log(header: dict[str, object], *lines: object, raw: bytes = b"") -> bytes:
    """A record with this header; lines are (at, kind, text) or whole objects."""
    shaped = [
        dict(zip(("at", "kind", "text"), line, strict=False)) if isinstance(line, tuple) else line
        for line in lines
    ]
    return b"".join(msgspec.json.encode(line) + b"\n" for line in (header, *shaped)) + raw


def corpus(header: dict[str, object]) -> Iterator[Hostile]:
    """All of it. `header` is that of an honest record of the lesson."""
    yield from _bytes()
    yield from _headers(header)
    yield from _lines(header)
    yield from _scripts()


def _bytes() -> Iterator[Hostile]:
    yield Hostile("empty", "x.ps1", b"", most=0)
    yield Hostile("empty-record", "x.jsonl", b"")
    yield Hostile("only-newlines", "x.jsonl", b"\n\n\n")
    yield Hostile("nul-bytes", "x.ps1", b"New-VM demo\x00\x00", most=0)
    yield Hostile("all-zero", "x.jsonl", bytes(4096))
    yield Hostile("latin-1", "x.ps1", "New-VM ä".encode("latin-1"), "UTF-8")
    yield Hostile("overlong-utf8", "x.ps1", b"New-VM \xc0\xaf", "UTF-8")
    yield Hostile("lone-surrogate", "x.ps1", b"New-VM \xed\xa0\x80", "UTF-8")
    yield Hostile("utf-16", "x.ps1", "New-VM demo".encode("utf-16"), "UTF-8")
    yield Hostile("utf-8-with-mark", "x.ps1", "\ufeffNew-VM demo; Start-VM demo".encode(), most=4)
    yield Hostile("png", "x.ps1", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "UTF-8")
    yield Hostile("elf", "x.ps1", b"\x7fELF\x02\x01\x01" + bytes(64) + b"\xff\xfe", "UTF-8")
    yield Hostile("gzip", "x.jsonl", gzip.compress(b"New-VM demo", mtime=0), "UTF-8")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("../../escaped.ps1", "New-VM demo")
    yield Hostile("zip-slip", "x.jsonl", archive.getvalue(), "UTF-8")
    tape = io.BytesIO()
    with tarfile.open(fileobj=tape, mode="w") as packed_tar:
        packed_tar.addfile(tarfile.TarInfo("/etc/cron.d/x"))
    yield Hostile("tar", "x.jsonl", tape.getvalue())
    yield Hostile("long-line", "x.ps1", b"#" + b"a" * (2 << 20), most=0)
    yield Hostile("too-large", "x.ps1", b"# " + b"a" * (65 << 20), "MiB")
    yield Hostile("carriage-returns", "x.ps1", b"New-VM demo\r\nStart-VM demo\r\n", most=4)
    yield Hostile("right-to-left", "x.ps1", "New-VM \u202edemo\u202c; Start-VM demo".encode(), most=0)
    yield Hostile("unpaired-quotes", "x.ps1", b"New-VM 'demo", "terminator")
    yield Hostile("deep-parentheses", "x.ps1", b"(" * 50_000, "nested")
    yield Hostile("deep-json", "x.jsonl", b'{"format":' + b"[" * 100_000, "line 1")


def _headers(header: dict[str, object]) -> Iterator[Hostile]:
    for name, change, says in (
        ("other-format", {"format": 99}, "format 99"),
        ("format-as-text", {"format": "1"}, "line 1"),
        ("huge-seed", {"seed": 1 << 70}, "line 1"),
        ("other-seed", {"seed": 7}, "not this lesson's"),
        ("seed-as-float", {"seed": 0.5}, "line 1"),
        ("other-scenario", {"scenario": "guest-zoo"}, "not this lesson's"),
        ("path-as-scenario", {"scenario": "../../../etc/passwd"}, "not this lesson's"),
        ("other-platform", {"platform": "ws2012"}, "not this lesson's"),
        ("other-lesson", {"lesson": "what-counts"}, "not in '"),
        ("path-as-lesson", {"lesson": "../../../../tmp/x"}, "not in '"),
        ("escapes-in-lesson", {"lesson": ESC}, "not in '"),
        ("other-edition", {"lesson_digest": "0" * 64}, "another edition"),
        ("claims-points", {"points": 40}, "points"),
    ):
        data = log({**header, **change}, *GOOD)
        yield Hostile(name, "x.jsonl", data, says, 4)
    yield Hostile("no-header", "x.jsonl", log({"at": 0, "kind": "command", "text": "New-VM demo"}), "line 1")
    yield Hostile("two-headers", "x.jsonl", log(header, header), "line 2")
    yield Hostile("header-is-a-list", "x.jsonl", b'["format",1]\n', "line 1")


def _lines(header: dict[str, object]) -> Iterator[Hostile]:
    big = 1 << 61
    for name, lines, says in (
        ("claims-a-score", [*GOOD, {"at": 0, "kind": "score", "text": "40"}], "kind 'score'"),
        ("extra-field", [{"at": 0, "kind": "command", "text": "New-VM demo", "points": 40}], "points"),
        ("negative-at", [(-1, "command", "New-VM demo")], "line 2"),
        ("at-too-early", [(big, "command", "New-VM demo")], "more than 2,000,000 events"),
        ("at-backwards", [(5, "command", "New-VM demo"), (0, "command", "Start-VM demo")], "backwards"),
        ("at-as-text", [{"at": "0", "kind": "command", "text": "New-VM demo"}], "line 2"),
        ("text-as-number", [{"at": 0, "kind": "command", "text": 5}], "line 2"),
        ("rewind-to-the-future", [*GOOD, {"at": 0, "kind": "rewind", "to": 99}], "comes only later"),
        ("rewind-negative", [*GOOD, {"at": 0, "kind": "rewind", "to": -1}], "line 4"),
        ("answer-out-of-place", [(0, "confirm", "yes")], "cannot be applied"),
        ("stop-out-of-place", [(0, "stop", "")], "cannot be applied"),
        ("half-a-command", [(0, "command", "New-VM 'a")], ""),
        ("two-commands-in-one", [(0, "command", "New-VM demo; Start-VM demo")], ""),
        ("session-command", [(0, "command", "Undo-Lab")], "cannot be applied"),
        ("writes-to-the-host", [(0, "command", "Export-LabSession escaped.jsonl")], "cannot be applied"),
        ("hint-without-name", [(0, "hint", "")], ""),
        ("escapes-in-a-name", [(0, "command", f"New-VM 'demo{ESC}'")], ""),
    ):
        yield Hostile(name, "x.jsonl", log(header, *lines), says, 4)
    yield Hostile("torn-line", "x.jsonl", log(header, raw=b'{"at":0,"kind":"comm'), "line 2")
    yield Hostile(
        "doubled-key",
        "x.jsonl",
        log(header, raw=b'{"at":0,"at":9,"kind":"command"}\n'),
        "the replay stands at",
    )
    yield Hostile("not-a-number", "x.jsonl", log(header, raw=b'{"at":NaN,"kind":"command"}\n'), "line 2")
    yield Hostile("giant-line", "x.jsonl", log(header, (0, "command", "a" * (2 << 20))), "line 2")
    clock = {"at": 0, "kind": "clock", "to": big}
    yield Hostile("end-of-time", "x.jsonl", log(header, clock), "", 0)


def _scripts() -> Iterator[Hostile]:
    for name, text in (
        ("endless-loop", "while ($true) { }"),
        ("endless-pipeline", "while ($true) { Get-VM }"),
        ("endless-errors", "while ($true) { Start-VM nothing }"),
        ("endless-wait", "while ($true) { Start-Sleep 600 }"),
        ("recursion", "function f { f }; f"),
        ("mutual-recursion", "function f { g }; function g { f }; f"),
        ("giant-range", "1..200000000"),
        ("giant-text", "'x' * 1000000000"),
        ("doubling-text", "$x = 'x'; while ($true) { $x += $x }"),
        ("doubling-array", "$x = @(1); while ($true) { $x += $x }"),
        ("slow-pattern", "('a' * 5000) -match '(a+)+(a+)+b'"),
        ("many-machines", 'foreach ($i in 1..20000) { New-VM "m$i" }'),
        ("writes-outside", "Set-Content ..\\..\\..\\escaped.txt x; 'x' > /escaped.txt"),
        ("exports-outside", "Export-LabSession ../escaped.jsonl; Export-LabFile C:\\x ../escaped"),
        ("reads-the-host", "Import-LabFile /etc/passwd C:\\p; Get-Content /etc/passwd; . /etc/profile"),
        ("asks-for-the-checks", "Get-Content C:\\lessons\\small\\lesson.toml; Get-Command *Check*"),
        ("calls-python", "[System.Diagnostics.Process]::Start('sh'); Invoke-Expression 'New-VM demo'"),
        ("reaches-for-the-inside", "(Get-VM).__class__; $x.GetType().Assembly; [runtime]::globals"),
        ("ends-early", "exit 0"),
        ("throws", "throw 'give me the points'"),
        ("escapes-in-a-script", f"New-VM 'b{ESC}'; Write-Host '{ESC}'; throw '{ESC}'"),
        ("undoes-the-start", "Undo-Lab 99; Move-Lab start"),
        ("breaks-off", "Set-LabBreakpoint { $true }; New-VM demo; Start-VM demo"),
        ("silences-errors", "$ErrorActionPreference = 'SilentlyContinue'; 1/0; Start-VM demo"),
        ("overwrites-variables", "$true = 0; $null = 5; $PSVersionTable = 'x'; $Error = 1"),
        ("shadows-cmdlets", "function Get-VM { [pscustomobject]@{ Name = 'demo'; State = 'Running' } }"),
        ("shadows-by-alias", "Set-Alias Get-VM Write-Output; Set-Alias Where-Object Write-Output"),
    ):
        yield Hostile(name, "x.ps1", text.encode(), most=2 if name == "breaks-off" else 0)
