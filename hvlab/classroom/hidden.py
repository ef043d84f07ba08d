"""An exam's lesson as the server grades it: the lesson and checks of the instructor's that never leave the server."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

from hvlab.course import blueprint
from hvlab.course.loading import load
from hvlab.course.model import BadLesson, Lesson

FOLDER = "exam"


def graded_folder(folder: Path) -> Path:
    """Where that lesson lies in a class's folder."""
    return folder / FOLDER / "lesson"


def prepare(lesson: Lesson, checks: Path, folder: Path) -> Lesson:
    """Copy the lesson into a class's folder and add the `[[check]]` tables of a file. BadLesson, OSError."""
    added = checks.read_text(encoding="utf-8", errors="replace")
    try:
        tables = tomllib.loads(added)
    except tomllib.TOMLDecodeError as error:
        raise BadLesson(f"{checks}: {error}") from None
    if set(tables) != {"check"}:
        raise BadLesson(
            f"{checks}: it holds [[check]] tables only, as lesson.toml has them, and at least one"
        )
    target = graded_folder(folder)
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(lesson.folder, target)
    with (target / "lesson.toml").open("a", encoding="utf-8") as file:
        file.write("\n" + added)
    try:
        graded = load(target)
        if wrong := _against_blueprint(graded):
            raise BadLesson(f"{checks}: {wrong}")
    except BadLesson as error:
        shutil.rmtree(target)
        raise BadLesson(str(error).replace(str(target / "lesson.toml"), str(checks))) from None
    return graded


def _against_blueprint(graded: Lesson) -> str:
    """What hidden checks would make of the practical exam that it must not be; empty if nothing.

    They belong to a part and name the lessons to repeat, as its own do; a third of the points stays a third.
    """
    problems = blueprint.problems(graded) if graded.plan.exam else []
    return problems[0] if problems else ""
