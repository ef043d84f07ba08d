"""Recorded work at the command line: `hvlab replay`, `hvlab session` and `hvlab trace`."""

from __future__ import annotations

import hashlib
import shlex
import shutil
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hvlab.cli_common import BadInput, F, language_option, output_host, text_in, trace_header, write_trace

if TYPE_CHECKING:
    from hvlab.session.log import Entry, Header
    from hvlab.session.session import Session


@click.command()
@click.argument("session_file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--trace", type=click.Path(dir_okay=False, path_type=Path), help="Write the trace to this file."
)
@click.option("--to", "place", help="Go to an event's number, a time (12.5s), start, end or a bookmark.")
@language_option
def replay(session_file: Path, trace: Path | None, place: str | None, language: str | None) -> None:
    """Replay a recorded session and print the digests of the world and the trace it leads to."""
    from hvlab.catalog import BadCatalog
    from hvlab.course import cmdlets as course_cmdlets
    from hvlab.session.log import BadLog
    from hvlab.session.replay import replay as run_again
    from hvlab.session.session import ReplayMismatch
    from hvlab.session.store import beside

    host = output_host("text", text_in(language))
    try:
        session = run_again(
            session_file.read_bytes(),
            str(session_file),
            host=host,
            cmdlets=course_cmdlets.CMDLETS,
            store=beside(session_file),
        )
    except (BadLog, ReplayMismatch, BadCatalog) as error:
        raise BadInput(str(error)) from None
    if place is not None:
        _go_to(session, place)
    click.echo(f"world {session.world.digest()}")
    click.echo(f"trace {session.world.trace.digest()}")
    click.echo(f"outcome {session.world.outcome_digest()}")
    if trace is not None:
        write_trace(session, trace)


def _go_to(session: Session, place: str) -> None:
    from hvlab.console.errors import CmdletError
    from hvlab.session.cmdlets import go_to_text
    from hvlab.session.refusals import refusal
    from hvlab.session.travel import CannotGo

    try:
        go_to_text(session, place)
    except CannotGo as error:
        raise BadInput(refusal(error).message) from None
    except CmdletError as error:
        raise BadInput(error.message) from None
    click.echo(f"event {len(session.world.trace)} time {session.world.now}")


@click.group("session")
def session_tools() -> None:
    """Look into recorded sessions. `hvlab console --session FILE` goes on with one."""


@session_tools.command("export")
@click.argument("session_file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
@language_option
def session_export(session_file: Path, target: Path, language: str | None) -> None:
    """Write a recorded session, checked by a replay, as one small text file that a colleague can open.

    What a killed process had only begun to write is left out.
    """
    session = _hand_over(session_file, target)
    say = text_in(language)
    click.echo(
        say(
            "cli.exported",
            file=target,
            count=len(session.log.entries),
            sha256=hashlib.sha256(session.log.text()).hexdigest(),
        ),
        err=True,
    )


@session_tools.command("import")
@click.argument("session_file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path), required=False)
@language_option
def session_import(session_file: Path, target: Path | None, language: str | None) -> None:
    """Take over a colleague's session, checked by a replay, and tell how it is gone on with.

    Without TARGET it goes to your own folder, beside your own work.
    """
    from hvlab.course import learning, library

    say = text_in(language)
    if target is None:
        lesson = _read(session_file)[0].lesson
        # The name becomes part of a path: only a lesson that is known here may give it.
        if lesson is not None and not library.is_known(lesson):
            raise BadInput(
                f"{session_file}: recorded in the lesson {lesson!r}, which this hvlab does not have"
            )
        target = learning.next_record(lesson or "sandbox")
    session = _hand_over(session_file, target)
    lesson = session.header.lesson
    opener = f"hvlab learn {lesson}" if lesson else "hvlab console"
    count = len(session.log.entries)
    click.echo(
        say(
            "cli.imported", file=target, count=count, command=f"{opener} --session {shlex.quote(str(target))}"
        ),
        err=True,
    )


def _read(path: Path) -> tuple[Header, list[Entry]]:
    """The header and the whole lines of a record; BadInput if it is none."""
    from hvlab.session import log

    try:
        return log.read(log.whole_lines(path.read_bytes()), str(path))
    except log.BadLog as error:
        raise BadInput(str(error)) from None
    except OSError as error:
        raise BadInput(f"{path}: cannot be read ({error.strerror})") from None


def _hand_over(path: Path, target: Path) -> Session:
    """Replay a record and write it to a new file. BadInput: no record, of another lab, or a file that exists."""
    from hvlab.session import log

    header, entries = _read(path)
    session = replayed(log.text_of(header, entries), str(path))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as file:
            file.write(session.log.text())
        _hand_over_files(path, target, entries)
    except FileExistsError:
        raise BadInput(f"{target}: exists already and is not written over; name another file") from None
    except OSError as error:
        with suppress(OSError):
            target.unlink(missing_ok=True)  # a record without its files could not be gone on with
        raise BadInput(f"{target}: cannot be written ({error.strerror})") from None
    return session


def _hand_over_files(path: Path, target: Path, entries: list[Entry]) -> None:
    """The real files that were brought into the lab go along, in the folder that belongs to the record. OSError."""
    from hvlab.session.store import beside

    for sha256 in sorted({entry.text for entry in entries if entry.kind == "file" and len(entry.text) == 64}):
        source, kept = beside(path) / sha256, beside(target) / sha256
        if not kept.exists():
            kept.parent.mkdir(exist_ok=True)
            shutil.copyfile(source, kept)


@session_tools.command("show")
@click.argument("session_file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@language_option
def session_show(session_file: Path, language: str | None) -> None:
    """Tell where a recorded session stands, what is asked, and what differs: for a tutor or a bug report."""
    from hvlab.course import library, situation

    text = text_in(language)
    session = replayed(session_file.read_bytes(), str(session_file))
    header = session.header
    try:
        plan = library.find(header.lesson, header.seed) if header.lesson else None
    except library.BadLesson as error:
        raise BadInput(str(error)) from None
    for line in situation.describe(session, plan, text):
        click.echo(line)


@click.group("trace")
def trace_tools() -> None:
    """Show, filter and export what happened, from a trace file or a recorded session."""


def _trace_of(path: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The header and events of a trace file, or of what a recorded session leads to."""
    from hvlab.session import tracefile
    from hvlab.session.log import looks_like_log

    data = path.read_bytes()
    try:
        if looks_like_log(data) and _is_record(data):
            session = replayed(data, str(path))
            lines = b"".join(session.world.trace.lines(trace_header(session)))
            return tracefile.read(lines, str(path))
        return tracefile.read(data, str(path))
    except tracefile.BadTrace as error:
        raise BadInput(str(error)) from None


def _is_record(data: bytes) -> bool:
    """Whether a file with a header is a recorded session: a trace begins alike, but knows of no lesson."""
    return b'"lesson"' in data.split(b"\n", 1)[0]


def replayed(data: bytes, name: str) -> Session:
    from hvlab.catalog import BadCatalog
    from hvlab.course import cmdlets as course_cmdlets
    from hvlab.session.log import BadLog
    from hvlab.session.replay import replay as run_again
    from hvlab.session.session import ReplayMismatch
    from hvlab.session.store import beside

    try:
        return run_again(data, name, cmdlets=course_cmdlets.CMDLETS, store=beside(Path(name)))
    except (BadLog, ReplayMismatch, BadCatalog) as error:
        raise BadInput(str(error)) from None


def _selection(function: F) -> F:
    for option in (
        click.option("--story", type=click.IntRange(1), default=None, help="What this event led to."),
        click.option("--until", type=float, default=None, help="Up to this simulated second."),
        click.option("--from", "begin", type=float, default=None, help="From this simulated second on."),
        click.option("--vm", default="", help="Of this virtual machine."),
        click.option("--kind", "kinds", multiple=True, help="Of this kind (may be repeated)."),
        click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path)),
    ):
        function = option(function)
    return function


def _selected(
    file: Path, kinds: tuple[str, ...], vm: str, begin: float | None, until: float | None, story: int | None
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    from hvlab.kernel import KINDS
    from hvlab.session import tracefile

    for kind in kinds:
        if kind not in KINDS:
            raise BadInput(f"{kind!r} is no kind of event; there are {', '.join(KINDS)}")
    header, events = _trace_of(file)
    first = 0 if begin is None else round(begin * 1e9)
    last = 1 << 62 if until is None else round(until * 1e9)
    return header, list(tracefile.chosen(events, kinds=kinds, vm=vm, begin=first, end=last, story=story or 0))


@trace_tools.command("show")
@_selection
def trace_show(**selection: Any) -> None:
    """Print events of FILE, one a line."""
    from hvlab.session import tracefile

    for event in _selected(**selection)[1]:
        click.echo(tracefile.as_text(event))


@trace_tools.command("filter")
@_selection
def trace_filter(**selection: Any) -> None:
    """Print events of FILE as JSON Lines, the header first."""
    from hvlab.session import tracefile

    for line in tracefile.json_lines(*_selected(**selection)):
        click.echo(line, nl=False)


ENDINGS = {".cast": "asciinema", ".jsonl": "jsonl"}
"""Which format a file is meant to have, by how its name ends."""


@trace_tools.command("export")
@_selection
@click.argument("target", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(["jsonl", "chrome", "ctf", "asciinema"]),
    default=None,
    help="chrome opens in Perfetto and speedscope, ctf (a folder) in babeltrace2, asciinema needs a session. "
    "By itself: what TARGET ends with says (.cast, .jsonl), else chrome.",
)
def trace_export(target: Path, form: str | None, **selection: Any) -> None:
    """Write events of FILE to TARGET in another tool's format."""
    from hvlab.session import tracefile

    form = form or ENDINGS.get(target.suffix.lower(), "chrome")
    try:
        if form == "asciinema":
            target.write_bytes(_cast_of(selection["file"]))
            return
        header, events = _selected(**selection)
        if form == "ctf":
            tracefile.write_ctf(events, target)
        elif form == "chrome":
            target.write_bytes(tracefile.chrome(events))
        else:
            target.write_bytes(b"".join(tracefile.json_lines(header, events)))
    except OSError as error:
        raise BadInput(f"{target}: cannot be written ({error.strerror})") from None


def _cast_of(path: Path) -> bytes:
    from hvlab.catalog import BadCatalog
    from hvlab.course import cmdlets as course_cmdlets
    from hvlab.session.cast import cast
    from hvlab.session.log import BadLog
    from hvlab.session.session import ReplayMismatch, Session

    def session_of(header: Header, host: Any) -> Session:
        return Session.recorded(header, host=host, exports=False, cmdlets=course_cmdlets.CMDLETS)

    data = path.read_bytes()
    if not _is_record(data):
        raise BadInput(
            f"{path}: is no recorded session; a cast shows what was typed, which a trace does not hold"
        )
    try:
        return cast(data, str(path), session_of)
    except (BadLog, ReplayMismatch, BadCatalog) as error:
        raise BadInput(str(error)) from None


COMMANDS = (replay, session_tools, trace_tools)
