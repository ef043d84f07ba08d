"""Instructor-led labs at the command line: `hvlab class serve`, `join`, `watch`, `push` and `results`."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hvlab.cli_common import BadInput, language_option, text_in

if TYPE_CHECKING:
    from hvlab.classroom.client import Address, Instructor
    from hvlab.classroom.link import Enrolment, Link
    from hvlab.course.companion import Companion
    from hvlab.course.learning import Opener, Show
    from hvlab.course.model import Lesson
    from hvlab.session.session import Session
    from hvlab.text import Text

    Shows = Callable[[bool, Text, Companion | None], Show]

PASSWORD = "HVLAB_CLASS_PASSWORD"


def commands(
    opener: Opener, shows: Shows, need_terminal: Callable[[], None], has_terminal: Callable[[], bool]
) -> click.Group:
    """The group `hvlab class`; how a lab is opened and shown is handed in."""

    @click.group("class")
    def group() -> None:
        """Instructor-led labs (needs the extra: pip install 'hvlab[class]')."""

    @group.command()
    @click.argument("place", metavar="CODE@HOST")
    @click.option("--name", help="The name to appear under.")
    @click.option("--plain", is_flag=True, help="Line by line, without a screen.")
    @click.option(
        "--folder",
        type=click.Path(file_okay=False, path_type=Path),
        help="Where your work in the class is kept on this machine, if not in your own folder.",
    )
    @language_option
    def join(place: str, name: str | None, plain: bool, folder: Path | None, language: str | None) -> None:
        """Join the class at CODE@HOST, or go on with it. The work goes on without a connection too."""
        text = text_in(language)
        if not plain:
            need_terminal()
        _need_extra()
        address = _address(place, text)
        folder, enrolment = _enrolled(address, name, text, folder)
        from hvlab.classroom.link import Link, remember_part
        from hvlab.course.companion import PART

        while True:
            link = Link(address, enrolment)
            file = folder / enrolment.record
            status, wanted = _work(enrolment, link, file, text, opener, shows(plain, text, link))
            for line in link.news(text):
                click.echo(line, err=True)
            if not wanted.startswith(PART):
                sys.exit(status)
            enrolment = remember_part(folder, enrolment, wanted.removeprefix(PART))

    @group.command()
    @click.argument("place", metavar="CODE@HOST")
    @click.option("--wall", is_flag=True, help="Begin with the wall, for a projector.")
    @click.option("--plain", is_flag=True, help="Print how the class stands, and end.")
    @language_option
    def watch(place: str, wall: bool, plain: bool, language: str | None) -> None:
        """Show who is where in the class, open their labs, talk and send to them.

        The password is asked for, or read from HVLAB_CLASS_PASSWORD. Without a terminal it prints how the class stands.
        """
        text = text_in(language)
        instructor = _instructor(place, text)
        first = _asked(text, lambda: instructor.look(text.language))
        if plain or not has_terminal():
            from hvlab.classroom.view import as_text

            click.echo("\n".join(as_text(first, text)))
            return
        from hvlab.tui.class_app import run_class

        said = ""
        while name := run_class(instructor, text.language, wall=wall, said=said):
            said = _open_lab(instructor, name, text)
            wall = False

    @group.command()
    @click.argument("place", metavar="CODE@HOST")
    @click.option("--plain", is_flag=True, help="Line by line, without a screen.")
    @language_option
    def show(place: str, plain: bool, language: str | None) -> None:
        """Open a lab of your own that everybody in the class follows; when you leave it, they go back to theirs."""
        text = text_in(language)
        if not plain:
            need_terminal()
        _need_extra()
        from hvlab import paths
        from hvlab.classroom.link import Enrolment, Link

        instructor = _instructor(place, text)
        told = _asked(text, instructor.stage)
        address = _address(place, text)
        enrolment = Enrolment(told.token, told.name, told.lesson, told.digest, told.seed)
        folder = paths.user_data() / "classes" / str(address.code)
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / "shown.jsonl"
        file.write_text(_asked(text, lambda: instructor.log(told.name)), encoding="utf-8")
        link = Link(address, enrolment)
        try:
            status, _ = _work(enrolment, link, file, text, opener, shows(plain, text, None))
        finally:
            _asked(text, instructor.leave_stage)
        sys.exit(status)

    for command in (_serve, _push, _poll, _exam, _mine, _results, _debrief, _browser, _log, _erase):
        group.add_command(command)
    return group


def _need_extra() -> None:
    try:
        import hvlab.classroom.serving  # noqa: F401
    except ModuleNotFoundError:
        raise BadInput("this needs the class server's libraries: pip install 'hvlab[class]'") from None


def _address(place: str, text: Text) -> Address:
    from hvlab.classroom.client import Address
    from hvlab.classroom.code import BadCode, parse_place

    try:
        return Address(*parse_place(place))
    except BadCode as error:
        raise BadInput(text(f"classroom.code.{error.reason}")) from None


def _asked(text: Text, ask: Callable[[], Any]) -> Any:
    """What a server answers; BadInput with a sentence if it does not or will not."""
    from hvlab.course.classes import Trouble

    try:
        return ask()
    except Trouble as error:
        known = text.has(error.message)
        raise BadInput(text(error.message, **error.values) if known else error.message) from None


def _enrolled(
    address: Address, name: str | None, text: Text, where: Path | None = None
) -> tuple[Path, Enrolment]:
    from hvlab import paths
    from hvlab.classroom import link

    folder = where or paths.user_data() / "classes" / str(address.code)
    file = folder / "enrolment.json"
    known = link.remembered(file)
    if known is not None:
        return folder, known
    chosen = name or click.prompt(text("classroom.join.name"), err=True)
    enrolment: Enrolment = _asked(text, lambda: link.enrol(address, chosen))
    link.remember(file, enrolment)
    return folder, enrolment


def _work(
    enrolment: Enrolment, link: Link, file: Path, text: Text, opener: Opener, show: Show
) -> tuple[int, str]:
    """Open a lesson; when the learner leaves, what is not on the server yet is sent. The status, what is wanted."""
    from hvlab import paths
    from hvlab.course import learning, library
    from hvlab.course.companion import FOLLOW
    from hvlab.course.map import CourseMap
    from hvlab.course.progress import Progress
    from hvlab.course.view import LessonView, open_lesson

    try:
        plan = library.find(enrolment.lesson, enrolment.seed)
    except library.BadLesson as error:
        raise BadInput(str(error)) from None
    if plan.digest != enrolment.digest:
        raise BadInput(text("classroom.join.other_edition", lesson=plan.id))

    opened: list[tuple[Session, LessonView]] = []

    def open_lab() -> Session:
        return opened[0][0] if opened else learning.lab_of(plan, file, text.language, opener)

    def open_view(session: Session) -> LessonView:
        if not opened:
            opened.append((session, open_lesson(plan, session, text.language)))
            link.begin(session.log)
        return opened[0][1]

    while True:
        status, wanted = show(
            open_lab,
            open_view,
            text.language,
            first_page=learning.first_page(plan, text.language),
            course=CourseMap(Progress(paths.user_data()), text.language, plan.id),
        )
        if wanted != FOLLOW:
            break
        _follow(plan, link, text)
    complete = link.close()
    for session, _ in opened:
        session.close()
    click.echo(text("classroom.join.all_sent" if complete else "classroom.join.not_sent"), err=True)
    return status, wanted


def _follow(plan: Lesson, link: Link, text: Text) -> None:
    """The lab that the instructor shows, as a copy in which one can go back; until it is shown no more."""
    import time

    from hvlab.classroom.following import Broadcast
    from hvlab.classroom.standing import record
    from hvlab.course import grading
    from hvlab.course.view import open_lesson
    from hvlab.tui.app import run_app

    click.echo(text("classroom.follow.waiting"), err=True)
    try:
        while link.showing and (seen := link.watch()) is None:
            time.sleep(0.2)
        if not link.showing or seen is None:
            return
        seed, entries = seen
        drawn = grading.drawn_anew(plan, seed)
        try:
            session = grading.replay_log(drawn, record(drawn, entries), text("classroom.follow.name"))
        except grading.BadSubmission as error:
            click.echo(str(error), err=True)
            return
        followed = Broadcast(link, text("classroom.follow.name"), len(session.log.entries))
        run_app(
            session,
            lambda session: open_lesson(drawn, session, text.language),
            text.language,
            followed=followed,
        )
        session.close()
    finally:
        link.look_away()


@click.command("serve")
@click.argument("lesson", required=False)
@click.option("--host", default="0.0.0.0", show_default=True, help="Where to listen.")
@click.option("--port", type=click.IntRange(1, 65535), default=8764, show_default=True)
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the class is kept; a class that lies there is gone on with.",
)
@click.option("--hours", type=click.IntRange(1, 24 * 365), default=24, show_default=True)
@click.option("--database", default="", help="Another database than the embedded one, as a URL.")
@click.option(
    "--jobs", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes that replay."
)
@click.option(
    "--exam", type=click.IntRange(1, 1440), metavar="MINUTES", help="It is an exam of so many minutes."
)
@click.option(
    "--allow",
    multiple=True,
    metavar="COMMAND",
    help="In an exam, allow this command only (Get-*, New-VM); may be repeated.",
)
@click.option(
    "--checks",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="In an exam, also grade by the [[check]] tables of this file; learners never get them.",
)
@click.option(
    "--offline",
    type=click.Choice(["pause", "work"]),
    default="pause",
    show_default=True,
    help="In an exam, what a learner without a connection does.",
)
@language_option
def _serve(
    lesson: str | None,
    host: str,
    port: int,
    folder: Path | None,
    hours: int,
    database: str,
    jobs: int,
    exam: int | None,
    allow: tuple[str, ...],
    checks: Path | None,
    offline: Any,
    language: str | None,
) -> None:
    """Open a class on LESSON. Its code lets learners join for --hours; the password is shown once."""
    _need_extra()
    from hvlab import paths
    from hvlab.classroom import serving
    from hvlab.course import library

    text = text_in(language)
    if exam is None and (allow or checks):
        raise BadInput(text("classroom.serve.no_exam"))
    from hvlab.course.exam import Terms

    terms = None if exam is None else Terms(exam, list(allow), offline)
    try:
        plan = library.find(lesson) if lesson else library.first()
        listener = serving.listen(host, port)
        opened = serving.open_class(
            folder or paths.user_data() / "class", plan.id, hours, database, terms=terms, checks=checks
        )
    except library.BadLesson as error:
        raise BadInput(str(error)) from None
    except serving.CannotServe as error:
        raise BadInput(text(f"classroom.serve.{error.reason}", **error.values)) from None
    except OSError as error:
        raise BadInput(f"{error.filename}: {error.strerror}") from None
    place = f"{opened.code}@{socket.gethostname() if host == '0.0.0.0' else host}"
    if port != 8764:
        place += f":{port}"
    click.echo(text("classroom.serve.open", lesson=plan.title[text.language]))
    click.echo(text("classroom.serve.join", command=f"hvlab class join {place}"))
    click.echo(text("classroom.serve.watch", command=f"hvlab class watch {place}"))
    if opened.password:
        click.echo(text("classroom.serve.password", password=opened.password))
    else:
        click.echo(text("classroom.serve.password_known"))
    if opened.data.terms:
        click.echo(text("classroom.serve.exam", command=f"hvlab class exam {place} begin"))
    sys.stdout.flush()
    serving.serve(opened, listener, jobs)


def _instructor(place: str, text: Text) -> Instructor:
    _need_extra()
    from hvlab.classroom.client import Instructor

    password = os.environ.get(PASSWORD) or click.prompt(
        text("classroom.watch.password"), hide_input=True, err=True
    )
    return Instructor(_address(place, text), password)


def _open_lab(instructor: Instructor, name: str, text: Text) -> str:
    """A copy of a learner's lab on the screen, which goes on as theirs does; what to say when it is left."""
    from hvlab.classroom.following import Following
    from hvlab.course import grading, library
    from hvlab.course.classes import Trouble
    from hvlab.course.view import open_lesson
    from hvlab.session import log
    from hvlab.tui.app import run_app

    try:
        data = instructor.log(name).encode()
        header, _ = log.read(data, name)
        plan = library.find(header.lesson or "", header.seed)
        session = grading.replay_log(plan, data, name)
    except Trouble as error:
        return text(error.message, **error.values)
    except (log.BadLog, library.BadLesson, grading.BadSubmission) as error:
        return str(error)
    followed = Following(name, lambda after: instructor.inputs(name, after), len(session.log.entries))
    followed.begin()
    try:
        run_app(
            session,
            lambda session: open_lesson(plan, session, text.language),
            text.language,
            followed=followed,
        )
    finally:
        followed.end()
        session.close()
    return ""


@click.command("push")
@click.argument("place", metavar="CODE@HOST")
@click.argument("kind", type=click.Choice(["message", "command", "pause", "resume", "lesson"]))
@click.argument("words", nargs=-1)
@click.option("--to", multiple=True, metavar="NAME", help="To this learner only; may be repeated.")
@language_option
def _push(place: str, kind: str, words: tuple[str, ...], to: tuple[str, ...], language: str | None) -> None:
    """Send WORDS to everyone: a message, a command that runs in their labs, or the id of a lesson that they open now.

    Or pause everyone, or resume.
    """
    text = text_in(language)
    if kind in ("message", "command", "lesson") and not words:
        raise BadInput(text("classroom.push.nothing"))
    instructor = _instructor(place, text)
    _asked(text, lambda: instructor.push(kind, " ".join(words), list(to)))
    rows = [
        row for row in _asked(text, lambda: instructor.look(text.language)).rows if not to or row.name in to
    ]
    click.echo(text("classroom.push.sent", count=len(rows), here=sum(row.here for row in rows)), err=True)


@click.command("poll")
@click.argument("place", metavar="CODE@HOST")
@click.argument("act", type=click.Choice(["open", "again", "show"]))
@click.argument("words", nargs=-1)
@language_option
def _poll(place: str, act: Any, words: tuple[str, ...], language: str | None) -> None:
    """Ask everyone: open 'QUESTION | ANSWER | ANSWER' (or the id of one of the lesson's questions), again, show.

    `again` lets everyone vote once more after they have talked; `show` ends the poll, tells everyone how the votes
    are distributed, and prints it.
    """
    text = text_in(language)
    if act == "open" and not words:
        raise BadInput(text("classroom.refused.no-ballot"))
    instructor = _instructor(place, text)
    _asked(text, lambda: instructor.poll(act, " ".join(words)))
    tally = _asked(text, lambda: instructor.look(text.language)).poll
    if act == "show" and tally is not None:
        from hvlab.course.polls import distribution

        click.echo("\n".join(distribution(tally, text)))


@click.command("exam")
@click.argument("place", metavar="CODE@HOST")
@click.argument("act", type=click.Choice(["begin", "end", "release"]))
@language_option
def _exam(place: str, act: Any, language: str | None) -> None:
    """Begin the exam, end it before its time, or release its results, which nobody sees before."""
    text = text_in(language)
    instructor = _instructor(place, text)
    _asked(text, lambda: instructor.exam(act))
    view = _asked(text, lambda: instructor.look(text.language))
    click.echo(text(f"classroom.exam.did.{act}", count=len(view.rows), minutes=-(-view.left // 60)), err=True)


@click.command("mine")
@click.argument("place", metavar="CODE@HOST")
@language_option
def _mine(place: str, language: str | None) -> None:
    """Print your own result in the class at CODE@HOST, which you have joined."""
    text = text_in(language)
    _need_extra()
    from hvlab import paths
    from hvlab.classroom import link
    from hvlab.classroom.client import own_result

    address = _address(place, text)
    known = link.remembered(paths.user_data() / "classes" / str(address.code) / "enrolment.json")
    if known is None:
        raise BadInput(text("classroom.mine.not_joined"))
    outcome = _asked(text, lambda: own_result(address, known.token, text.language))
    if outcome.report is None:
        raise BadInput(outcome.refusal)
    from hvlab.course.grading import as_text

    click.echo(as_text(outcome.report, text))
    sys.exit(0 if outcome.report.passed else 1)


@click.command("results")
@click.argument("place", metavar="CODE@HOST")
@click.option(
    "--report",
    default="csv",
    show_default=True,
    metavar="FORM",
    help="One of the forms in which hvlab grade reports on many: csv, jsonl, junit, gradescope, html.",
)
@click.option("--lesson", default="", help="Of a further lesson that was given, by its id.")
@language_option
def _results(place: str, report: str, lesson: str, language: str | None) -> None:
    """Grade everyone from the logs on the server and print the report."""
    text = text_in(language)
    from hvlab.course.reports import FORMS

    if report not in FORMS:
        raise BadInput(text("classroom.results.no_form", form=report, forms=", ".join(FORMS)))
    instructor = _instructor(place, text)
    click.echo(_asked(text, lambda: instructor.results(report, text.language, lesson)), nl=False)


@click.command("browser")
@click.argument("place", metavar="CODE@HOST")
@click.option("--host", default="0.0.0.0", show_default=True, help="Where to listen.")
@click.option("--port", type=click.IntRange(1, 65535), default=8766, show_default=True)
@click.option(
    "--most", type=click.IntRange(1, 500), default=12, show_default=True, help="So many learners at once."
)
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where their work is kept until the class has it.",
)
@language_option
def _browser(place: str, host: str, port: int, most: int, folder: Path | None, language: str | None) -> None:
    """Let learners join the class at CODE@HOST with a browser, nothing installed (needs the extra 'hvlab[web]').

    They log in with their name and the class code. Each costs a process on this machine, hence --most.
    """
    import datetime
    import hashlib
    import ssl
    import time

    text = text_in(language)
    _need_extra()
    try:
        from hvlab.tui import class_pages
        from hvlab.tui.serving import CannotServe
    except ModuleNotFoundError:
        raise BadInput("this needs textual-serve: pip install 'hvlab[web]'") from None
    from hvlab import paths
    from hvlab.classroom import certificate, link
    from hvlab.classroom.client import Refusal
    from hvlab.classroom.limits import Tries

    address = _address(place, text)
    kept = folder or paths.user_data() / "classes" / f"{address.code}-browsers"
    kept.mkdir(parents=True, exist_ok=True, mode=0o700)
    der = certificate.make(kept, datetime.datetime.now(datetime.UTC))
    key_file, certificate_file = certificate.files(kept)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate_file, key_file)
    tries = Tries(60, 0.5, time.monotonic)

    def enter(name: str, code: str, visitor: str, remote: str) -> list[str]:
        if tries.used_up(remote):
            raise Refusal("too-many-tries")
        if not address.code.opens(code):
            tries.fail(remote)
            raise Refusal("wrong-code")
        mine = kept / hashlib.sha256(visitor.encode()).hexdigest()[:32]
        if link.remembered(mine / "enrolment.json") is None:
            link.remember(mine / "enrolment.json", link.enrol(address, name))
        return ["class", "join", place, "--folder", str(mine), "--lang", text.language]

    public = f"https://{socket.gethostname() if host == '0.0.0.0' else host}:{port}"
    fingerprint = hashlib.sha256(der).hexdigest().upper()
    click.echo(text("classroom.browser.open", url=public, most=most))
    click.echo(text("classroom.browser.warning"))
    click.echo("  " + ":".join(fingerprint[at : at + 2] for at in range(0, 64, 2)))
    sys.stdout.flush()
    try:
        class_pages.serve(class_pages.ClassPages(enter, host, port, most, text, tls, public))
    except CannotServe as error:
        raise BadInput(str(error)) from None


@click.command("debrief")
@click.argument("place", metavar="CODE@HOST")
@language_option
def _debrief(place: str, language: str | None) -> None:
    """Print one page (Markdown): what was reached, the commonest errors, and the moments at which they were made."""
    text = text_in(language)
    instructor = _instructor(place, text)
    page = _asked(text, lambda: instructor.debrief(text.language))
    from hvlab.classroom.debrief import as_page

    click.echo("\n".join(as_page(page, text, place)))


@click.command("log")
@click.argument("place", metavar="CODE@HOST")
@click.argument("name")
@language_option
def _log(place: str, name: str, language: str | None) -> None:
    """Print the session log of the learner NAME: open it with `hvlab replay` or `hvlab learn --session`."""
    text = text_in(language)
    instructor = _instructor(place, text)
    click.echo(_asked(text, lambda: instructor.log(name)), nl=False)


@click.command("erase")
@click.argument("place", metavar="CODE@HOST")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@language_option
def _erase(place: str, name: str, yes: bool, language: str | None) -> None:
    """Remove the learner NAME and everything that the class has stored about them."""
    text = text_in(language)
    instructor = _instructor(place, text)
    if not yes:
        click.confirm(text("classroom.erase.sure", name=name), abort=True, err=True)
    _asked(text, lambda: instructor.erase(name))
