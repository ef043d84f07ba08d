"""A small file of what one learner has done, in a folder of the user's own: read once, written whole.

A damaged file is put aside, not trusted and not lost; a killed process leaves the old file or the new one.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TypeVar

import msgspec

F = TypeVar("F", bound=msgspec.Struct)


def read(path: Path, form: type[F]) -> F:
    """What the file holds; what a new one would hold if there is none, or none that can be read."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=form)
    except FileNotFoundError:
        pass
    except (OSError, msgspec.DecodeError):
        with contextlib.suppress(OSError):
            os.replace(path, path.with_suffix(".damaged"))
    return form()


def write(path: Path, content: msgspec.Struct) -> None:
    """Put the content in the file's place. OSError."""
    scratch = path.with_suffix(".new")
    scratch.write_bytes(msgspec.json.format(msgspec.json.encode(content)))
    os.replace(scratch, path)
