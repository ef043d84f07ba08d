"""What a learner's answers say of common misconceptions: held, refuted, or come back.

Whoever chooses the answer behind which a misconception stands (assets/misconceptions.toml) holds it. It is refuted by
the right answer to a question that offers it, and after a guess by the experiment. Who chooses it again after
that has relapsed. Whoever never chose it is not mentioned. Nothing here counts for a grade.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Literal

from hvlab.course import answers
from hvlab.course.loading import misconceptions
from hvlab.course.model import Lesson, Question
from hvlab.course.seen import resolves_guess
from hvlab.session.log import Entry
from hvlab.text import Text

Belief = Literal["held", "refuted", "relapsed"]
STATES: tuple[Belief, ...] = ("held", "relapsed", "refuted")
"""In the order in which they are told."""


def signs(lesson: Lesson, entries: Sequence[Entry], reached: Collection[str]) -> Iterator[tuple[str, bool]]:
    """Each answer that speaks for a misconception (True) or against one. `reached`: the ids of the checks that hold."""
    guessed: list[Question] = []
    for entry in entries:
        question = lesson.question(entry.name) if entry.kind == "answer" else None
        if question is None or question.kind != "choice":
            continue
        given = answers.as_recorded(question, entry.text)
        for choice in question.choices:
            if choice.misconception and given in (choice.id, question.correct):
                yield choice.misconception, given == choice.id
        if question.guess:
            guessed.append(question)
    made = _experiments(lesson, reached)
    for question in guessed:
        if question.id in made:
            yield from ((choice.misconception, False) for choice in question.choices if choice.misconception)


def _experiments(lesson: Lesson, reached: Collection[str]) -> set[str]:
    """The guesses whose experiment was made: the goals of the step that answers them are reached, or all there are."""
    if all(check.id in reached for check in lesson.plan.check):
        return {question.id for question in lesson.plan.question if question.guess}
    return {
        resolves_guess(lesson, number)
        for number, step in enumerate(lesson.plan.step)
        if step.goals and all(name in reached for name in step.goals)
    }


def follow(known: Mapping[str, Belief], seen: Iterable[tuple[str, bool]]) -> dict[str, Belief]:
    """What becomes of what was known before, by these signs."""
    found = dict(known)
    for name, believed in seen:
        before = found.get(name)
        if believed:
            found[name] = "held" if before in (None, "held") else "relapsed"
        elif before is not None:
            found[name] = "refuted"
    return found


def told(found: Mapping[str, Belief], text: Text) -> list[str]:
    """The misconceptions by name, those that are still held first; nothing for what nobody knows any more."""
    known = misconceptions()
    return [
        text(f"course.belief.{state}", belief=getattr(known[name], text.language))
        for state in STATES
        for name in sorted(found)
        if found[name] == state and name in known
    ]
