"""Where a session stands, what is asked, and what differs: as text, for a tutor or a bug report."""

from __future__ import annotations

from hvlab.console.errors import ErrorRecord
from hvlab.console.hyperv.objects import vmms
from hvlab.course.checks import PASS
from hvlab.course.model import Lesson
from hvlab.course.view import OpenLesson
from hvlab.session.cmdlets import bookmarks
from hvlab.session.session import Session
from hvlab.text import Text

LAST = 5
"""So many commands are shown, the newest last."""


def describe(session: Session, lesson: Lesson | None, text: Text) -> list[str]:
    """The lines. Nothing is changed by looking."""
    say = text
    lines: list[str] = []
    view = None if lesson is None else OpenLesson(lesson, session, text.language)
    header = session.header
    if view is None:
        lines.append(
            say(
                "course.situation.sandbox",
                scenario=header.scenario,
                platform=header.platform,
                seed=header.seed,
            )
        )
    else:
        points = sum(goal.points for goal in view.goals() if goal.verdict == PASS)
        lines.append(
            say(
                "course.situation.lesson",
                id=view.lesson.id,
                title=view.title,
                points=points,
                maximum=view.lesson.max_points,
            )
        )
    commands = [step.entry.text for step in session.travel.past() if step.entry.kind == "command"]
    world = session.world
    clock = f"{world.now / 1e9:.3f}"
    lines.append(say("course.situation.place", clock=clock, events=len(world.trace), count=len(commands)))
    if view is not None:
        lines += _asked(view, say)
    if commands:
        lines += ["", say("course.situation.commands")]
        lines += [f"  {line}" for text_ in commands[-LAST:] for line in text_.splitlines()]
    lines += _past(session, say)
    machines = list(vmms(session).machines.values())
    lines += ["", say("course.situation.machines" if machines else "course.situation.no_machines")]
    lines += [f"  {machine.name}: {machine.state}" for machine in machines]
    return lines


def _past(session: Session, say: Text) -> list[str]:
    """What went wrong last, what was left, and the places with a name."""
    lines: list[str] = []
    errors = session.shell.runtime.error_list
    if errors and isinstance(errors[0], ErrorRecord):
        lines += ["", say("course.situation.error", message=errors[0].message)]
    left = sum(not branch.present for branch in session.travel.timeline.branches())
    if left:
        lines += ["", say("course.situation.branches", count=left)]
    names = bookmarks(session).values()
    if names:
        lines += ["", say("course.situation.bookmarks")]
        lines += [f"  {name}: {event}" for name, event, _ in names]
    return lines


def _asked(view: OpenLesson, say: Text) -> list[str]:
    step, steps = view.steps()
    title = view.page().splitlines()[0].lstrip("# ")
    lines = [
        "",
        say("course.situation.step", step=step, steps=steps, title=title),
        say("course.situation.asked"),
    ]
    for goal in view.goals():
        lines.append(f"  [{'x' if goal.verdict == PASS else ' '}] {goal.title}")
        if goal.verdict == "fail" and goal.expected:
            differs = say("course.situation.differs", expected=goal.expected, actual=goal.actual)
            lines.append(f"      {differs}")
    return lines
