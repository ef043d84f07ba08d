"""Finds lessons. Light to import: a screen shows a lesson's text before the lab is built."""

from __future__ import annotations

import difflib
from pathlib import Path

from hvlab import paths
from hvlab.course.loading import load
from hvlab.course.model import BadLesson, Lesson

__all__ = ["BadLesson", "Lesson", "all_lessons", "find", "first", "lint"]


def all_lessons() -> list[Lesson]:
    """Every lesson of the course, in its order. BadLesson."""
    return [load(path.parent) for path in sorted(paths.lessons().glob("*/*/lesson.toml"))]


def first() -> Lesson:
    """The lesson to begin with. BadLesson."""
    lessons = all_lessons()
    if not lessons:
        raise BadLesson(f"{paths.lessons()}: there are no lessons")
    return lessons[0]


def find(name: str, seed: int | None = None) -> Lesson:
    """A lesson by its id or its folder, as its own seed or the given one draws it. BadLesson."""
    folder = Path(name)
    if folder.is_dir():
        return load(folder, seed)
    lessons = {lesson.id: lesson for lesson in all_lessons()}
    if name in lessons:
        return lessons[name] if seed is None else load(lessons[name].folder, seed)
    near = difflib.get_close_matches(name, list(lessons), 1)
    hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(lessons)}"
    raise BadLesson(f"there is no lesson {name!r}; {hint}")


def lint(lesson: Lesson) -> list[str]:
    """What is wrong with a lesson: an empty list if nothing is."""
    from hvlab.course.proofs import prove  # late: finding a lesson must not load the whole lab

    return prove(lesson)
