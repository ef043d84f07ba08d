"""What an instructor shows to a class: a lab of their own that all follow, or the lesson's demo on a projector."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from hvlab.cli_class import joining
from hvlab.cli_class.common import address_of, asked
from hvlab.cli_common import BadInput

if TYPE_CHECKING:
    from hvlab.classroom.client import Instructor
    from hvlab.course.learning import Opener, Show
    from hvlab.course.lecture import Lecture
    from hvlab.course.map import CourseMap
    from hvlab.course.polls import Tally
    from hvlab.course.shown import LessonView
    from hvlab.session.session import Session
    from hvlab.text import Text


def show(
    place: str,
    instructor: Instructor,
    text: Text,
    opener: Opener,
    shown: Callable[[str], Show],
    anew: bool = False,
) -> int:
    """Show a lab in what `shown` gives for the lesson's id, and have the class follow it; the exit status.

    `anew`: from the lesson's start, not as it was left.
    """
    from hvlab import paths
    from hvlab.classroom.link import Enrolment, Link

    told = asked(text, lambda: instructor.stage(anew))
    address = address_of(place, text)
    enrolment = Enrolment(told.token, told.name, told.lesson, told.digest, told.seed)
    folder = paths.user_data() / "classes" / str(address.code)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "shown.jsonl"
    file.write_text(asked(text, lambda: instructor.log(told.name)), encoding="utf-8")
    link = Link(address, enrolment)
    try:
        status, _ = joining.work(enrolment, link, file, text, opener, shown(told.lesson))
    finally:
        asked(text, instructor.leave_stage)
    return status


def show_lecture(instructor: Instructor | None, name: str) -> Show:
    """What shows a lesson's demo; with an instructor, the class votes on its questions. BadInput if there is none."""
    found = demo_of(name)

    def run(
        session: Callable[[], Session],
        lesson: Callable[[Session], LessonView | None],
        language: str,
        *,
        first_page: str,
        course: CourseMap,
    ) -> tuple[int, str]:
        from hvlab.tui.lecture_app import run_lecture

        def open_lab() -> Session:
            opened = session()
            lesson(opened)  # the lesson's start script runs
            return opened

        def look() -> Tally | None:
            return None if instructor is None else instructor.look(language).poll

        vote = None if instructor is None else instructor.poll
        return run_lecture(open_lab, found, language, vote=vote, look=look if vote else None), ""

    return run


def demo_of(name: str) -> Lecture:
    """A lesson's demo. BadInput if it has none."""
    from hvlab.course import library
    from hvlab.course.lecture import DEMO, lecture

    try:
        found = lecture(library.find(name))
    except library.BadLesson as error:
        raise BadInput(str(error)) from None
    if not found.scenes:
        raise BadInput(f"{found.lesson.folder}: there is no {DEMO} in it, so there is nothing to show")
    return found
