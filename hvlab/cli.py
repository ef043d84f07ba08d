"""The `hvlab` command: wires the layers together, and is the only module that knows them all.

Data goes to standard output, narration to standard error. Exit status: 0 done;
1 the work falls short (a check or a command failed); 2 bad usage or bad input;
130 interrupted. Nothing heavy is imported before it is needed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar

import click

from hvlab import __version__

if TYPE_CHECKING:
    from hvlab.console.errors import ErrorRecord
    from hvlab.course.learning import Show
    from hvlab.session.kept import KeptHistory
    from hvlab.session.session import Session
    from hvlab.text import Text

F = TypeVar("F", bound=Callable[..., Any])
MAXIMUM_SCRIPT = 4 << 20


class BadInput(click.ClickException):
    """Something given to hvlab cannot be used: one sentence, exit status 2."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        """One line on standard error."""
        click.echo(f"hvlab: {self.message}", err=True)


def _text(language: str | None) -> Text:
    from hvlab.text import Text, UnknownLanguage, pick_language

    try:
        return Text(pick_language(language))
    except UnknownLanguage as error:
        raise BadInput(str(error)) from None


def _explainer(text: Text) -> Callable[[ErrorRecord], str]:
    """The lab's own line under an error, in the learner's language."""

    def explain(record: ErrorRecord) -> str:
        if record.explain is None or not text.has(record.explain[0]):
            return ""
        return f"hvlab: {text(record.explain[0], **record.explain[1])}"

    return explain


def _language(function: F) -> F:
    return click.option("--lang", "language", metavar="en|de", help="English or German.")(function)


def _plain(function: F) -> F:
    return click.option(
        "--plain", is_flag=True, help="Line by line, for screen readers, dumb terminals and pipes."
    )(function)


def _world(function: F) -> F:
    for option in (
        click.option(
            "--session",
            "log",
            type=click.Path(dir_okay=False, path_type=Path),
            help="Record to this file; a screen or a prompt goes on with what it holds.",
        ),
        click.option("--seed", type=click.IntRange(0, 2**63 - 1), default=0, show_default=True),
        click.option(
            "--platform", default="ws2008", show_default=True, help="The Hyper-V release that is simulated."
        ),
        click.option(
            "--scenario", default="one-host", show_default=True, help="What the lab holds at the start."
        ),
    ):
        function = option(function)
    return function


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="hvlab")
@_language
@click.pass_context
def cli(context: click.Context, language: str | None) -> None:
    """Learn how virtualization really works, by driving a Hyper-V datacentre in your terminal.

    Without a command, hvlab opens the course.
    """
    if context.invoked_subcommand is None:
        if not _has_terminal():
            click.echo(context.get_help(), err=True)
            context.exit(2)
        context.invoke(learn, language=language)


def _has_terminal() -> bool:
    in_browser = os.environ.get("TEXTUAL_DRIVER", "").endswith(":WebDriver")
    return in_browser or (sys.stdin.isatty() and sys.stdout.isatty())


def _need_terminal() -> None:
    if not _has_terminal():
        raise BadInput(
            "this opens a screen and needs a terminal; without one use `hvlab run` or `hvlab grade`"
        )


def _read_script(path: str) -> str:
    """A script's text; BadInput if it cannot be read."""
    try:
        data = sys.stdin.buffer.read(MAXIMUM_SCRIPT + 1) if path == "-" else Path(path).read_bytes()
    except OSError as error:
        raise BadInput(f"{path}: cannot be read ({error.strerror})") from None
    if len(data) > MAXIMUM_SCRIPT:
        raise BadInput(f"{path}: larger than {MAXIMUM_SCRIPT >> 20} MiB; that is no script")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise BadInput(f"{path}, line {line}: not UTF-8 text; save the script as UTF-8") from None


def _open_session(*, resume: bool = False, **arguments: Any) -> Session:
    """A new session; with `resume`, the one that the file to record to holds already."""
    from hvlab.catalog import BadCatalog
    from hvlab.session.log import BadLog
    from hvlab.session.session import ReplayMismatch, Session

    log = arguments.get("log")
    try:
        if resume and log is not None and log.exists() and log.stat().st_size:
            options = {key: arguments[key] for key in ("cmdlets", "language") if key in arguments}
            session = Session.resume(log, **options)
            if session.header.lesson != arguments.get("lesson"):
                raise BadInput(f"{log}: recorded in {session.header.lesson or 'a sandbox'!r}; open it there")
            return session
        return Session(**arguments)
    except (BadCatalog, BadLog, ReplayMismatch) as error:
        raise BadInput(str(error)) from None
    except OSError as error:
        raise BadInput(f"{error.filename}: cannot be written ({error.strerror})") from None


@cli.command()
@click.argument("script")
@_world
@click.option(
    "--trace", type=click.Path(dir_okay=False, path_type=Path), help="Write the trace to this file."
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@_language
def run(
    script: str,
    scenario: str,
    platform: str,
    seed: int,
    log: Path | None,
    trace: Path | None,
    form: str,
    language: str | None,
) -> None:
    """Run SCRIPT (a file, or - for standard input) without a screen."""
    source = _read_script(script)
    text = _text(language)
    if log is not None and log.exists() and log.stat().st_size:
        raise BadInput(
            f"{log}: there is a record in it already; name another file, or go on with it: "
            f"hvlab console --session {log}"
        )
    host = _output_host(form, text)
    session = _open_session(
        scenario=scenario, platform=platform, seed=seed, log=log, host=host, language=text.language
    )
    try:
        outcome = session.run(source)
    finally:
        host.statement_done()
        session.close()
    if trace is not None:
        _write_trace(session, trace)
    sys.exit(outcome.exit_code)


def _output_host(form: str, text: Text) -> Any:
    from hvlab.console.texthost import TextHost

    def narrate(line: str) -> None:
        click.echo(line, err=True, nl=False)

    def write(line: str) -> None:
        click.echo(line, nl=False)

    import shutil

    width = shutil.get_terminal_size((120, 40)).columns if sys.stdout.isatty() else 120
    host = TextHost(write, narrate, width=width, explain=_explainer(text))
    if form == "json":
        from hvlab.console.jsonhost import JsonHost

        return JsonHost(write, host)
    return host


def _trace_header(session: Session) -> dict[str, Any]:
    return {
        "hvlab": __version__,
        "scenario": session.header.scenario,
        "platform": session.header.platform,
        "seed": session.header.seed,
    }


def _write_trace(session: Session, path: Path) -> None:
    try:
        with path.open("wb") as file:
            file.writelines(session.world.trace.lines(_trace_header(session)))
    except OSError as error:
        raise BadInput(f"{path}: cannot be written ({error.strerror})") from None


@cli.command()
@click.argument("lesson")
@click.argument("files", nargs=-1, required=True)
@click.option(
    "--report",
    type=click.Choice(["text", "json", "jsonl", "csv", "junit", "gradescope", "html"]),
    default="text",
    show_default=True,
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the report to this file.")
@click.option("--jobs", type=click.IntRange(1, 256), help="Grade in so many processes.")
@click.option(
    "--results",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Keep each result in this file, and do not grade again what stands in it.",
)
@_language
def grade(
    lesson: str,
    files: tuple[str, ...],
    report: str,
    out: Path | None,
    jobs: int | None,
    results: Path | None,
    language: str | None,
) -> None:
    """Grade each of FILES (scripts, recorded sessions, folders of them) against LESSON (its id or its folder).

    A grade is a replay: what a file claims counts for nothing, what its work reaches counts.
    """
    from hvlab.course import library, marking

    text = _text(language)
    try:
        shown, status = marking.mark(library.find(lesson), files, text, report, jobs, results)
    except (library.BadLesson, marking.BadResults) as error:
        raise BadInput(str(error)) from None
    if out is None:
        if shown:
            click.echo(shown)
    else:
        try:
            out.write_text(shown + "\n", encoding="utf-8")
        except OSError as error:
            raise BadInput(f"{out}: cannot be written ({error.strerror})") from None
    sys.exit(status)


@cli.command()
@click.argument("session_file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--trace", type=click.Path(dir_okay=False, path_type=Path), help="Write the trace to this file."
)
@click.option("--to", "place", help="Go to an event's number, a time (12.5s), start, end or a bookmark.")
@_language
def replay(session_file: Path, trace: Path | None, place: str | None, language: str | None) -> None:
    """Replay a recorded session and print the digests of the world and the trace it leads to."""
    from hvlab.catalog import BadCatalog
    from hvlab.course import cmdlets as course_cmdlets
    from hvlab.session.log import BadLog
    from hvlab.session.replay import replay as run_again
    from hvlab.session.session import ReplayMismatch

    host = _output_host("text", _text(language))
    try:
        session = run_again(
            session_file.read_bytes(), str(session_file), host=host, cmdlets=course_cmdlets.CMDLETS
        )
    except (BadLog, ReplayMismatch, BadCatalog) as error:
        raise BadInput(str(error)) from None
    if place is not None:
        _go_to(session, place)
    click.echo(f"world {session.world.digest()}")
    click.echo(f"trace {session.world.trace.digest()}")
    if trace is not None:
        _write_trace(session, trace)


def _go_to(session: Session, place: str) -> None:
    from hvlab.console.errors import CmdletError
    from hvlab.session.cmdlets import go_to_text, refusal
    from hvlab.session.travel import CannotGo

    try:
        go_to_text(session, place)
    except CannotGo as error:
        raise BadInput(refusal(error).message) from None
    except CmdletError as error:
        raise BadInput(error.message) from None
    click.echo(f"event {len(session.world.trace)} time {session.world.now}")


@cli.group("session")
def session_tools() -> None:
    """Look into recorded sessions. `hvlab console --session FILE` goes on with one."""


@session_tools.command("show")
@click.argument("session_file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_language
def session_show(session_file: Path, language: str | None) -> None:
    """Tell where a recorded session stands, what is asked, and what differs: for a tutor or a bug report."""
    from hvlab.course import library, situation

    text = _text(language)
    session = _replayed(session_file.read_bytes(), str(session_file))
    header = session.header
    try:
        plan = library.find(header.lesson, header.seed) if header.lesson else None
    except library.BadLesson as error:
        raise BadInput(str(error)) from None
    for line in situation.describe(session, plan, text):
        click.echo(line)


@cli.group("trace")
def trace_tools() -> None:
    """Show, filter and export what happened, from a trace file or a recorded session."""


def _trace_of(path: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The header and events of a trace file, or of what a recorded session leads to."""
    from hvlab.session import tracefile
    from hvlab.session.log import looks_like_log

    data = path.read_bytes()
    try:
        if looks_like_log(data) and b'"lesson"' in data.split(b"\n", 1)[0]:
            session = _replayed(data, str(path))
            lines = b"".join(session.world.trace.lines(_trace_header(session)))
            return tracefile.read(lines, str(path))
        return tracefile.read(data, str(path))
    except tracefile.BadTrace as error:
        raise BadInput(str(error)) from None


def _replayed(data: bytes, name: str) -> Session:
    from hvlab.catalog import BadCatalog
    from hvlab.course import cmdlets as course_cmdlets
    from hvlab.session.log import BadLog
    from hvlab.session.replay import replay as run_again
    from hvlab.session.session import ReplayMismatch

    try:
        return run_again(data, name, cmdlets=course_cmdlets.CMDLETS)
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


@trace_tools.command("export")
@_selection
@click.argument("target", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(["jsonl", "chrome", "ctf", "asciinema"]),
    default="chrome",
    show_default=True,
    help="chrome opens in Perfetto and speedscope, ctf (a folder) in babeltrace2, asciinema needs a session.",
)
def trace_export(target: Path, form: str, **selection: Any) -> None:
    """Write events of FILE to TARGET in another tool's format."""
    from hvlab.session import tracefile

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
    from hvlab.session.log import BadLog, Header
    from hvlab.session.session import ReplayMismatch, Session

    def session_of(header: Header, host: Any) -> Session:
        return Session(
            scenario=header.scenario,
            platform=header.platform,
            seed=header.seed,
            lesson=header.lesson,
            lesson_digest=header.lesson_digest,
            host=host,
            exports=False,
            cmdlets=course_cmdlets.CMDLETS,
        )

    try:
        return cast(path.read_bytes(), str(path), session_of)
    except (BadLog, ReplayMismatch, BadCatalog) as error:
        raise BadInput(str(error)) from None


@cli.command()
@click.argument("lesson", required=False)
@click.option(
    "--session", "log", type=click.Path(dir_okay=False, path_type=Path), help="Record to this file."
)
@click.option(
    "--seed", type=click.IntRange(0, 2**63 - 1), help="Draw the lesson's names and numbers by this."
)
@_plain
@_language
def learn(
    lesson: str | None = None,
    log: Path | None = None,
    seed: int | None = None,
    plain: bool = False,
    language: str | None = None,
) -> None:
    """Open LESSON on the screen; without one, the first that was not passed yet."""
    if not plain:
        _need_terminal()
    from hvlab.course import learning
    from hvlab.course.library import BadLesson

    text = _text(language)
    try:
        status, said = learning.learn(lesson, log, seed, text, _open_session, _show(plain, text))
    except BadLesson as error:
        raise BadInput(str(error)) from None
    if said:
        click.echo(said, err=True)
    sys.exit(status)


def _show(plain: bool, text: Text) -> Show:
    """What shows a lesson: the screen, or lines."""
    if plain:
        from hvlab.repl.plain import show_plain

        return show_plain(_history(), _explainer(text))
    from functools import partial

    from hvlab.tui.app import run_app

    return partial(run_app, history=_history())


@cli.command()
@_world
@_language
def sandbox(scenario: str, platform: str, seed: int, log: Path | None, language: str | None) -> None:
    """Open a lab without a lesson."""
    _need_terminal()
    from hvlab import catalog
    from hvlab.tui.app import run_app

    text = _text(language)
    try:
        catalog.scenario(scenario), catalog.platform(platform)
    except catalog.BadCatalog as error:
        raise BadInput(str(error)) from None
    opened: list[Session] = []

    def open_lab() -> Session:
        opened.append(
            _open_session(
                resume=True,
                scenario=scenario,
                platform=platform,
                seed=seed,
                log=log,
                language=text.language,
            )
        )
        return opened[0]

    status, _ = run_app(open_lab, None, text.language, history=_history())
    for session in opened:
        session.close()
    sys.exit(status)


@cli.command()
@_world
@_plain
@_language
def console(
    scenario: str, platform: str, seed: int, log: Path | None, plain: bool, language: str | None
) -> None:
    """Work in the lab at a prompt, without a screen."""
    if not plain and not _has_terminal():
        raise BadInput("this prompt needs a terminal; without one use `hvlab console --plain`")
    text = _text(language)
    session = _open_session(
        resume=True, scenario=scenario, platform=platform, seed=seed, log=log, language=text.language
    )
    try:
        if plain or os.environ.get("TERM") == "dumb":
            from hvlab.repl.plain import run_plain

            status, _ = run_plain(session, text, _history(), _explainer(text))
        else:
            from hvlab.repl.prompt import run_console

            status = run_console(session, _explainer(text), text, _history())
    finally:
        session.close()
    sys.exit(status)


def _history() -> KeptHistory:
    """What the learner entered, here and on the screen; without a folder to keep it in, only for now."""
    from hvlab import paths
    from hvlab.session.kept import KeptHistory

    try:
        return KeptHistory(paths.user_data())
    except OSError:
        return KeptHistory(None)


@cli.command("web")
@click.argument("lesson", required=False)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Where to listen; beyond this machine only with --password.",
)
@click.option("--port", type=click.IntRange(1, 65535), default=8765, show_default=True)
@click.option("--password", default="", envvar="HVLAB_WEB_PASSWORD", help="Ask visitors for it.")
@click.option("--public-url", help="The address that visitors use, if another program stands in between.")
@_language
def serve_web(
    lesson: str | None, host: str, port: int, password: str, public_url: str | None, language: str | None
) -> None:
    """Open the course in a browser (needs the extra: pip install 'hvlab[web]').

    To share it safely, let it listen on this machine and forward the port: ssh -L 8765:127.0.0.1:8765 HOST
    """
    text = _text(language)
    try:
        from hvlab.tui import serving
    except ModuleNotFoundError:
        raise BadInput("this needs textual-serve: pip install 'hvlab[web]'") from None
    arguments = ["learn", *([lesson] if lesson else []), "--lang", text.language]
    try:
        serving.serve(arguments, host, port, password, public_url)
    except serving.CannotServe as error:
        raise BadInput(str(error)) from None


@cli.group()
def lesson() -> None:
    """Tools for authors of lessons."""


@lesson.command()
@click.argument("lessons", nargs=-1)
@_language
def lint(lessons: tuple[str, ...], language: str | None) -> None:
    """Prove that LESSONS (all, if none is named) can be solved, and only by solving them."""
    from hvlab.course import library

    _text(language)
    try:
        plans = [library.find(name) for name in lessons] if lessons else library.all_lessons()
        findings = {plan.id: library.lint(plan) for plan in plans}
    except library.BadLesson as error:
        raise BadInput(str(error)) from None
    for name, problems in findings.items():
        click.echo(f"{name}: {'ok' if not problems else f'{len(problems)} problem(s)'}")
        for problem in problems:
            click.echo(f"  {problem}")
    sys.exit(1 if any(findings.values()) else 0)


@cli.command()
@_language
def info(language: str | None) -> None:
    """Show the version, the lessons, the platforms and the scenarios."""
    from hvlab import catalog
    from hvlab.course import library

    text = _text(language)
    click.echo(f"hvlab {__version__}, Python {sys.version.split()[0]}")
    for plan in library.all_lessons():
        click.echo(f"lesson    {plan.id}: {plan.title[text.language]} ({plan.minutes} min)")
    for name in catalog.platforms():
        click.echo(f"platform  {name}: {catalog.platform(name).name}")
    for name in catalog.scenarios():
        click.echo(f"scenario  {name}: {catalog.scenario(name).summary[text.language]}")


def main() -> None:
    """The entry point."""
    try:
        cli(prog_name="hvlab")
    except KeyboardInterrupt:
        sys.exit(130)
