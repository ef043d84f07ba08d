"""Lessons of other people's: a pack is a folder of lessons that was installed into the learner's own data folder.

It has the shape of a chapter (`PACK/LESSON/lesson.toml`, with a `chapter.toml` if it likes) and stands behind the
course's chapters. A pack that a later edition of hvlab cannot read is passed over, never in the way of the course.
"""

from __future__ import annotations

import difflib
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from hvlab import paths
from hvlab.course.loading import load
from hvlab.course.model import BadLesson

NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
"""What packs are called, and the lessons in them: they become files' names, on Windows too."""
ID = re.compile(r'^id\s*=\s*"([^"]+)"', re.MULTILINE)
"""The line of a lesson.toml that names the lesson."""


@dataclass(frozen=True)
class Pack:
    """An installed pack: its lessons' folders by id, in their order, and of those that cannot be used, why not."""

    name: str
    folder: Path
    lessons: dict[str, Path]
    problems: dict[str, str]


def names() -> list[str]:
    """The installed packs by name, in order."""
    try:
        return sorted(path.name for path in paths.packs().iterdir() if path.is_dir())
    except OSError:
        return []  # none was ever installed


def installed(taken: dict[str, Path]) -> Iterator[Pack]:
    """The installed packs in order. What is `taken` (the course's lessons by id) no pack can take away."""
    known = dict(taken)
    for name in names():
        folder = paths.packs() / name
        lessons: dict[str, Path] = {}
        problems: dict[str, str] = {}
        for path in sorted(folder.glob("*/lesson.toml")):
            lesson = id_in(path)
            wrong = _wrong_with(path.parent, path.stat().st_mtime_ns)
            if lesson in known:
                wrong = f"{path}: the id {lesson!r} belongs to {known[lesson]} already"
            if wrong:
                problems[lesson] = wrong
            else:
                lessons[lesson] = known[lesson] = path.parent
        yield Pack(name, folder, lessons, problems)


def id_in(path: Path) -> str:
    """The id that a lesson.toml names, read without reading it whole; the folder's name if it names none."""
    found = ID.search(path.read_text(encoding="utf-8", errors="replace"))
    return found[1] if found else path.parent.name


@lru_cache(maxsize=256)
def _wrong_with(folder: Path, stamp: int) -> str:
    """Why a lesson cannot be used, an empty text if it can; `stamp` is of its file, for who installs it again."""
    try:
        load(folder)
    except BadLesson as error:
        return str(error)
    return ""


def remove(name: str) -> Path:
    """Take an installed pack away, whole or not at all; where it was. BadLesson, OSError.

    What was reached in its lessons and the records of the work stay where they are.
    """
    known = names()
    if name not in known:
        near = difflib.get_close_matches(name, known, 1)
        hint = (
            f"did you mean {near[0]!r}?"
            if near
            else f"there are: {', '.join(known) if known else 'none yet'}"
        )
        raise BadLesson(f"no pack {name!r} is installed; {hint}")
    folder = paths.packs() / name
    aside = Path(tempfile.mkdtemp(prefix="pack-", dir=paths.user_data()))
    try:
        folder.rename(aside / name)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return folder
