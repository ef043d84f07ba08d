"""Opening a class at the command line: the server, and the pages for browsers."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hvlab.cli_class.common import address_of, need_extra
from hvlab.cli_common import BadInput, language_option, text_in

if TYPE_CHECKING:
    from hvlab.classroom.lti import Tool
    from hvlab.classroom.serving import Opened


INSTRUCTOR = "instructor"
"""The name under which the instructor logs in to the pages, with their password."""
KEY = 40
"""Letters of a key, and more than a class code has."""


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
@click.option(
    "--keep",
    type=click.IntRange(0, 3650),
    metavar="DAYS",
    help="Erase all learners so many days after the end of --hours; without it, everything stays.",
)
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
@click.option(
    "--lti",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Learning platforms that may send learners (LTI 1.3), as a TOML file; needs the extra 'hvlab[lti]'.",
)
@language_option
def _serve(
    lesson: str | None,
    host: str,
    port: int,
    folder: Path | None,
    hours: int,
    keep: int | None,
    database: str,
    jobs: int,
    exam: int | None,
    allow: tuple[str, ...],
    checks: Path | None,
    offline: Any,
    lti: Path | None,
    language: str | None,
) -> None:
    """Open a class on LESSON. Its code lets learners join for --hours; the password is shown once."""
    need_extra()
    from hvlab import paths
    from hvlab.classroom import serving
    from hvlab.course import library

    text = text_in(language)
    read_lti = _lti(lti)
    try:
        plan = library.find(lesson) if lesson else library.first()
    except library.BadLesson as error:
        raise BadInput(str(error)) from None
    if exam is None and plan.plan.exam:
        exam = plan.minutes  # the practical exam is one, however it is opened
    if exam is None and (allow or checks):
        raise BadInput(text("classroom.serve.no_exam"))
    from hvlab.course.exam import Terms

    terms = None if exam is None else Terms(exam, list(allow), offline)
    try:
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
    tool = read_lti(opened)
    if tool is not None:
        base = f"https://{place.partition('@')[2]}"
        base = base if ":" in base[8:] else f"{base}:{port}"
        click.echo(text("classroom.serve.lti", login=f"{base}/lti/login", launch=f"{base}/lti/launch"))
        click.echo(text("classroom.serve.lti_keys", keys=f"{base}/lti/keys"))
        sys.stdout.flush()
    serving.serve(opened, listener, jobs, tool, place, keep)


def _lti(file: Path | None) -> Callable[[Opened], Tool | None]:
    """What makes a class's tool; None where no platforms are named. BadInput."""
    if file is None:
        return lambda opened: None
    import time

    try:
        from hvlab.classroom import lti
    except ModuleNotFoundError:
        raise BadInput("this needs the libraries of LTI: pip install 'hvlab[lti]'") from None
    try:
        platforms = lti.read_platforms(file)
    except lti.BadPlatforms as error:
        raise BadInput(str(error)) from None
    return lambda opened: lti.Tool(platforms, opened.folder, time.time, opened.store.spend)


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

    They log in with their name and the class code. Each costs a process on this machine, hence --most. The instructor
    logs in as `instructor` with the password, and has the instructor's screen.
    """
    import datetime
    import hashlib
    import ssl
    import time

    text = text_in(language)
    need_extra()
    try:
        from hvlab.tui import class_pages
        from hvlab.tui.serving import CannotServe
    except ModuleNotFoundError:
        raise BadInput("this needs textual-serve: pip install 'hvlab[web]'") from None
    from hvlab import paths
    from hvlab.classroom import certificate, link
    from hvlab.classroom.client import Instructor, Refusal
    from hvlab.classroom.limits import Tries

    address = address_of(place, text)
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
        if name == INSTRUCTOR and not address.code.opens(code):
            try:
                Instructor(address, code).look(text.language)
            except Refusal:
                tries.fail(remote)
                raise Refusal("wrong-code") from None
            file = kept / "instructor"
            file.touch(mode=0o600)
            file.write_text(
                code, encoding="utf-8"
            )  # not among a process's arguments, where others could read it
            return ["class", "watch", place, "--password-file", str(file), "--lang", text.language]
        mine = kept / hashlib.sha256(visitor.encode()).hexdigest()[:32]
        if len(code) >= KEY and not address.code.opens(code):  # a learning platform's launch has given it
            try:
                link.remember(mine / "enrolment.json", link.enrol_by_key(address, code))
            except Refusal:
                tries.fail(remote)
                raise Refusal("wrong-code") from None
            return ["class", "join", place, "--folder", str(mine), "--lang", text.language]
        if not address.code.opens(code):
            tries.fail(remote)
            raise Refusal("wrong-code")
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
    finally:  # as long as the pages are served, whoever comes back to the instructor's finds it open
        (kept / "instructor").unlink(missing_ok=True)


COMMANDS = (_serve, _browser)
