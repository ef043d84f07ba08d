"""Walks through a lesson as one who types only what stands there: a step's commands, then its last hint.

So it is proved that every command in the text runs, or is refused where the lesson means it to be; that the last
hint of a step reaches what the step asks for; that the experiments which refute wrong choices can be made there; and
that a task to be done alone is a transfer: what was shown and helped with before, with the task's names and numbers,
does not solve it (hvlab.course.transfer).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from hvlab.console.errors import ParseError
from hvlab.console.shell import Statement
from hvlab.course import pages, transfer
from hvlab.course.attempts import Attempts, Place
from hvlab.course.cmdlets import ANSWERING
from hvlab.course.model import Step
from hvlab.course.opening import TooLong

_UNKNOWN = "is not recognized as the name of a cmdlet"


@dataclass
class Stretch:
    """One step of the walk: where it begins, what its text shows, what was done in it altogether."""

    step: Step
    begins: Place
    shown: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)


class Walk:
    """One way through a lesson; `problems` is what it met."""

    def __init__(self, attempts: Attempts) -> None:
        self.problems: list[str] = []
        self._attempts = attempts
        self._lesson = attempts.lesson
        self._place = attempts.start

    def run(self) -> list[str]:
        """Walk from the first step to the last, then try each task's rewritten scripts."""
        stretches = [self._walk(step) for step in self._lesson.plan.step]
        for number, stretch in enumerate(stretches):
            if stretch.step.alone and not self.problems:
                self._transfer(stretch, stretches[:number])
        return self.problems

    def to(self, step_id: str) -> list[list[str]]:
        """What is typed in each step as far as that one, answers left out: they do nothing in the lab.

        What the commands of its page and its last hint say is a solution of that step.
        """
        typed = []
        for step in self._lesson.plan.step:
            stretch = self._walk(step)
            last = step.id == step_id
            typed.append([text for text in stretch.done if last or not text.startswith(ANSWERING)])
            if last:
                break
        return typed

    def _walk(self, step: Step) -> Stretch:
        stretch = Stretch(step, self._place)
        hint = self._hint(step)
        if self._foretells(step):  # the answer comes before the experiment that it foretells
            self._type(stretch, [s for s in hint if s.text.startswith(ANSWERING)])
        refused = []
        for block in pages.commands_in(self._lesson.sections["en"][step.id]):
            for statement in self._attempts.statements(block):
                self._type(stretch, [statement], shown=True)
                if not self._place.errors:
                    continue
                refused.append(statement.text)
                if statement.text not in step.refused:
                    said = self._place.errors[0].splitlines()[0]
                    self.problems.append(f"en.md {{#{step.id}}}: {statement.text!r} is refused: {said}")
        self.problems += [
            f"step {step.id}: {text!r} is named as refused, and is not"
            for text in step.refused
            if text not in refused
        ]
        if step.goals and step.hints and not self._reached(step, self._place):
            self._type(stretch, hint)
            if not self._reached(step, self._place):
                self.problems.append(f"step {step.id}: its last hint does not solve it")
                self._go_on(stretch)
        self._refutations(step)
        return stretch

    def _refutations(self, step: Step) -> None:
        """What refutes a wrong choice runs in the lab as it stands when the step is done.

        Its last statement may be refused: that is then what refutes.
        """
        question = self._lesson.question(step.question)
        for choice in question.choices if question is not None else ():
            place, statements = self._place, self._attempts.statements(choice.refute)
            for number, statement in enumerate(statements, 1):
                place = self._attempts.after(place, statement)
                said = place.errors[0].splitlines()[0] if place.errors else ""
                if said and (number < len(statements) or _UNKNOWN in said):
                    self.problems.append(
                        f"question {step.question}: what refutes {choice.id}: {statement.text!r}: {said}"
                    )
                    break

    def _hint(self, step: Step) -> Sequence[Statement]:
        """The commands that the last hint says, the same in each language; none if it says anything else."""
        said: list[Sequence[Statement]] = []
        for text in step.hints[-1].text.values() if step.hints else ():
            try:
                said.append(self._attempts.statements(text))
            except ParseError:
                said.append([])
        alike = len({tuple(s.text for s in statements) for statements in said}) == 1
        return said[0] if alike else []

    def _foretells(self, step: Step) -> bool:
        return any(c.foretells is not None and c.id in step.goals for c in self._lesson.plan.check)

    def _type(self, stretch: Stretch, statements: Iterable[Statement], *, shown: bool = False) -> None:
        for statement in statements:
            self._place = self._attempts.after(self._place, statement)
            stretch.done.append(statement.text)
            if shown:
                stretch.shown.append(statement.text)

    def _reached(self, step: Step, place: Place) -> bool:
        return self._attempts.holds(place, step.goals)

    def _go_on(self, stretch: Stretch) -> None:
        """After a step that its hint does not solve: the whole solution, so that what follows can be proved."""
        for statement in self._attempts.statements(self._lesson.scripts.get("solution.ps1", "")):
            if self._reached(stretch.step, self._place):
                return
            self._type(stretch, [statement])

    def _transfer(self, task: Stretch, before: Sequence[Stretch]) -> None:
        if self._reached(task.step, task.begins):  # hvlab.course.tasks makes a task of it alone
            self.problems.append(f"step {task.step.id}: is done before it begins")
        own = [text for text in task.done if text not in task.shown]
        said = self._lesson.sections["en"][task.step.id]
        tried = [(f"step {one.step.id} solves", one.done) for one in before]
        if len(before) > 1:  # nor does whoever repeats all that was shown, one after the other
            tried.append(("the steps before solve", [text for one in before for text in one.done]))
        for which, shown in tried:
            script = transfer.rewritten(shown, own, said)
            if script and self._solves(task, script):
                self.problems.append(
                    f"step {task.step.id}: is no transfer: with other names and numbers, {which} it"
                )

    def _solves(self, task: Stretch, script: Sequence[str]) -> bool:
        try:
            statements = self._attempts.statements("\n".join(script))
        except ParseError:
            return False  # what stood in one place does not stand in the other
        place = task.begins
        try:
            for statement in statements:
                place = self._attempts.after(place, statement)
        except TooLong:
            return False
        return self._reached(task.step, place)
