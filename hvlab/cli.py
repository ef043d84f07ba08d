"""The `hvlab` command: wires the layers together; only the `cli` modules know them all.

Data goes to standard output, narration to standard error. Exit status: 0 done;
1 the work falls short (a check or a command failed); 2 bad usage or bad input;
130 interrupted. Nothing heavy is imported before it is needed.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hvlab import __version__, cli_class, cli_lessons, cli_records, garbage
from hvlab.cli_common import (
    BadInput,
    F,
    chosen_since,
    explainer,
    is_language_open,
    language_option,
    output_host,
    text_in,
    wrapped,
    write_trace,
)

if TYPE_CHECKING:
    from hvlab.course.companion import Companion
    from hvlab.course.learning import Show
    from hvlab.session.kept import KeptHistory
    from hvlab.session.session import Session
    from hvlab.text import Text

MAXIMUM_SCRIPT = 4 << 20


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
@language_option
@click.pass_context
def cli(context: click.Context, language: str | None) -> None:
    """Learn how virtualization really works, by driving a Hyper-V datacentre in your terminal.

    Without a command, hvlab opens the course.
    """
    garbage.begin()  # a screen goes by another policy, once it stands
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


_USUAL = {"scenario": "one-host", "platform": "ws2008"}


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
            for name, recorded in (
                ("scenario", session.header.scenario),
                ("platform", session.header.platform),
            ):
                if (wanted := arguments.get(name)) not in (None, _USUAL[name], recorded):
                    raise BadInput(
                        f"{log}: recorded with the {name} {recorded!r}, not {wanted!r}; leave --{name} out to go on "
                        "with it, or record to another file"
                    )
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
@language_option
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
    text = text_in(language)
    if log is not None and log.exists() and log.stat().st_size:
        raise BadInput(
            f"{log}: there is a record in it already; name another file, or go on with it: "
            f"hvlab console --session {log}"
        )
    host = output_host(form, text)
    session = _open_session(
        scenario=scenario, platform=platform, seed=seed, log=log, host=host, language=text.language
    )
    try:
        outcome = session.run(source)
    finally:
        host.statement_done()
        session.close()
    if trace is not None:
        write_trace(session, trace)
    sys.exit(outcome.exit_code)


@cli.command()
@click.argument("lesson")
@click.argument("files", nargs=-1, required=True)
@click.option(
    "--report",
    type=click.Choice(["text", "json", "jsonl", "csv", "junit", "gradescope", "xapi", "html"]),
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
@click.option("--scheduler", metavar="ADDRESS", help="Grade on the Dask cluster there (extra: cluster).")
@language_option
def grade(
    lesson: str,
    files: tuple[str, ...],
    report: str,
    out: Path | None,
    jobs: int | None,
    results: Path | None,
    scheduler: str | None,
    language: str | None,
) -> None:
    """Grade each of FILES (scripts, recorded sessions, folders of them) against LESSON (its id or its folder).

    A grade is a replay: what a file claims counts for nothing, what its work reaches counts.
    """
    from hvlab.course import cluster, library, marking

    text = text_in(language)
    try:
        shown, status = marking.mark(library.find(lesson), files, text, report, jobs, results, scheduler)
    except (library.BadLesson, marking.BadResults, cluster.NoCluster) as error:
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
@click.argument("lesson", required=False)
@click.argument("concept", nargs=-1)
@click.option(
    "--session", "log", type=click.Path(dir_okay=False, path_type=Path), help="Record to this file."
)
@click.option(
    "--seed", type=click.IntRange(0, 2**63 - 1), help="Draw the lesson's names and numbers by this."
)
@click.option("--route", default="", help="Go on along a route: essentials, day or whole.")
@click.option("--tour", is_flag=True, help="Begin with a tour of the screen, in under a minute.")
@_plain
@language_option
def learn(
    lesson: str | None = None,
    concept: tuple[str, ...] = (),
    log: Path | None = None,
    seed: int | None = None,
    route: str = "",
    tour: bool = False,
    plain: bool = False,
    language: str | None = None,
) -> None:
    """Open LESSON on the screen; without one, the first that was not passed yet.

    `practice CONCEPT` sets one task after the other, many with other names and numbers each time; `practice` lists
    the concepts. `recap` tells where you were and what the last lessons taught.
    """
    if lesson == "recap" and not concept:
        _recap(route, language)
        return
    lesson = _practice(lesson, concept, language)
    if not plain:
        _need_terminal()
        gc.disable()  # until the screen stands, which switches it on again
    from hvlab.course import learning, routes
    from hvlab.course.library import BadLesson

    text = text_in(language)
    try:
        way = routes.lessons_of(route) if route else ()
        show = _show(plain, text, asks=partial(is_language_open, language), tours=tour)
        status, said = learning.learn(lesson, log, seed, text, _open_session, show, way, chosen_since(text))
    except BadLesson as error:
        raise BadInput(str(error)) from None
    if said:
        click.echo(wrapped(said), err=True)
    sys.exit(status)


def _recap(route: str, language: str | None) -> None:
    """Print where the learner was, what the last lessons taught, what is due, and the command that goes on."""
    from hvlab import paths
    from hvlab.course import recap, routes
    from hvlab.course.library import BadLesson
    from hvlab.course.map import CourseMap
    from hvlab.course.progress import Progress
    from hvlab.repl.reading import read_page

    text = text_in(language)
    try:
        progress = Progress(paths.user_data())
        way = routes.lessons_of(route) if route else ()
        told = recap.of(paths.user_data(), text, CourseMap(progress, text.language, route=way))
    except BadLesson as error:
        raise BadInput(str(error)) from None
    for line in read_page(told.page, text):
        click.echo(wrapped(line, err=False))
    click.echo(recap.command(told.wants))


def _practice(lesson: str | None, concept: tuple[str, ...], language: str | None) -> str | None:
    """The lesson, or the practice, that is meant. Without a concept to practise, all are listed, and it ends."""
    if lesson != "practice":
        if concept:
            raise BadInput(f"one lesson at a time: what is {' '.join(concept)!r} behind {lesson!r}?")
        return lesson
    from hvlab.course import practice, tasks
    from hvlab.course.library import BadLesson

    text = text_in(language)
    try:
        if concept:
            return tasks.PREFIX + practice.meant(" ".join(concept))[0]
        for line in practice.table(text.language):
            click.echo(line)
    except BadLesson as error:
        raise BadInput(str(error)) from None
    click.echo(text("course.practice_list"), err=True)
    sys.exit(0)


@cli.command()
@click.option(
    "--route", default="whole", show_default=True, help="Only this route: essentials, day or whole."
)
@language_option
def course(route: str, language: str | None) -> None:
    """List the course's lessons, or those of a route, with how far you are."""
    from hvlab import paths
    from hvlab.course import routes
    from hvlab.course.library import BadLesson
    from hvlab.course.progress import Progress

    try:
        for line in routes.table(route, Progress(paths.user_data()), text_in(language)):
            click.echo(wrapped(line, err=False))
    except BadLesson as error:
        raise BadInput(str(error)) from None


def _show(
    plain: bool,
    text: Text,
    companion: Companion | None = None,
    *,
    asks: Callable[[], bool] = lambda: False,
    tours: bool = False,
) -> Show:
    """What shows a lesson: the screen, or lines. `asks` says before each whether the language is still open."""
    if plain:
        from hvlab.repl.plain import show_plain

        return show_plain(_history(), explainer(text), companion)
    from hvlab.tui.app import run_app

    history = _history()

    def screen(*arguments: Any, **options: Any) -> tuple[int, str]:
        return run_app(
            *arguments, **options, history=history, companion=companion, asks_language=asks(), tours=tours
        )

    return screen


@cli.command()
@_world
@language_option
def sandbox(scenario: str, platform: str, seed: int, log: Path | None, language: str | None) -> None:
    """Open a lab without a lesson."""
    _need_terminal()
    gc.disable()  # until the screen stands, which switches it on again
    from hvlab import catalog
    from hvlab.tui.app import run_app

    text = text_in(language)
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

    status, _ = run_app(
        open_lab, None, text.language, history=_history(), asks_language=is_language_open(language)
    )
    for session in opened:
        session.close()
    sys.exit(status)


@cli.command("tour")
@language_option
@click.pass_context
def take_tour(context: click.Context, language: str | None) -> None:
    """Open the course with a tour of the screen, in under a minute."""
    context.invoke(learn, tour=True, language=language)


@cli.command()
@language_option
def demo(language: str | None) -> None:
    """Watch a minute at the lab that plays itself and asks nothing; type to take over."""
    _need_terminal()
    from hvlab.tui.demo import run_demo

    sys.exit(run_demo(text_in(language).language))


@cli.command()
@_world
@_plain
@language_option
def console(
    scenario: str, platform: str, seed: int, log: Path | None, plain: bool, language: str | None
) -> None:
    """Work in the lab at a prompt, without a screen."""
    if not plain and not _has_terminal():
        raise BadInput("this prompt needs a terminal; without one use `hvlab console --plain`")
    text = text_in(language)
    session = _open_session(
        resume=True, scenario=scenario, platform=platform, seed=seed, log=log, language=text.language
    )
    try:
        if plain or os.environ.get("TERM") == "dumb":
            from hvlab.repl.plain import run_plain

            status, _ = run_plain(session, text, _history(), explainer(text))
        else:
            from hvlab.repl.prompt import run_console

            status = run_console(session, explainer(text), text, _history())
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
@language_option
def serve_web(
    lesson: str | None, host: str, port: int, password: str, public_url: str | None, language: str | None
) -> None:
    """Open the course in a browser (needs the extra: pip install 'hvlab[web]').

    To share it safely, let it listen on this machine and forward the port: ssh -L 8765:127.0.0.1:8765 HOST
    """
    text = text_in(language)
    try:
        from hvlab.tui import serving
    except ModuleNotFoundError:
        raise BadInput("this needs textual-serve: pip install 'hvlab[web]'") from None
    arguments = ["learn", *([lesson] if lesson else []), "--lang", text.language]
    try:
        serving.serve(arguments, host, port, password, public_url)
    except serving.CannotServe as error:
        raise BadInput(str(error)) from None


@cli.command()
@language_option
def info(language: str | None) -> None:
    """Show the version, the lessons, the platforms and the scenarios."""
    from hvlab import catalog
    from hvlab.course import library

    text = text_in(language)
    click.echo(f"hvlab {__version__}, Python {sys.version.split()[0]}")
    for plan in library.all_lessons():
        click.echo(f"lesson    {plan.id}: {plan.title[text.language]} ({plan.minutes} min)")
    for name in catalog.platforms():
        click.echo(f"platform  {name}: {catalog.platform(name).name}")
    for name in catalog.scenarios():
        click.echo(f"scenario  {name}: {catalog.scenario(name).summary[text.language]}")


for _command in (*cli_records.COMMANDS, cli_lessons.lesson):
    cli.add_command(_command)
cli.add_command(cli_class.commands(_open_session, _show, _need_terminal, _has_terminal))


def main() -> None:
    """The entry point."""
    try:
        cli(prog_name="hvlab")
    except KeyboardInterrupt:
        sys.exit(130)
