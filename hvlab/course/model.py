"""The format of a lesson: what stands in lesson.toml, and how the texts are bound to its steps.

A lesson is a folder:

- `lesson.toml`: everything but the running text (shapes below; unknown keys are errors);
- `en.md`, `de.md`: the text. A section begins with a heading that ends in `{#step-id}`; what stands below a
  rule (`---`) in it is shown when the step's question was answered, and so is what a guess's page commands;
- `start.ps1` (optional), `solution*.ps1` (all known good ways), `wrong-*.ps1` (plausible mistakes,
  whose first line `# check: ID` names the check that must catch them);
- `takeaway.ps1` (optional): the same work on a real host, with real cmdlets only, headed by the
  first Windows release on which it runs;
- `demo.ps1`, `notes.en.md`, `notes.de.md` (optional, only together): for whoever teaches it. The script is
  what is shown to a class on the lesson's start, statement by statement, in some five minutes. The
  notes have the sections of `NOTES`: the aim, the usual mistakes, how to show it, questions for the class.

`{{name}}` anywhere in these files stands for a value drawn from the lesson's `variables`
(hvlab.course.drawing). The folder above holds `chapter.toml`, what the lessons have in common.
"""

from __future__ import annotations

import fnmatch
from pathlib import Path
from typing import Literal

import msgspec

Localized = dict[str, str]
LANGUAGES = ("en", "de")
NOTES = ("aim", "mistakes", "demo", "questions")
"""The sections of an instructor's notes, in their order."""


PANES = (
    "lesson",
    "picture",
    "events",
    "console",
    "rings",
    "processors",
    "storage",
    "network",
    "manager",
    "server",
    "datacenter",
    "types",
    "history",
    "guestview",
    "backup",
    "conversion",
    "ways",
)
"""What a screen can show beside a lesson: panes, then views."""


class BadLesson(Exception):
    """A lesson's file is missing or wrong: one sentence with file, place and what would be right."""


class Pattern(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a trace event must look like: its kind, the virtual machine it concerns, its fields."""

    kind: str
    vm: str = ""
    fields: dict[str, str | int | bool] = {}


class Check(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that is checked: an expression of the console, a pattern of the trace, or an answer.

    `needs` are checks that must pass first (otherwise this one is not reached). `why`
    says what to do when it fails. `probe` is a script that is run first on a copy of the lab
    ("if this host now failed, would ...?"); `expression` then asks the copy. With
    `within_ms`, the events of `order` must lie so close together, in simulated time.
    """

    id: str
    points: int
    title: Localized
    why: Localized
    needs: list[str] = []
    expression: str = ""
    happened: Pattern | None = None
    never: Pattern | None = None
    order: list[Pattern] = []
    all: list[Pattern] = []
    """Events that must have happened, in any order."""
    within_ms: int = 0
    probe: str = ""
    at_least: int = 1
    exactly: int | None = None
    answer: str = ""
    foretells: Pattern | None = None
    """The experiment that `answer` foretells: the question must have been answered before the first such event."""
    part: Literal["", "transfer", "fault", "why"] = ""
    """Of an exam: which third of its blueprint it belongs to."""
    claims: list[int] = []
    """The rows of the checked handout (assets/handout.toml) whose opposite fails here; a wrong-*.ps1 shows it."""
    repeat: list[str] = []
    """Of an exam: the lessons to repeat where it fails; the first says to which chapter it counts."""

    @property
    def patterns(self) -> list[Pattern]:
        """All that it looks for in the trace."""
        single = [one for one in (self.happened, self.never, self.foretells) if one is not None]
        return [*single, *self.order, *self.all]


class Choice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One answer to choose, and what is said when it was chosen.

    A wrong choice may name the `misconception` behind it (an id of assets/misconceptions.toml),
    and `refute`: a script that is run on a copy of the learner's lab, and whose output is
    shown with the feedback. Where nobody believes it and one only misreads or miscounts, it is a `slip`.
    """

    id: str
    text: Localized
    feedback: Localized = {}
    misconception: str = ""
    slip: bool = False
    refute: str = ""


class Item(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The left side of a pair: `match` is the choice that belongs to it."""

    id: str
    text: Localized
    match: str


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question; what it is follows from what is given.

    - `choices` and `correct`: choose one; with `all_of`, choose just these; with `sequence`, put
      them in this order; with `items`, find the choice for each item.
    - `expression` without choices: the console computes the number or the word that is right; where it
      comes to several values, each of them is right, and so are all together with spaces between.
    - `event`: point at an event of the trace that fits, by its number; with `cause_of` it must
      also have led to the last event that fits that pattern, with `after` be the first that fits after one
      that fits that pattern. What fits one of `events` is right, too.

    A `guess` is asked before an experiment: it is recorded and answered by the
    experiment, never marked.
    """

    id: str
    prompt: Localized
    choices: list[Choice] = []
    correct: str = ""
    all_of: list[str] = []
    sequence: list[str] = []
    items: list[Item] = []
    expression: str = ""
    event: Pattern | None = None
    events: list[Pattern] = []
    cause_of: Pattern | None = None
    after: Pattern | None = None
    guess: bool = False
    right: Localized = {}
    wrong: Localized = {}
    claims: list[int] = []
    """The rows of the checked handout (assets/handout.toml) whose opposite is a wrong answer here."""

    @property
    def kind(self) -> QuestionKind:
        """What is asked for."""
        if self.items:
            return "match"
        if self.sequence:
            return "order"
        if self.all_of:
            return "multiple"
        if self.choices:
            return "choice"
        return "event" if self.event is not None else "value"


QuestionKind = Literal["choice", "multiple", "order", "match", "value", "event"]


class Hint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A hint; the hints of a step come in the order of the file, from a nudge to the command."""

    text: Localized
    cost: int = 0


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A step: a section of the text, what it asks, and which checks complete it.

    `looks` are commands that only look (`Get-LabPartition`) and without which its goals say nothing: the step
    is done, and its guess answered, when each was made after the goals were reached. Where a guess is answered
    and no looks are named, they are those with which the commands of the page end.

    What is to be done `alone` is a transfer: nothing that was shown before solves it with other names and numbers.
    """

    id: str
    goals: list[str] = []
    question: str = ""
    looks: list[str] = []
    hints: list[Hint] = []
    alone: bool = False
    refused: list[str] = []
    """The commands of its text that the lab is to refuse."""


class Variable(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is drawn for `{{name}}`: one of a `pool`, or a whole number from `low` to `high` in steps of `step`."""

    pool: list[str | int] = []
    low: int = 0
    high: int = 0
    step: int = 1


class Misconception(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What learners commonly believe and what is not so; `claims` are rows of the checked handout."""

    en: str
    de: str
    claims: list[int] = []


class Chapter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """chapter.toml: what a chapter's lessons have in common. `morning` is what went wrong today."""

    title: Localized
    morning: Localized


class Par(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What of a lesson's work is compared with its best known solution, besides its commands.

    `downtime` names the machines, and servers of the machine room, that should be missed as little as possible
    (`*`: all that answer when the work begins); with `licences`, all that the firm holds should cost little.
    """

    downtime: list[str] = []
    licences: bool = False


class LessonFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """lesson.toml."""

    id: str
    title: Localized
    minutes: int
    concepts: list[str]
    step: list[Step]
    check: list[Check]
    question: list[Question] = []
    platform: str = "ws2008"
    scenario: str = "one-host"
    seed: int = 0
    seeds: Literal["fixed", "drawn"] = "fixed"
    """With `drawn`, every learner gets a seed of their own, and with it other `variables`."""
    variables: dict[str, Variable] = {}
    prerequisites: list[str] = []
    panes: list[str] = []
    """The panes with which the lesson opens (PANES); a view among them stands where the picture does.
    Learners may open others by hand. Empty: as the screen comes."""
    par: Par = Par()
    exam: bool = False
    """A final exam: no hints, and answers are noted without a word on whether they are right (blueprint)."""


class Lesson(msgspec.Struct, frozen=True):
    """A lesson with its texts, as a seed draws it. `sections` is by language, then by step."""

    folder: Path
    plan: LessonFile
    sections: dict[str, dict[str, str]]
    digest: str
    seed: int
    drawn: dict[str, str]
    chapter: Chapter | None
    scripts: dict[str, str]
    """The scripts beside it, by file name."""
    notes: dict[str, dict[str, str]] = {}
    """The instructor's notes by language, then by section (NOTES), each with its heading; empty without any."""

    @property
    def id(self) -> str:
        """The id that never changes."""
        return self.plan.id

    @property
    def title(self) -> Localized:
        """The title by language."""
        return self.plan.title

    @property
    def minutes(self) -> int:
        """How long it takes."""
        return self.plan.minutes

    @property
    def platform(self) -> str:
        """The platform of its lab."""
        return self.plan.platform

    @property
    def scenario(self) -> str:
        """The scenario of its lab."""
        return self.plan.scenario

    @property
    def max_points(self) -> int:
        """All points there are."""
        return sum(check.points for check in self.plan.check)

    def question(self, name: str) -> Question | None:
        """The question of that id."""
        return next((question for question in self.plan.question if question.id == name), None)

    def scripts_like(self, pattern: str) -> list[str]:
        """The names of the scripts that match, in order."""
        return sorted(fnmatch.filter(self.scripts, pattern))

    def demo(self) -> str:
        """What an instructor shows on the lesson's start; empty if there is nothing."""
        return self.scripts.get("demo.ps1", "")

    def start(self) -> str:
        """What runs before the learner begins."""
        return self.scripts.get("start.ps1", "")
