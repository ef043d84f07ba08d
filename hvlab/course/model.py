"""The format of a lesson: what stands in lesson.toml, and how the texts are bound to its steps.

A lesson is a folder:

- `lesson.toml`: everything but the running text (shapes below; unknown keys are errors);
- `en.md`, `de.md`: the text. A section begins with a heading that ends in `{#step-id}`;
- `start.ps1` (optional), `solution*.ps1` (all known good ways), `wrong-*.ps1` (plausible mistakes,
  whose first line `# check: ID` names the check that must catch them).
"""

from __future__ import annotations

import difflib
import hashlib
import re
import tomllib
from pathlib import Path

import msgspec

Localized = dict[str, str]
LANGUAGES = ("en", "de")


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
    says what to do when it fails.
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
    at_least: int = 1
    exactly: int | None = None
    answer: str = ""


class Choice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One answer to choose, and what is said when it was chosen."""

    id: str
    text: Localized
    feedback: Localized


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question. With `choices`, `correct` is one of them; otherwise `expression` computes the number.

    A `guess` is asked before an experiment: it is recorded and answered by the
    experiment, never marked.
    """

    id: str
    prompt: Localized
    choices: list[Choice] = []
    correct: str = ""
    expression: str = ""
    guess: bool = False
    right: Localized = {}
    wrong: Localized = {}

    def choice_meant(self, text: str) -> str:
        """The id of the choice that an answer means, by its number, its id or its text; else the answer."""
        wanted = text.strip().casefold()
        for number, choice in enumerate(self.choices, 1):
            if wanted in (str(number), choice.id.casefold(), *(t.casefold() for t in choice.text.values())):
                return choice.id
        return text.strip()


class Hint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A hint; the hints of a step come in the order of the file, from a nudge to the command."""

    text: Localized
    cost: int = 0


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A step: a section of the text, what it asks, and which checks complete it."""

    id: str
    goals: list[str] = []
    question: str = ""
    hints: list[Hint] = []


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
    panes: list[str] = []


class Lesson(msgspec.Struct, frozen=True):
    """A lesson with its texts. `sections` is by language, then by step."""

    folder: Path
    plan: LessonFile
    sections: dict[str, dict[str, str]]
    digest: str

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
    def seed(self) -> int:
        """The seed of its lab."""
        return self.plan.seed

    @property
    def max_points(self) -> int:
        """All points there are."""
        return sum(check.points for check in self.plan.check)

    def question(self, name: str) -> Question | None:
        """The question of that id."""
        return next((question for question in self.plan.question if question.id == name), None)

    def scripts(self, pattern: str) -> list[Path]:
        """The scripts beside it whose names match."""
        return sorted(self.folder.glob(pattern))

    def start(self) -> str:
        """What runs before the learner begins."""
        path = self.folder / "start.ps1"
        return path.read_text(encoding="utf-8") if path.is_file() else ""


_HEADING = re.compile(r"^## .*\{#([a-z0-9-]+)\}\s*$")
_UNKNOWN = re.compile(r"unknown field `(\w+)`")


def load(folder: Path) -> Lesson:
    """Read a lesson's folder. BadLesson."""
    path = folder / "lesson.toml"
    try:
        data = path.read_bytes()
        plan = msgspec.convert(tomllib.loads(data.decode("utf-8")), LessonFile)
    except FileNotFoundError:
        raise BadLesson(f"{folder}: there is no lesson.toml in it") from None
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadLesson(f"{path}: {error}") from None
    except msgspec.ValidationError as error:
        raise BadLesson(f"{path}: {error}{_nearest(str(error))}") from None
    hasher = hashlib.sha256(data)
    sections = {}
    for language in LANGUAGES:
        text = folder / f"{language}.md"
        try:
            raw = text.read_bytes()
            sections[language] = split_sections(raw.decode("utf-8"), text)
        except (OSError, UnicodeDecodeError) as error:
            raise BadLesson(f"{text}: {error}") from None
        hasher.update(raw)
    begin = folder / "start.ps1"
    if begin.is_file():
        hasher.update(begin.read_bytes())
    lesson = Lesson(folder, plan, sections, hasher.hexdigest())
    _cross_check(lesson)
    return lesson


def _nearest(message: str) -> str:
    found = _UNKNOWN.search(message)
    if found is None:
        return ""
    known = {
        field
        for kind in (LessonFile, Step, Check, Question, Choice, Hint, Pattern)
        for field in kind.__struct_fields__
    }
    near = difflib.get_close_matches(found[1], sorted(known), 1)
    return f"; did you mean `{near[0]}`?" if near else ""


def split_sections(text: str, path: Path) -> dict[str, str]:
    """The sections of a text by step id, each with its heading (without the mark). BadLesson."""
    sections: dict[str, str] = {}
    current = ""
    lines: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("## "):
            found = _HEADING.match(line)
            if found is None:
                raise BadLesson(f"{path}, line {number}: a section's heading ends in {{#step-id}}")
            if current:
                sections[current] = "\n".join(lines).strip()
            current, lines = found[1], [line[: line.rindex("{")].rstrip()]
            if current in sections:
                raise BadLesson(f"{path}, line {number}: a second section {{#{current}}}")
        elif current:
            lines.append(line)
    if current:
        sections[current] = "\n".join(lines).strip()
    return sections


def _cross_check(lesson: Lesson) -> None:
    """Ids that point nowhere, and texts that one language lacks."""
    plan, where = lesson.plan, lesson.folder / "lesson.toml"
    checks = [check.id for check in plan.check]
    questions = [question.id for question in plan.question]
    for ids in (checks, questions, [step.id for step in plan.step]):
        doubled = sorted({name for name in ids if ids.count(name) > 1})
        if doubled:
            raise BadLesson(f"{where}: the id {doubled[0]!r} is used twice")
    wanted = [(f"step {step.id}", "check", goal, checks) for step in plan.step for goal in step.goals]
    wanted += [
        (f"step {step.id}", "question", step.question, questions) for step in plan.step if step.question
    ]
    wanted += [(f"check {check.id}", "check", need, checks) for check in plan.check for need in check.needs]
    wanted += [(f"check {c.id}", "question", c.answer, questions) for c in plan.check if c.answer]
    for place, kind, name, known in wanted:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise BadLesson(f"{where}: {place} names the {kind} {name!r}, which there is not{hint}")
    steps = {step.id for step in plan.step}
    for language, sections in lesson.sections.items():
        if set(sections) != steps:
            odd = sorted(set(sections) ^ steps)[0]
            raise BadLesson(
                f"{lesson.folder / language}.md: the sections and the steps of lesson.toml differ: {odd!r}"
            )
