"""What all of the `hvlab` command's parts share: how bad input is told, languages, and where output goes."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar

import click

from hvlab import __version__

if TYPE_CHECKING:
    from hvlab.console.errors import ErrorRecord
    from hvlab.session.session import Session
    from hvlab.text import Text

F = TypeVar("F", bound=Callable[..., Any])


class BadInput(click.ClickException):
    """Something given to hvlab cannot be used: one sentence, exit status 2."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        """One line on standard error."""
        click.echo(f"hvlab: {self.message}", err=True)


def _asked(language: str | None) -> str | None:
    """The language asked for: after the command, or before it (hvlab --lang de COMMAND)."""
    if language is None and (context := click.get_current_context(silent=True)) is not None:
        language = context.find_root().params.get("language")
    return language


def is_language_open(language: str | None) -> bool:
    """Whether nobody has said yet which language it shall be, so that a screen asks first."""
    from hvlab.tui.preferences import of_user

    return not _asked(language) and not os.environ.get("HVLAB_LANG") and not of_user().language


def text_in(language: str | None) -> Text:
    from hvlab.text import Text, UnknownLanguage, pick_language
    from hvlab.tui.preferences import of_user

    asked = _asked(language)
    try:
        return Text(pick_language(asked, None if asked else of_user().language))
    except UnknownLanguage as error:
        raise BadInput(str(error)) from None


def chosen_since(text: Text) -> Callable[[], Text]:
    """Tells the language that the learner has chosen on the screen since now; else the one spoken now."""
    from hvlab.text import Text
    from hvlab.tui.preferences import of_user

    before = of_user().language

    def speaking() -> Text:
        now = of_user().language
        return text if now == before or not now else Text(now)

    return speaking


def explainer(text: Text) -> Callable[[ErrorRecord], str]:
    """The lab's own line under an error, in the learner's language."""

    from hvlab.console.explaining import explained

    def explain(record: ErrorRecord) -> str:
        line = explained(text, record)
        return f"hvlab: {line}" if line else ""

    return explain


def language_option(function: F) -> F:
    return click.option("--lang", "language", metavar="en|de", help="English or German.")(function)


def output_host(form: str, text: Text) -> Any:
    from hvlab.console.texthost import TextHost

    def narrate(line: str) -> None:
        click.echo(line, err=True, nl=False)

    def write(line: str) -> None:
        click.echo(line, nl=False)

    import shutil

    width = shutil.get_terminal_size((120, 40)).columns if sys.stdout.isatty() else 120
    host = TextHost(write, narrate, width=width, explain=explainer(text))
    if form == "json":
        from hvlab.console.jsonhost import JsonHost

        return JsonHost(write, host)
    return host


def trace_header(session: Session) -> dict[str, Any]:
    return {
        "hvlab": __version__,
        "scenario": session.header.scenario,
        "platform": session.header.platform,
        "seed": session.header.seed,
    }


def write_trace(session: Session, path: Path) -> None:
    try:
        with path.open("wb") as file:
            file.writelines(session.world.trace.lines(trace_header(session)))
    except OSError as error:
        raise BadInput(f"{path}: cannot be written ({error.strerror})") from None


def wrapped(said: str, *, err: bool = True) -> str:
    """Sentences broken between words where they go to a terminal; in a file each stays one line.

    `err`: they go to the error output. A row's continuation is indented two cells further than the row.
    """
    stream = sys.stderr if err else sys.stdout
    if not stream.isatty():
        return said
    width = max(40, shutil.get_terminal_size().columns - 1)
    rows: list[str] = []
    for row in said.split("\n"):
        indent = row[: len(row) - len(row.lstrip())]
        more = textwrap.wrap(
            row,
            width,
            subsequent_indent=indent + "  " if indent else "",
            break_long_words=False,
            break_on_hyphens=False,
            drop_whitespace=True,
        )
        rows += more or [row]
    return "\n".join(rows)
