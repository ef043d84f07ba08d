"""A screen whose time the tests move by hand: no timer runs, `frames` is the only clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest

from hvlab.course.shown import Goal
from hvlab.session.session import Session
from hvlab.tui.app import HvlabApp

IMAGE = r"C:\Images\WS2008-x64.vhd"
CREATE = f"New-VM web01 -MemoryStartupBytes 512MB -VHDPath {IMAGE}"


@dataclass
class PlainQuestion:
    """Asks for one number."""

    id: str = "size"
    prompt: str = "How many bytes has an offer?"
    kind: str = "value"
    choices: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    guess: bool = False
    given: list[str] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        return "196" not in self.given

    @property
    def holds_back(self) -> bool:
        return False

    def is_meant(self, text: str) -> bool:
        return self.is_open and text.strip().isdigit()

    def unclear(self, text: str) -> str:
        return "" if text[:1].isdigit() else "A number, please."

    def answer(self, text: str) -> tuple[bool, str]:
        self.given.append(text)
        return text == "196", self.said(text, text == "196")

    def said(self, text: str, right: bool) -> str:
        return "Right." if right else "Look at the bytes."


@dataclass
class PlainHint:
    """Costs a point."""

    cost: int = 1

    def take(self) -> str:
        return self.said()

    def said(self) -> str:
        return "Look below the child."


class PlainLesson:
    """A lesson as the screen sees one, without a course behind it."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.language = "en"
        self.step = 1
        self.asked = PlainQuestion()
        self.refreshed = 0
        self.wanted_panes: list[str] = []
        self.typed: list[str] = []

    @property
    def title(self) -> str:
        return {"en": "A lesson", "de": "Eine Lektion"}[self.language]

    def page(self, *, plain: bool = False) -> str:
        return self.body()

    def closing(self, *, plain: bool = False) -> str:
        return ""

    def above_question(self) -> str:
        body = self.body()
        return body.split("\n\n```")[0] if self.asked.guess else body

    def unseen(self) -> list[str]:
        return []

    def body(self) -> str:
        if self.step == 2:
            return "## Two\n\nThe second step."
        return f"## One\n\nThree **boxes**.\n\n```powershell\n{CREATE}\n```\n\n- a\n- b"

    def panes(self) -> list[str]:
        return self.wanted_panes

    def steps(self) -> tuple[int, int]:
        return self.step, 2

    def goals(self) -> list[Goal]:
        return [
            Goal("made", "A machine exists", "pass" if self.refreshed else "not_reached", "", "", 1),
            Goal("path", "Over the VMBus", "fail", "synthetic", "emulated", 1),
        ]

    def refresh(self, *, at_work: bool = False) -> bool:
        self.refreshed += 1
        return True

    def is_ready(self) -> bool:
        return self.step == 1 and not self.asked.is_open

    def only_looks(self, command: str) -> bool:
        return command.startswith("Get-")

    def note_command(self, text: str) -> None:
        self.typed.append(text)

    def not_entered(self, commands: Sequence[str]) -> list[str]:
        had, left = Counter(self.typed), []
        for command in commands:
            if had[command]:
                had[command] -= 1
            else:
                left.append(command)
        return left

    def follows(self, commands: Sequence[str]) -> bool:
        done = [text for text in self.typed if not self.only_looks(text)]
        return bool(done) and done[-1] in commands

    def is_over(self) -> bool:
        return self.step == 2 and all(goal.verdict == "pass" for goal in self.goals())

    def next_step(self) -> bool:
        if self.step == 2:
            return False
        self.step = 2
        return True

    def previous_step(self) -> bool:
        if self.step == 1:
            return False
        self.step = 1
        return True

    def next_hint(self) -> PlainHint:
        return PlainHint()

    def question(self) -> PlainQuestion:
        return self.asked

    def resolved(self) -> str:
        return "Your guess was right." if self.asked.guess and self.refreshed else ""

    def set_language(self, language: str) -> None:
        self.language = language


def run(app: HvlabApp, count: int) -> None:
    """So many frames of a thirtieth of a second."""
    for _ in range(count):
        app.frame(1 / 30)


@pytest.fixture
def make_app() -> Callable[..., HvlabApp]:
    """An app over a new session, standing still."""

    def make(lesson: bool = True, language: str = "en") -> HvlabApp:
        return HvlabApp(Session(), PlainLesson if lesson else None, language, frames=False)

    return make
