"""A class of learners made of answers that people wrote: what a folder of real submissions is like.

Each learner goes through a lesson step by step and does each either as the lesson's own solution does, or as one of
the answers written blind to that step (`tests/acceptance/blind`), right or wrong. So they begin alike and part sooner
or later, like those who read the same text; no line of it is made for the benchmark.
"""

from __future__ import annotations

import random

from hvlab.course.attempts import Attempts
from tests.acceptance import blind

AS_SHOWN = 0.6
"""How often a step is done as the lesson's solution does it."""


def submissions(name: str, count: int, seed: int = 1) -> list[str]:
    """So many scripts for a lesson of the course, one a learner."""
    lesson, answers = blind.read(name)
    attempts = Attempts(lesson)
    statements = [one.text for one in attempts.statements(lesson.scripts["solution.ps1"])]
    steps = [step.id for step in lesson.plan.step if step.goals]
    begins = [blind.before(attempts, step).depth for step in steps]
    ends = [*begins[1:], len(statements)]
    chosen = random.Random(seed)
    found = []
    for number in range(count):
        lines = [f"# learner {number}", *statements[: begins[0]]]
        for step, begin, end in zip(steps, begins, ends, strict=True):
            written = [answer.script for answer in answers if answer.step == step]
            if written and chosen.random() >= AS_SHOWN:
                lines.append(chosen.choice(written))
            else:
                lines += statements[begin:end]
        found.append("\n".join(lines))
    return found
