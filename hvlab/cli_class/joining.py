"""A learner at the command line: joins a class, works in it, follows what is shown, sees their own result."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hvlab.cli_class.common import address_of, asked, need_extra
from hvlab.cli_common import BadInput, language_option, text_in

if TYPE_CHECKING:
    from hvlab.classroom.client import Address
    from hvlab.classroom.link import Enrolment, Link
    from hvlab.course.learning import Opener, Show
    from hvlab.course.model import Lesson
    from hvlab.course.shown import LessonView
    from hvlab.session.session import Session
    from hvlab.text import Text


def enrolled(
    address: Address, name: str | None, text: Text, where: Path | None = None, key: str = ""
) -> tuple[Path, Enrolment]:
    from hvlab import paths
    from hvlab.classroom import link

    folder = where or paths.user_data() / "classes" / str(address.code)
    file = folder / "enrolment.json"
    known = link.remembered(file)
    if known is not None and key in ("", known.token):
        return folder, known
    if key:
        enrolment: Enrolment = asked(text, lambda: link.enrol_by_key(address, key))
        link.remember(file, enrolment)
        return folder, enrolment
    chosen = name or click.prompt(text("classroom.join.name"), err=True)
    enrolment = asked(text, lambda: link.enrol(address, chosen))
    link.remember(file, enrolment)
    return folder, enrolment


def work(
    enrolment: Enrolment, link: Link, file: Path, text: Text, opener: Opener, show: Show
) -> tuple[int, str]:
    """Open a lesson; when the learner leaves, what is not on the server yet is sent. The status, what is wanted."""
    from hvlab import paths
    from hvlab.course import learning, library
    from hvlab.course.companion import FOLLOW
    from hvlab.course.map import CourseMap
    from hvlab.course.progress import Progress
    from hvlab.course.view import open_lesson

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
            session.asks = not link.shared  # in a group's lab everybody would have to answer alike
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

    from hvlab.classroom.following import Broadcast, Watching
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
            companion=Watching(link),
        )
        session.close()
    finally:
        link.look_away()


@click.command("mine")
@click.argument("place", metavar="CODE@HOST")
@language_option
def _mine(place: str, language: str | None) -> None:
    """Print your own result in the class at CODE@HOST, which you have joined."""
    text = text_in(language)
    need_extra()
    from hvlab import paths
    from hvlab.classroom import link
    from hvlab.classroom.client import own_result

    address = address_of(place, text)
    known = link.remembered(paths.user_data() / "classes" / str(address.code) / "enrolment.json")
    if known is None:
        raise BadInput(text("classroom.mine.not_joined"))
    outcome = asked(text, lambda: own_result(address, known.token, text.language))
    if outcome.report is None:
        raise BadInput(outcome.refusal)
    from hvlab.course.grading import as_text

    click.echo(as_text(outcome.report, text))
    sys.exit(0 if outcome.report.passed else 1)


COMMANDS = (_mine,)
