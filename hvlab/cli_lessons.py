"""The part of the `hvlab` command that is for authors of lessons."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import click

from hvlab.cli_common import BadInput, language_option, text_in
from hvlab.cli_records import replayed


@click.group(epilog="Begin with `hvlab lesson guide`: it needs no programming.")
def lesson() -> None:
    """Tools for authors of lessons."""


@lesson.command(short_help="Print the guide for teachers and authors.")
@language_option
def guide(language: str | None) -> None:
    """Print the guide for who teaches with the course or writes lessons."""
    from hvlab.console.help import CatalogHelp

    click.echo(CatalogHelp(text_in(language)).article("about_Teaching"))


@lesson.command(short_help="Prove that lessons hold.")
@click.argument("lessons", nargs=-1)
@click.option("--jobs", type=click.IntRange(1, 256), help="Prove so many lessons at a time.")
@language_option
def lint(lessons: tuple[str, ...], jobs: int | None, language: str | None) -> None:
    """Prove that LESSONS (the whole course, if none is named) can be solved, and only by solving them.

    Without LESSONS, the questions before and after each chapter are proved too, that every claim is graded, and
    that every misconception returns.
    """
    from hvlab.course import library

    text_in(language)
    flawed = False
    try:
        plans = [library.find(name) for name in lessons] if lessons else library.course_lessons()
        with click.progressbar(
            library.lint_many(plans, jobs or os.cpu_count() or 1),
            length=len(plans),
            file=sys.stderr,
            hidden=len(plans) <= 1 or not sys.stderr.isatty(),
        ) as proved:
            for plan, problems in zip(plans, proved, strict=True):
                click.echo(f"{plan.id}: {'ok' if not problems else f'{len(problems)} problem(s)'}")
                for problem in problems:
                    click.echo(f"  {problem}")
                flawed = flawed or bool(problems)
        if not lessons:
            for name, problems in library.lint_whole(plans):
                click.echo(f"{name}: {'ok' if not problems else f'{len(problems)} problem(s)'}")
                for problem in problems:
                    click.echo(f"  {problem}")
                flawed = flawed or bool(problems)
    except library.BadLesson as error:
        raise BadInput(str(error)) from None
    sys.exit(1 if flawed else 0)


@lesson.command(short_help="Begin a lesson: a small one that works.")
@click.argument("folder", type=click.Path(path_type=Path))
@language_option
def new(folder: Path, language: str | None) -> None:
    """Begin a lesson in a new FOLDER: a small one that works, to be changed."""
    from hvlab.course import authoring, library

    text = text_in(language)
    try:
        files = authoring.begin(folder)
    except library.BadLesson as error:
        raise BadInput(str(error)) from None
    for file in files:
        click.echo(file)
    click.echo(text("cli.lesson_begun", folder=folder), err=True)


@lesson.command(short_help="Print a lesson with its checks, to read.")
@click.argument("name", metavar="LESSON")
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), help="Draw names and numbers by this.")
@click.option(
    "--watch", is_flag=True, help="Print it anew each time one of its files is saved, until Ctrl+C."
)
@language_option
def preview(name: str, seed: int | None, watch: bool, language: str | None) -> None:
    """Print LESSON (its id or its folder) as a text to read, with what each step checks, asks and hints at."""
    from hvlab.course import authoring, library

    text = text_in(language)
    try:
        folder = library.find(name, seed).folder
    except library.BadLesson as error:
        if not watch or not Path(name).is_dir():
            raise BadInput(str(error)) from None
        folder = Path(name)  # it is being written: what is wrong is told, and may be mended
    for again in authoring.saved(folder) if watch else [False]:
        if again:
            click.clear()
        try:
            for line in authoring.preview(library.find(str(folder), seed), text.language):
                click.echo(line)
        except library.BadLesson as error:
            click.echo(f"hvlab: {error}", err=True)


@lesson.command("text", short_help="Print what a learner reads in a lesson.")
@click.argument("name", metavar="LESSON")
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), help="Draw names and numbers by this.")
@click.option("--goals", is_flag=True, help="With the titles of each step's goals, as the screen lists them.")
@language_option
def text_command(name: str, seed: int | None, goals: bool, language: str | None) -> None:
    """Print what a learner reads in LESSON (its id or its folder): no checks, no hints, no solutions."""
    from hvlab.course import authoring, library

    text = text_in(language)
    try:
        plan = library.find(name, seed)
    except library.BadLesson as error:
        raise BadInput(str(error)) from None
    for line in authoring.text_alone(plan, text.language, text, goals=goals):
        click.echo(line)


@lesson.command(short_help="Show a lesson's demo on a projector.")
@click.argument("name", metavar="LESSON")
@language_option
def present(name: str, language: str | None) -> None:
    """Show the demo of LESSON (its id or its folder) on a projector: Page Down goes on, Page Up takes back.

    In a class, `hvlab class show CODE@HOST --demo` shows it so that all follow and vote.
    """
    from hvlab.cli_class.staging import demo_of
    from hvlab.course.grading import open_session
    from hvlab.tui.lecture_app import run_lecture

    text = text_in(language)
    found = demo_of(name)
    sys.exit(run_lecture(lambda: open_session(found.lesson), found, text.language))


@lesson.command(short_help="Make a lesson of work in a recorded session.")
@click.argument("session_file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@click.option(
    "--start-until",
    "until",
    default="",
    metavar="BOOKMARK|STEP",
    help="Where what you prepared ends: a bookmark (New-LabBookmark) or a step (Get-LabStep). Default: bookmark start.",
)
@language_option
def record(session_file: Path, folder: Path | None, until: str, language: str | None) -> None:
    """Make a lesson of the work in a recorded session, in a new FOLDER; without one, print the work as a script.

    Work in the lab with --session SESSION_FILE. Prepare what the learner shall find, type New-LabBookmark start,
    then do what the learner is to do. What you undid does not count. Written are start.ps1, solution.ps1, checks
    that were proved to fail after the start and to hold after the work, and pages in which TODO marks what is yours
    to say.
    """
    from hvlab.course import authoring, library, recording

    text = text_in(language)
    session = replayed(session_file.read_bytes(), str(session_file))
    try:
        if folder is None:
            click.echo(recording.script_of(session, until), nl=False)
            return
        files, made = authoring.record(session, folder, until, text)
    except library.BadLesson as error:
        raise BadInput(str(error)) from None
    for file in files:
        click.echo(file)
    for line in authoring.told(made, text):
        click.echo(line, err=True)
    click.echo(text("cli.record.done", folder=folder, count=len(made.plan.check)), err=True)


@lesson.command(short_help="Install a pack of lessons.")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--name", default="", help="What the pack is called; else as its folder or archive is.")
@language_option
def install(path: Path, name: str, language: str | None) -> None:
    """Install the pack at PATH: a folder of lessons, one lesson, or an archive of either (.zip, .tar.gz).

    Every lesson is checked first; where one is wrong, nothing is installed.
    """
    from hvlab.course import installing, library

    text = text_in(language)
    try:
        done = installing.install(path, name)
    except library.BadLesson as error:
        raise BadInput(str(error)) from None
    except OSError as error:
        raise BadInput(f"{error.filename or path}: cannot be installed ({error.strerror})") from None
    for lesson in done.lessons:
        click.echo(lesson)
    if done.left_out:
        click.echo(text("cli.pack.left_out", files=", ".join(map(repr, done.left_out))), err=True)
    click.echo(text("cli.pack.installed", name=done.name, first=done.lessons[0]), err=True)


@lesson.command(short_help="List the installed packs.")
@language_option
def packs(language: str | None) -> None:
    """List the installed packs and their lessons, and what of them cannot be used."""
    from hvlab.course import library

    text = text_in(language)
    try:
        found = library.installed()
        for pack in found:
            click.echo(f"{pack.name}  {pack.folder}")
            for folder in pack.lessons.values():
                plan = library.find(str(folder))
                click.echo(f"  {plan.id:<24}  {plan.minutes:>3} min  {plan.title[text.language]}")
            for problem in pack.problems.values():
                click.echo("  " + text("cli.pack.unusable", problem=problem))
        if not found:
            click.echo(text("cli.pack.none"), err=True)
    except library.BadLesson as error:
        raise BadInput(str(error)) from None


@lesson.command(short_help="Take an installed pack away.")
@click.argument("name")
@language_option
def remove(name: str, language: str | None) -> None:
    """Take the installed pack NAME away. What was reached in its lessons stays recorded."""
    from hvlab.course import library
    from hvlab.course import packs as installed

    text = text_in(language)
    try:
        installed.remove(name)
    except library.BadLesson as error:
        raise BadInput(str(error)) from None
    except OSError as error:
        raise BadInput(f"{error.filename}: cannot be removed ({error.strerror})") from None
    click.echo(text("cli.pack.removed", name=name), err=True)


@lesson.command(short_help="Print where each claim is graded.")
def coverage() -> None:
    """Print what the course grades: each claim of the checked handout, with the wrong answer that fails there.

    Then each misconception: where it is met first, and where it returns at least two lessons later.
    """
    from hvlab.course import claims, library, recurrence

    try:
        lessons = library.course_lessons()
        for line in (*claims.table(lessons), "", *recurrence.table(lessons)):
            click.echo(line)
        sys.exit(1 if claims.uncovered(lessons) or recurrence.problems(lessons) else 0)
    except library.BadLesson as error:
        raise BadInput(str(error)) from None


@lesson.command(short_help="Print where each word is used.")
def glossary() -> None:
    """Print which lessons use each word of the glossary, which none uses, and what is in bold type and not in it."""
    from hvlab.course import library, wording

    try:
        for line in wording.table(library.course_lessons()):
            click.echo(line)
    except library.BadLesson as error:
        raise BadInput(str(error)) from None


@lesson.command(short_help="Print the JSON Schema of lesson.toml.")
def schema() -> None:
    """Print the JSON Schema of lesson.toml, for editors that check while one writes."""
    from hvlab.course import authoring

    click.echo(json.dumps(authoring.schema(), indent=2))
