"""What a screen asks of an open lesson: the present step's text, the goals, hints and the question.

Protocols only, so that a screen needs nothing of how a lesson is evaluated; `view` has the lesson itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Goal:
    """A check as it stands: `verdict` is pass, fail or not_reached."""

    id: str
    title: str
    verdict: str
    expected: str
    actual: str
    points: int


class HintOffer(Protocol):
    """A hint that could be had: its cost is known before it is taken."""

    @property
    def cost(self) -> int:
        """Points it is worth; self-reported, see the report."""

    def take(self) -> str:
        """The hint; recorded."""

    def said(self) -> str:
        """The hint in the language of the moment, once it was taken."""


class QuestionView(Protocol):
    """The present step's question; `kind` is one of course.model.QuestionKind."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def prompt(self) -> str:
        """What is asked."""

    @property
    def kind(self) -> str:
        """choice, multiple, order, match, value or event: how an answer is written."""

    @property
    def guess(self) -> bool:
        """Whether an answer is noted only: a guess, which the experiment answers, or in an exam."""

    @property
    def choices(self) -> Sequence[str]:
        """The answers to choose from, in order; their number, from 1, is an answer."""

    @property
    def items(self) -> Sequence[str]:
        """Where things are to be matched: the left side, by number; the choices go by letter then."""

    @property
    def is_open(self) -> bool:
        """Whether an answer is still wanted: none was given, or a wrong one to what is no guess."""

    @property
    def holds_back(self) -> bool:
        """Whether the page goes on when this is answered: what belongs to the experiment comes after it."""

    def is_meant(self, text: str) -> bool:
        """Whether a line typed where commands are typed is an answer to this: bare numbers are."""

    def unclear(self, text: str) -> str:
        """What to say to an answer that names nothing there is to choose; empty if it is clear."""

    def answer(self, text: str) -> tuple[bool, str]:
        """Record an answer; returns whether it is right (a guess always is) and what to say."""

    def said(self, text: str, right: bool) -> str:
        """What there was to say to an answer, right or wrong as it was, in the language of the moment."""


class LessonView(Protocol):
    """What a screen asks of a lesson."""

    @property
    def title(self) -> str:
        """The lesson's title."""

    def page(self, *, plain: bool = False) -> str:
        """The present step's text, Markdown; `plain` names words to type where a screen has keys."""

    def body(self) -> str:
        """The page without its closing, as far as it may be read before its question is answered."""

    def above_question(self) -> str:
        """The part of the body below which its question stands; the whole body where it stands at the end."""

    def closing(self, *, plain: bool = False) -> str:
        """The page's end as things stand: what is to be looked at, what became of a guess, how to go on."""

    def panes(self) -> Sequence[str]:
        """The panes it is best seen with (model.PANES); none: as the screen comes."""

    def steps(self) -> tuple[int, int]:
        """The present step, from 1, and how many there are."""

    def goals(self) -> Sequence[Goal]:
        """All checks as last evaluated."""

    def refresh(self, *, at_work: bool = False) -> bool:
        """Evaluate the checks; returns whether anything changed.

        `at_work`: a command is still under way. What holds already is not asked again then, nor what
        needs an experiment on a copy.
        """

    def next_step(self) -> bool:
        """Go on; False at the end."""

    def previous_step(self) -> bool:
        """Go back; False at the start."""

    def is_ready(self) -> bool:
        """Whether the present step asks nothing more, so that one can go on to the next."""

    def only_looks(self, command: str) -> bool:
        """Whether a command of the page changes nothing in the lab."""

    def note_command(self, text: str) -> None:
        """A command was entered at the present step."""

    def not_entered(self, commands: Sequence[str]) -> Sequence[str]:
        """Those of the page's commands, in its order, that have not been entered, as the lab stands now."""

    def follows(self, commands: Sequence[str]) -> bool:
        """Whether the last command that did something at the present step is one of these, word by word."""
        ...

    def is_over(self) -> bool:
        """Whether one stands at the last step and the whole lesson asks nothing more."""

    def unseen(self) -> Sequence[str]:
        """The commands that the present step wants to be looked with, once its goals are reached: those missing."""

    def next_hint(self) -> HintOffer | None:
        """The next hint of the step."""

    def question(self) -> QuestionView | None:
        """The step's question."""

    def resolved(self) -> str:
        """What became of the guess that the present step's experiment answers; empty before, or without one."""

    def set_language(self, language: str) -> None:
        """Speak another language."""
