"""Instructor-led labs at the command line: `hvlab class serve`, `join`, `watch`, `push`, `group` and `results`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hvlab.cli_class import afterwards, instructing, joining, opening, staging
from hvlab.cli_class.common import address_of, asked, instructor_of, need_extra
from hvlab.cli_common import language_option, text_in

if TYPE_CHECKING:
    from hvlab.course.companion import Companion
    from hvlab.course.learning import Opener, Show
    from hvlab.text import Text

    Shows = Callable[[bool, Text, Companion | None], Show]


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
    @click.option(
        "--key", default="", help="The key that a learning platform has shown you, in place of a name."
    )
    @click.option("--plain", is_flag=True, help="Line by line, without a screen.")
    @click.option(
        "--folder",
        type=click.Path(file_okay=False, path_type=Path),
        help="Where your work in the class is kept on this machine, if not in your own folder.",
    )
    @language_option
    def join(
        place: str, name: str | None, key: str, plain: bool, folder: Path | None, language: str | None
    ) -> None:
        """Join the class at CODE@HOST, or go on with it. The work goes on without a connection too."""
        text = text_in(language)
        if not plain:
            need_terminal()
        need_extra()
        address = address_of(place, text)
        folder, enrolment = joining.enrolled(address, name, text, folder, key)
        from hvlab.classroom.link import Link, remember_part
        from hvlab.course.companion import PART

        while True:
            link = Link(address, enrolment)
            file = folder / enrolment.record
            status, wanted = joining.work(enrolment, link, file, text, opener, shows(plain, text, link))
            for line in link.news(text):
                click.echo(line, err=True)
            if not wanted.startswith(PART):
                sys.exit(status)
            enrolment = remember_part(folder, enrolment, wanted.removeprefix(PART))

    @group.command()
    @click.argument("place", metavar="CODE@HOST")
    @click.option("--wall", is_flag=True, help="Begin with the wall, for a projector.")
    @click.option("--plain", is_flag=True, help="Print how the class stands, and end.")
    @click.option(
        "--password-file",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="Read the password from here.",
    )
    @language_option
    def watch(place: str, wall: bool, plain: bool, password_file: Path | None, language: str | None) -> None:
        """Show who is where in the class, open their labs, talk and send to them.

        The password is asked for, or read from HVLAB_CLASS_PASSWORD. Without a terminal it prints how the class stands.
        """
        text = text_in(language)
        instructor = instructor_of(place, text, password_file)
        first = asked(text, lambda: instructor.look(text.language))
        if plain or not has_terminal():
            from hvlab.classroom.view import as_text

            click.echo("\n".join(as_text(first, text)))
            return
        from hvlab.tui.class_app import DEMO, run_class

        said = ""
        while name := run_class(instructor, text.language, wall=wall, said=said):
            if name == DEMO:
                staging.show(place, instructor, text, opener, partial(staging.show_lecture, instructor), True)
                said = ""
            else:
                said = instructing.open_lab(instructor, name, text)
            wall = False

    @group.command()
    @click.argument("place", metavar="CODE@HOST")
    @click.option("--plain", is_flag=True, help="Line by line, without a screen.")
    @click.option("--demo", is_flag=True, help="The lesson's demo for a projector: Page Down goes on.")
    @language_option
    def show(place: str, plain: bool, demo: bool, language: str | None) -> None:
        """Open a lab of your own that everybody in the class follows; when you leave it, they go back to theirs."""
        text = text_in(language)
        if not plain:
            need_terminal()
        need_extra()
        instructor = instructor_of(place, text)
        shown = partial(staging.show_lecture, instructor) if demo else lambda _: shows(plain, text, None)
        status = staging.show(place, instructor, text, opener, shown, demo)
        sys.exit(status)

    for command in (*opening.COMMANDS, *instructing.COMMANDS, *joining.COMMANDS, *afterwards.COMMANDS):
        group.add_command(command)
    return group
