"""What an instructor sees of a class, as data: a row a learner, and what most of them are stuck at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

import msgspec

from hvlab import catalog
from hvlab.classroom.messages import harmless
from hvlab.classroom.standing import Standing
from hvlab.classroom.store import Learner
from hvlab.course import library, polls, teams
from hvlab.course.model import Lesson
from hvlab.course.polls import Tally
from hvlab.text import Text

STUCK = 300
"""Seconds at one goal after which a learner counts as stuck."""


class Row(msgspec.Struct, frozen=True):
    """A learner: `here` is whether their connection stands, `seconds` how long the goals have stood so."""

    name: str
    here: bool
    inputs: int
    points: int
    maximum: int
    step: int
    steps: int
    goal: str
    seconds: int
    commands: int
    hints: int
    error: str
    error_command: str
    refusal: str
    role: str = ""
    """Of one who works in a group's lab: what they may do there."""

    @property
    def stuck(self) -> bool:
        """Whether nothing has been reached for long, and something is still open."""
        return bool(self.goal) and self.seconds >= STUCK


class Goal(msgspec.Struct, frozen=True):
    """A check, and how many learners have it, are at it, and are stuck at it."""

    title: str
    passed: int
    at: int
    stuck: int


class ClassView(msgspec.Struct, frozen=True):
    """The class at a moment."""

    lesson: str
    rows: list[Row]
    goals: list[Goal] = []
    paused: bool = False
    poll: Tally | None = None
    lesson_id: str = ""
    minutes: int = 0
    """Since the class was opened."""
    questions: list[tuple[str, str]] = []
    """Those of the lesson's questions that can be put to all: id and words."""
    lessons: list[str] = []
    """The ids of the lessons that can be given."""
    scenarios: list[str] = []
    """And of the scenarios."""
    exam: str = ""
    """Of an exam: waiting, runs, paused or over."""
    left: int = 0
    """The seconds that are left of it."""

    def hardest(self) -> tuple[str, int, str]:
        """The goal at which most learners are stuck, how many, and the wrong command most common among them."""
        stuck = [row for row in self.rows if row.stuck]
        if not stuck:
            return "", 0, ""
        goal, count = Counter(row.goal for row in stuck).most_common(1)[0]
        wrong = Counter(row.error_command for row in stuck if row.goal == goal and row.error_command)
        return goal, count, wrong.most_common(1)[0][0] if wrong else ""


def make_view(
    lesson_of: Callable[[Learner], Lesson],
    language: str,
    learners: Iterable[Learner],
    standings: dict[int, tuple[int, str, int]],
    here: frozenset[int],
    now: int,
) -> ClassView:
    """The class; `now` in ms. Everything a learner wrote is made harmless here, whoever shows it.

    Its lesson, checks and questions are those of the lesson at which most are.
    """
    rows = []
    passed: Counter[tuple[str, str]] = Counter()
    lessons: Counter[str] = Counter()
    known: dict[str, Lesson] = {}
    for learner in learners:
        lesson = lesson_of(learner)
        known[lesson.id] = lesson
        lessons[lesson.id] += 1
        number, found, since = standings.get(learner.lab, (0, "{}", now))
        standing = msgspec.json.decode(found, type=Standing)
        passed.update((lesson.id, name) for name in standing.passed)
        goal = next((check for check in lesson.plan.check if check.id == standing.goal), None)
        rows.append(
            Row(
                learner.name,
                learner.id in here,
                number,
                standing.points,
                lesson.max_points,
                standing.step,
                len(lesson.plan.step),
                goal.title[language] if goal is not None else "",
                max(0, now - since) // 1000,
                standing.commands,
                standing.hints,
                harmless(standing.error),
                harmless(standing.error_command),
                harmless(standing.refusal),
                learner.role,
            )
        )
    lesson = known[lessons.most_common(1)[0][0]] if known else lesson_of(Learner(0, "", 0, 0))
    at = Counter(row.goal for row in rows)
    stuck = Counter(row.goal for row in rows if row.stuck)
    titles = {check.id: check.title[language] for check in lesson.plan.check}
    goals = [Goal(title, passed[lesson.id, name], at[title], stuck[title]) for name, title in titles.items()]
    questions = [(one.id, one.prompt[language]) for one in lesson.plan.question if polls.of_question(one)]
    return ClassView(
        lesson.title[language],
        rows,
        goals,
        questions=questions,
        lesson_id=lesson.id,
        lessons=library.ids(),
        scenarios=catalog.scenarios(),
    )


def as_text(view: ClassView, text: Text) -> list[str]:
    """The class in lines, for a terminal or a screen reader."""
    lines = [text("classroom.view.heading", lesson=view.lesson, count=len(view.rows))]
    for row in view.rows:
        lines.append(
            text(
                "classroom.view.row",
                name=f"{row.name} ({teams.title(row.role, text.language)})" if row.role else row.name,
                points=row.points,
                maximum=row.maximum,
                step=row.step,
                steps=row.steps,
                minutes=row.seconds // 60,
                hints=row.hints,
                here=text("classroom.view.here" if row.here else "classroom.view.away"),
            )
        )
        if row.goal:
            lines.append("    " + text("classroom.view.goal", goal=row.goal))
        if row.error:
            lines.append("    " + text("classroom.view.error", command=row.error_command, error=row.error))
        if row.refusal:
            lines.append("    " + text("classroom.view.refusal", why=row.refusal))
    if view.poll is not None:
        lines += polls.distribution(view.poll, text)
    goal, count, command = view.hardest()
    if goal:
        lines.append(text("classroom.view.hardest", count=count, goal=goal))
        if command:
            lines.append(text("classroom.view.commonest", command=command))
    return lines
