"""What is left of a class at the command line: results, the debrief, logs, and removing them."""

from __future__ import annotations

import sys

import click

from hvlab.cli_class.common import asked, instructor_of
from hvlab.cli_common import BadInput, language_option, text_in


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
    instructor = instructor_of(place, text)
    click.echo(asked(text, lambda: instructor.results(report, text.language, lesson)), nl=False)


@click.command("grades")
@click.argument("place", metavar="CODE@HOST")
@language_option
def _grades(place: str, language: str | None) -> None:
    """Give the learning platforms (LTI) the scores of those whom they have sent; of an exam once it is released."""
    text = text_in(language)
    instructor = instructor_of(place, text)
    sent = asked(text, lambda: instructor.grades(text.language))
    for one in sent:
        how = "failed" if one.why else "sent"
        values = {"name": one.name, "points": one.points, "maximum": one.maximum, "why": one.why}
        click.echo(text(f"classroom.lti.{how}", **values))
    if not sent:
        click.echo(text("classroom.lti.nobody"))
    sys.exit(1 if any(one.why for one in sent) else 0)


@click.command("debrief")
@click.argument("place", metavar="CODE@HOST")
@language_option
def _debrief(place: str, language: str | None) -> None:
    """Print one page (Markdown): what was reached, the commonest errors, and the moments at which they were made."""
    text = text_in(language)
    instructor = instructor_of(place, text)
    page = asked(text, lambda: instructor.debrief(text.language))
    from hvlab.classroom.debrief import as_page

    click.echo("\n".join(as_page(page, text, place)))


@click.command("log")
@click.argument("place", metavar="CODE@HOST")
@click.argument("name")
@language_option
def _log(place: str, name: str, language: str | None) -> None:
    """Print the session log of the learner NAME: open it with `hvlab replay` or `hvlab learn --session`."""
    text = text_in(language)
    instructor = instructor_of(place, text)
    click.echo(asked(text, lambda: instructor.log(name)), nl=False)


@click.command("erase")
@click.argument("place", metavar="CODE@HOST")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@language_option
def _erase(place: str, name: str, yes: bool, language: str | None) -> None:
    """Remove the learner NAME and everything that the class has stored about them."""
    text = text_in(language)
    instructor = instructor_of(place, text)
    if not yes:
        click.confirm(text("classroom.erase.sure", name=name), abort=True, err=True)
    asked(text, lambda: instructor.erase(name))


COMMANDS = (_results, _grades, _debrief, _log, _erase)
