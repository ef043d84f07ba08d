"""`hvlab learn`: opens lessons, on the screen or in plain lines, one after the other as the learner chooses them.

Each lesson has a lab and a record of its own, in the user's folder; one that was left
in the middle is gone on with. The lab is built after the first paint, so that the lesson can be
read meanwhile.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Container, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from hvlab import paths
from hvlab.course import library, practice, quizzes, tasks
from hvlab.course.map import CourseMap
from hvlab.course.model import Lesson
from hvlab.course.pages import before_answer, whole
from hvlab.course.progress import Progress
from hvlab.text import Text

if TYPE_CHECKING:  # the first page is to be read before the lab is even loaded
    from hvlab.course.review import Review
    from hvlab.course.shown import LessonView
    from hvlab.course.view import OpenLesson
    from hvlab.session.session import Session

    Opener = Callable[..., Session]
    """Opens a session, or goes on with the one that its file holds; raises what its user wants to see."""

RECAP_AFTER = 2
"""So many lessons must have been worked on before a recap says more than the page itself."""
EASY = 100_000
"""Below this a round of practice begins to look for its seed: it is shown, and may be typed again."""


class Show(Protocol):
    """Shows one lesson until the learner leaves it: the screen, or the plain console."""

    def __call__(
        self,
        session: Callable[[], Session],
        lesson: Callable[[Session], LessonView | None],
        language: str,
        *,
        first_page: str,
        course: CourseMap,
    ) -> tuple[int, str]:
        """The exit status, and the lesson that is wanted next or an empty text."""


def learn(
    name: str | None,
    log: Path | None,
    seed: int | None,
    text: Text,
    opener: Opener,
    show: Show,
    route: Sequence[str] = (),
    speaking: Callable[[], Text] | None = None,
) -> tuple[int, str]:
    """Open a lesson, then those chosen from it; returns the exit status and what to say at the end. BadLesson.

    `speaking` tells the language again after each lesson, for a learner may choose another one in it.
    With a `route`, the next lesson is the next of these; `review` is what was missed or is due, and
    `practice.CONCEPT` another task of that concept (or of a lesson: `practice.LESSON`).
    """
    progress = Progress(paths.user_data())
    wanted = name or CourseMap(progress, text.language, route=route).following()
    said: list[str] = []
    status = 0
    before = Progress(paths.user_data()) if name is None and _has_much_behind(progress) else None
    while wanted:
        if wanted == quizzes.REVIEW:
            due = _review().due()
            if not due:
                return status, "\n".join([*said, text("course.review_nothing")])
            wanted = quizzes.review_of(due)
        practised = ""
        if wanted.startswith(tasks.PREFIX):
            practised, found = practice.meant(wanted.removeprefix(tasks.PREFIX))
            had = {task.id: _seeds_had(task.id) for task in found}
            first = secrets.randbelow(EASY) if seed is None else seed
            wanted, seed = practice.next_round(found, had, first)
        elif library.is_task(wanted):
            practised = wanted
        status, wanted, text = _one(
            wanted, log, seed, text, opener, show, progress, said, route, speaking, practised, before
        )
        log = seed = before = None
    return status, "\n".join(said)


def _one(
    name: str,
    log: Path | None,
    seed: int | None,
    text: Text,
    opener: Opener,
    show: Show,
    progress: Progress,
    said: list[str],
    route: Sequence[str],
    speaking: Callable[[], Text] | None,
    practised: str,
    before: Progress | None,
) -> tuple[int, str, Text]:
    plan = library.find(name, seed)
    file = log or (None if practised else _left_behind(progress, plan)) or next_record(plan.id)
    if plan.plan.seeds == "drawn" and seed is None:
        plan = library.find(name, _seed_of(file))
    mark = progress.of(plan.id)
    step = mark.step if mark is not None and mark.record == str(file) and file.exists() else ""
    opened: list[Session] = []
    views: list[OpenLesson] = []

    def open_lab() -> Session:
        opened.append(lab_of(plan, file, text.language, opener))
        return opened[-1]

    def open_view(session: Session) -> LessonView:
        from hvlab.course.view import open_lesson

        def remember(points: int, maximum: int, passed: bool, at: str) -> None:
            # A full or read-only disk must not spoil the lesson: only the map forgets.
            aside = quizzes.place_of(plan.id) is not None
            if practised or (aside and not session.answers):
                return  # only practised; or looked at, not answered
            with suppress(OSError):
                progress.note(plan.id, points, maximum, passed, str(file), at, aside=aside)

        views.append(open_lesson(plan, session, text.language, remember, step))
        return views[-1]

    course: CourseMap = CourseMap(progress, text.language, plan.id, route)
    if practised:
        course = practice.PracticeMap(progress, text.language, plan.id, route)
        course.practised = practised
    course.returning = before
    status, wanted = show(
        open_lab,
        open_view,
        text.language,
        first_page=first_page(plan, text.language, step, _answered(file) if step else ()),
        course=course,
    )
    text = text if speaking is None else speaking()
    for session in opened:
        # What is said of the record is what it grades to, wherever in the past one was looking.
        session.travel.stop_looking()
        for view in views[-1:]:
            view.refresh()
        session.close()
        if any(entry.kind in ("command", "answer") for entry in session.log.entries):
            for view in views[-1:]:
                if practised:
                    said.append(_practised(view, practised, text))
                elif quizzes.place_of(plan.id) is None:
                    said += _left(view, progress, file, text, route)
                said += _remember(view, text)
                said += _by_chapter(view, text)
            said.append(text("cli.recorded", file=file, command=f"hvlab grade {plan.id} {file}"))
        elif log is None:
            file.unlink(missing_ok=True)
    return status, wanted, text


def _left(view: OpenLesson, progress: Progress, file: Path, text: Text, route: Sequence[str]) -> list[str]:
    """How far the record is, and what comes next; what was reached before, if it was more."""
    plan = view.lesson
    mark = progress.of(plan.id)
    if mark is None:
        return []
    done = mark.passed  # once passed, the way goes on, whatever this record holds
    following = CourseMap(progress, text.language, plan.id, route).following() if done else plan.id
    how = "passed" if view.passed() else "passed_before" if done else "begun"
    values: dict[str, str | int] = {
        "title": plan.title[text.language],
        "points": view.points(),
        "maximum": plan.max_points,
        "following": library.find(following).title[text.language],
    }
    said = [text(f"cli.left.{how}", **values)]
    if view.best > view.points():
        timeline = view.session.travel.timeline
        back = "undone" if timeline.ahead() else "branched" if len(timeline.branches()) > 1 else "fell"
        command = f"hvlab learn {plan.id} --session {file}"
        said.append(text(f"cli.left.{back}", best=view.best, command=command, **values))
    return said


def _has_much_behind(progress: Progress) -> bool:
    """Whether a recap has something to tell."""
    return sum(progress.of(name) is not None for name in library.ids()) >= RECAP_AFTER


def _practised(view: OpenLesson, concept: str, text: Text) -> str:
    """What a round of practice came to, and the seed that draws the very same again."""
    return text(
        "course.practised",
        concept=concept,
        title=view.lesson.title[text.language],
        points=view.points(),
        maximum=view.lesson.max_points,
        seed=view.lesson.seed,
    )


def _seeds_had(lesson_id: str) -> list[int]:
    """The seeds of a lesson's records in the user's own folder, the oldest first."""
    from hvlab.session import log

    found = []
    for file in sorted((paths.user_data() / "sessions").glob(f"{lesson_id}-*.jsonl")):
        with suppress(OSError, log.BadLog):
            header = log.read(file.read_bytes(), str(file))[0]
            if header.lesson == lesson_id:
                found.append(header.seed)
    return found


def _review() -> Review:
    from hvlab.course.review import Review

    return Review(paths.user_data())


def _remember(view: OpenLesson, text: Text) -> list[str]:
    """What was missed is asked again soon, what was known later and later; returns what to say of misconceptions."""
    from hvlab.course import beliefs, review

    passed, asked = view.verdicts()
    entries = view.session.log.entries
    right, missed = review.outcome(view.lesson, entries, passed, asked)
    known = _review()
    touched = known.answered(beliefs.signs(view.lesson, entries, passed))
    with suppress(OSError):  # a full disk must not spoil the lesson
        known.sitting(right, missed)
    return beliefs.told(touched, text)


def _by_chapter(view: OpenLesson, text: Text) -> list[str]:
    """What an exam says when it is left: how much of each chapter, and what to repeat."""
    from hvlab.course.grading import chapters_as_text

    return chapters_as_text(view.chapters(), text)


def lab_of(plan: Lesson, file: Path, language: str, opener: Opener) -> Session:
    """A lesson's lab: new, or as the record in that file left it."""
    from hvlab.course import cmdlets

    return opener(
        resume=True,
        scenario=plan.scenario,
        platform=plan.platform,
        seed=plan.seed,
        log=file,
        lesson=plan.id,
        lesson_digest=plan.digest,
        cmdlets=cmdlets.CMDLETS,
        language=language,
    )


def first_page(plan: Lesson, language: str, at: str = "", answered: Container[str] = ()) -> str:
    """The page to be read while a lesson's lab is being built: the first, or that of the step `at`.

    `answered`: the questions that were answered before; what stands below them is not held back.
    """
    step = next((step for step in plan.plan.step if step.id == at), plan.plan.step[0])
    asked = plan.question(step.question)
    body = plan.sections[language][step.id]
    if asked is None or plan.plan.exam or asked.id in answered:
        return whole(body)
    return before_answer(body, guess=asked.guess)


def _answered(file: Path) -> set[str]:
    """The questions that a record answers."""
    from hvlab.session import log

    try:
        return {entry.name for entry in log.read(file.read_bytes(), str(file))[1] if entry.kind == "answer"}
    except (OSError, log.BadLog):
        return set()


def _left_behind(progress: Progress, plan: Lesson) -> Path | None:
    """The record of a lesson that was begun and not passed, if it is of this edition."""
    from hvlab.session import log

    mark = progress.of(plan.id)
    if mark is None or mark.passed or not mark.record:
        return None
    file = Path(mark.record)
    try:
        header, _ = log.read(file.read_bytes(), str(file))
    except (OSError, log.BadLog):
        return None
    return file if header.lesson == plan.id and header.lesson_digest == plan.digest else None


def _seed_of(file: Path) -> int:
    """The seed that a record was drawn with; a new one for a new record."""
    from hvlab.session import log

    try:
        return log.read(file.read_bytes(), str(file))[0].seed
    except (OSError, log.BadLog):
        return secrets.randbelow(1 << 31)


def next_record(lesson_id: str) -> Path:
    """A new file for the record of a lesson, in the user's own folder."""
    folder = paths.user_data() / "sessions"
    number = 1
    while (file := folder / f"{lesson_id}-{number:03}.jsonl").exists():
        number += 1
    return file
