"""The par of a lesson: with how few commands it can be done, and how many it took. Nothing here counts for a grade.

Counted are the commands that change the lab. What only looks costs nothing, nor does an answer, nor what was taken
back; a loop is one command.
"""

from __future__ import annotations

from hvlab.console.errors import ParseError
from hvlab.course.cmdlets import ANSWERING
from hvlab.course.model import Lesson
from hvlab.session.session import Session
from hvlab.text import Text


def fewest(lesson: Lesson, session: Session) -> int:
    """The commands of the shortest known way; 0 if none is known, or it takes none."""
    counts = []
    for name in lesson.scripts_like("solution*.ps1"):
        try:
            statements = session.parse(lesson.scripts[name]).statements
        except ParseError:
            continue
        counts.append(
            sum(
                not session.shell.is_read_only(one)
                and not session.is_session_command(one)
                and ANSWERING not in one.text
                for one in statements
            )
        )
    return min(counts, default=0)


def taken(session: Session) -> int:
    """The commands that the learner's present way took."""
    travel = session.travel
    return sum(
        step.entry.kind == "command" and travel.is_step(step) and ANSWERING not in step.entry.text
        for step in travel.past()
    )


def told(lesson: Lesson, session: Session, text: Text) -> str:
    """How one's way compares with the shortest known one; empty where there is nothing to beat."""
    par = fewest(lesson, session)
    if not par or lesson.plan.exam:
        return ""
    count = taken(session)
    return text(f"course.par.{'reached' if count <= par else 'over'}", count=count, par=par)
