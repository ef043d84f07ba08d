"""What the instructor's screen asks of a class; `classroom` has one, `tui` shows it, `cli` brings them together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

from hvlab.course.polls import Tally
from hvlab.course.teams import Lost


class Trouble(Exception):
    """A class cannot do what was asked; `message` is a message's id, `values` go into it."""

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message)
        self.message, self.values = message, values


class LearnerView(Protocol):
    """A learner as the instructor sees them; `seconds` is how long their goals have stood as they do."""

    @property
    def name(self) -> str:
        """The name they chose."""

    @property
    def here(self) -> bool:
        """Whether their connection stands."""

    @property
    def points(self) -> int:
        """What the replay of their log is worth."""

    @property
    def maximum(self) -> int:
        """The most there is."""

    @property
    def step(self) -> int:
        """The step they are at, from 1."""

    @property
    def steps(self) -> int:
        """How many there are."""

    @property
    def goal(self) -> str:
        """The title of the check they are at; empty when all hold."""

    @property
    def seconds(self) -> int:
        """Since when nothing was reached."""

    @property
    def commands(self) -> int:
        """How many commands they gave."""

    @property
    def hints(self) -> int:
        """How many hints they took."""

    @property
    def error(self) -> str:
        """Their last error."""

    @property
    def error_command(self) -> str:
        """The command that led to it."""

    @property
    def role(self) -> str:
        """Of one who works in a group's lab: what they may do there."""

    @property
    def refusal(self) -> str:
        """Why their log cannot be replayed; empty if it can."""

    @property
    def stuck(self) -> bool:
        """Whether nothing was reached for long and something is open."""


class GoalView(Protocol):
    """A check of the lesson, and how many have it, are at it, and are stuck at it."""

    @property
    def title(self) -> str:
        """What it asks."""

    @property
    def passed(self) -> int:
        """Learners for whom it holds."""

    @property
    def at(self) -> int:
        """Learners whose next goal it is, the stuck ones included."""

    @property
    def stuck(self) -> int:
        """Learners who are stuck at it."""


class ClassPicture(Protocol):
    """The class at a moment."""

    @property
    def lesson(self) -> str:
        """The lesson's title."""

    @property
    def lesson_id(self) -> str:
        """Its id."""

    @property
    def minutes(self) -> int:
        """Since the class was opened."""

    @property
    def scenarios(self) -> Sequence[str]:
        """The ids of the scenarios that can be given."""

    @property
    def paused(self) -> bool:
        """Whether everybody is asked to look up."""

    @property
    def rows(self) -> Sequence[LearnerView]:
        """The learners, in the order in which they joined."""

    @property
    def goals(self) -> Sequence[GoalView]:
        """The lesson's checks, in order."""

    @property
    def poll(self) -> Tally | None:
        """The last poll."""

    @property
    def questions(self) -> Sequence[tuple[str, str]]:
        """Those of the lesson's questions that can be put to all: id and words."""

    @property
    def lessons(self) -> Sequence[str]:
        """The ids of the lessons that can be given."""

    @property
    def exam(self) -> str:
        """Of an exam: waiting, runs, paused or over; empty for a class that is none."""

    @property
    def left(self) -> int:
        """The seconds that are left of it."""

    def hardest(self) -> tuple[str, int, str]:
        """The goal at which most are stuck, how many, and the wrong command most common among them."""


class ClassRoom(Protocol):
    """A class that can be asked and told. Each call may take its time, and raises Trouble."""

    def look(self, language: str) -> ClassPicture:
        """The class as it stands."""

    def push(self, kind: str, text: str, to: list[str]) -> None:
        """Send something to some learners, or to all if nobody is named."""

    def group(
        self, act: Literal["make", "rule"], name: str, members: list[str], lesson: str, lost: Lost
    ) -> None:
        """Let some (NAME=ROLE) share a lab, or change what it does while one of them is away."""

    def poll(self, act: Literal["open", "again", "show"], words: str = "") -> None:
        """Open a poll on `question | answer | answer` or a question's id, vote again, or show the distribution."""
