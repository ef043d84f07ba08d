"""What the commands of a class share: its libraries, the place, the password, and what a server answers."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hvlab.cli_common import BadInput

if TYPE_CHECKING:
    from hvlab.classroom.client import Address, Instructor
    from hvlab.text import Text

PASSWORD = "HVLAB_CLASS_PASSWORD"


def need_extra() -> None:
    try:
        import hvlab.classroom.serving  # noqa: F401
    except ModuleNotFoundError:
        raise BadInput("this needs the class server's libraries: pip install 'hvlab[class]'") from None


def address_of(place: str, text: Text) -> Address:
    from hvlab.classroom.client import Address
    from hvlab.classroom.code import BadCode, parse_place

    try:
        return Address(*parse_place(place))
    except BadCode as error:
        raise BadInput(text(f"classroom.code.{error.reason}")) from None


def asked(text: Text, ask: Callable[[], Any]) -> Any:
    """What a server answers; BadInput with a sentence if it does not or will not."""
    from hvlab.course.classes import Trouble

    try:
        return ask()
    except Trouble as error:
        known = text.has(error.message)
        raise BadInput(text(error.message, **error.values) if known else error.message) from None


def instructor_of(place: str, text: Text, file: Path | None = None) -> Instructor:
    """Who may look at the class: by the password that is asked for, in the environment, or in a file. BadInput."""
    need_extra()
    from hvlab.classroom.client import Instructor

    password = file.read_text(encoding="utf-8").strip() if file is not None else os.environ.get(PASSWORD)
    password = password or click.prompt(text("classroom.watch.password"), hide_input=True, err=True)
    return Instructor(address_of(place, text), password)
