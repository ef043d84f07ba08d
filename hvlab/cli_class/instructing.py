"""What an instructor does in a class from the command line: send, ask, examine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from hvlab.cli_class.common import asked, instructor_of
from hvlab.cli_common import BadInput, language_option, text_in

if TYPE_CHECKING:
    from hvlab.classroom.client import Instructor
    from hvlab.text import Text


def open_lab(instructor: Instructor, name: str, text: Text) -> str:
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
@click.argument("kind", type=click.Choice(["message", "command", "pause", "resume", "lesson", "scenario"]))
@click.argument("words", nargs=-1)
@click.option("--to", multiple=True, metavar="NAME", help="To this learner only; may be repeated.")
@language_option
def _push(place: str, kind: str, words: tuple[str, ...], to: tuple[str, ...], language: str | None) -> None:
    """Send WORDS to everyone: a message, a command for their labs, the id of a lesson or scenario that they open now.

    Or pause everyone, or resume.
    """
    text = text_in(language)
    if kind in ("message", "command", "lesson", "scenario") and not words:
        raise BadInput(text("classroom.push.nothing"))
    instructor = instructor_of(place, text)
    asked(text, lambda: instructor.push(kind, " ".join(words), list(to)))
    rows = [
        row for row in asked(text, lambda: instructor.look(text.language)).rows if not to or row.name in to
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
    instructor = instructor_of(place, text)
    asked(text, lambda: instructor.poll(act, " ".join(words)))
    tally = asked(text, lambda: instructor.look(text.language)).poll
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
    instructor = instructor_of(place, text)
    asked(text, lambda: instructor.exam(act))
    view = asked(text, lambda: instructor.look(text.language))
    click.echo(text(f"classroom.exam.did.{act}", count=len(view.rows), minutes=-(-view.left // 60)), err=True)


@click.command("group")
@click.argument("place", metavar="CODE@HOST")
@click.argument("act", type=click.Choice(["make", "rule", "show"]))
@click.argument("name", required=False, default="")
@click.argument("members", nargs=-1, metavar="[LEARNER=ROLE]...")
@click.option("--lesson", default="", help="A lesson's id or scenario:NAME; without it, the class's lesson.")
@click.option(
    "--lost",
    type=click.Choice(["pause", "go-on"]),
    default="pause",
    show_default=True,
    help="What the group's lab does while a member has no connection.",
)
@language_option
def _group(
    place: str, act: Any, name: str, members: tuple[str, ...], lesson: str, lost: Any, language: str | None
) -> None:
    """Let learners share one lab: make NAME ANA=host BEN=storage CEM=network; change its rule; or show all groups.

    The roles are host, storage and network. What was done alone before is kept, and gone back to by
    `hvlab class push CODE@HOST lesson ID`.
    """
    from hvlab.course.teams import roles, title

    text = text_in(language)
    known = [one.id for one in roles().role]
    for member in members:
        if member.rpartition("=")[2] not in known or "=" not in member:
            raise BadInput(text("classroom.group.member", roles=", ".join(known)))
    if act != "show" and (not name or (act == "make" and not members)):
        raise BadInput(text("classroom.group.member", roles=", ".join(known)))
    instructor = instructor_of(place, text)
    if act != "show":
        asked(text, lambda: instructor.group(act, name, list(members), lesson, lost))
    groups = [one for one in asked(text, instructor.groups) if act == "show" or one.name == name]
    for group in groups:
        names = ", ".join(f"{one.name} ({title(one.role, text.language)})" for one in group.members)
        rule = text(f"classroom.group.{group.lost}")
        values = {"name": group.name, "members": names, "rule": rule, "commands": group.commands}
        click.echo(
            text(
                f"classroom.group.{'row' if act == 'show' else 'made' if act == 'make' else 'rule'}", **values
            )
        )
    if not groups:
        click.echo(text("classroom.group.none"))


COMMANDS = (_push, _poll, _exam, _group)
