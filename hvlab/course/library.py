"""Finds lessons. Light to import: a screen shows a lesson's text before the lab is built."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from pathlib import Path

from hvlab import garbage, paths
from hvlab.course import freelab, packs, quizzes, tasks
from hvlab.course.loading import load
from hvlab.course.model import BadLesson, Lesson

__all__ = [
    "BadLesson",
    "Lesson",
    "all_lessons",
    "chapter_of",
    "course_lessons",
    "find",
    "first",
    "ids",
    "ids_of",
    "installed",
    "is_known",
    "is_task",
    "lint",
    "lint_many",
    "lint_whole",
    "place_of",
]


def all_lessons() -> list[Lesson]:
    """Every lesson of the course, in its order, then those of the installed packs. BadLesson."""
    return [load(folder) for folder in _folders().values()]


def course_lessons() -> list[Lesson]:
    """Every lesson of the course itself, in its order. BadLesson."""
    return [load(folder) for folder in _of_course().values()]


def installed() -> list[packs.Pack]:
    """The installed packs in order, with what of them cannot be used. BadLesson of the course's own lessons."""
    return list(packs.installed(_of_course()))


def _folders() -> dict[str, Path]:
    """Each lesson's folder by its id: the course's in its order, then what the packs hold. BadLesson."""
    folders = dict(_of_course())
    for pack in packs.installed(folders):
        folders |= pack.lessons
    return folders


def _of_course() -> dict[str, Path]:
    """The folders of the course's own lessons by id, found without reading the lessons whole. BadLesson."""
    folders: dict[str, Path] = {}
    for path in sorted(paths.lessons().glob("*/*/lesson.toml")):
        name = packs.id_in(path)
        if name in folders:
            raise BadLesson(f"{path}: the id {name!r} belongs to {folders[name]} already")
        folders[name] = path.parent
    if not folders:
        raise BadLesson(f"{paths.lessons()}: there are no lessons")
    return folders


def ids() -> list[str]:
    """The ids of all lessons, in the course's order. BadLesson."""
    return list(_folders())


def place_of(name: str) -> Path | None:
    """Where a lesson lies (of questions or a task: the place that stands for it); None without one. BadLesson."""
    folders = _folders()
    whole, dot, step = name.partition(".")
    task = folders[whole] / step if dot and whole in folders else None
    return folders.get(name) or quizzes.place_of(name) or task


def is_task(name: str) -> bool:
    """Whether an id is that of a single task of a lesson, and of no lesson. BadLesson."""
    place = place_of(name)
    return place is not None and tasks.stands_for(place)


def chapter_of(name: str) -> Path | None:
    """The chapter's folder of a lesson; None if there is no such lesson. BadLesson."""
    folder = _folders().get(name)
    return folder.parent if folder is not None else None


def ids_of(chapter: Path) -> list[str]:
    """The ids of a chapter's lessons, in their order. BadLesson."""
    return [name for name, folder in _folders().items() if folder.parent == chapter]


def is_known(name: str) -> bool:
    """Whether there is a lesson of that id, be it one that is made of a chapter's questions. BadLesson."""
    return place_of(name) is not None


def first() -> Lesson:
    """The lesson to begin with. BadLesson."""
    return load(next(iter(_folders().values())))


def find(name: str, seed: int | None = None) -> Lesson:
    """A lesson by its id, its folder or as `scenario:NAME`, as its own seed or the given one draws it. BadLesson."""
    if name.startswith(freelab.PREFIX):
        return freelab.given(name)
    folder = Path(name)
    if folder.is_dir():
        return load(folder, seed)
    folders = _folders()
    if name in folders:
        return load(folders[name], seed)
    stands = quizzes.at(folder, seed) is not None or tasks.stands_for(folder)
    place = folder if stands else place_of(name)
    if place is not None:
        return load(place, seed)
    if folder.exists():
        raise BadLesson(f"{name} is a file; a lesson is a folder with a lesson.toml in it, or the id of one")
    for pack in installed():
        if name in pack.problems:
            raise BadLesson(pack.problems[name])
    near = difflib.get_close_matches(name, [*folders, *quizzes.ids()], 1) or [
        id for id in folders if name and name in id
    ]
    hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(folders)}"
    raise BadLesson(f"there is no lesson {name!r}; {hint}")


def lint(lesson: Lesson) -> list[str]:
    """What is wrong with a lesson: an empty list if nothing is."""
    from hvlab.course.proofs import prove  # late: finding a lesson must not load the whole lab

    return prove(lesson)


def lint_many(lessons: Sequence[Lesson], jobs: int) -> Iterator[list[str]]:
    """What is wrong with each of the lessons, in their order; so many are proved at a time. BadLesson."""
    if jobs == 1 or len(lessons) <= 1:
        yield from map(lint, lessons)
        return
    from concurrent.futures import ProcessPoolExecutor  # late: only the linter wants other processes

    with ProcessPoolExecutor(jobs, initializer=garbage.begin) as pool:
        # An exam takes longest, and should not be waited for alone at the end; else the first are told first.
        order = sorted(range(len(lessons)), key=lambda number: not lessons[number].plan.exam)
        waiting = {
            number: pool.submit(_lint_folder, lessons[number].folder, lessons[number].seed)
            for number in order
        }
        for number in range(len(lessons)):
            yield waiting[number].result()


def lint_whole(lessons: Sequence[Lesson]) -> Iterator[tuple[str, list[str]]]:
    """What is wrong with the course as a whole: chapters' questions, claims, misconceptions, glossary. BadLesson."""
    from hvlab.course import claims, recurrence, wording
    from hvlab.course.loading import misconceptions

    known = [lesson.id for lesson in lessons]
    for chapter in quizzes.chapters():
        yield f"{chapter.name} ({quizzes.NAME})", quizzes.problems(chapter, known, list(misconceptions()))
    yield "claims", claims.uncovered(lessons)
    yield "misconceptions", recurrence.problems(lessons)
    yield "glossary", wording.problems(lessons)


def _lint_folder(folder: Path, seed: int) -> list[str]:
    return lint(load(folder, seed))
