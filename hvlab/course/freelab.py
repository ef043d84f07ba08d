"""A scenario as it can be given to a class: a lesson that asks for nothing, whose one page says what stands there."""

from __future__ import annotations

import hashlib
from pathlib import Path

from hvlab import catalog
from hvlab.course.model import LANGUAGES, BadLesson, Lesson, LessonFile, Step
from hvlab.text import Text

PREFIX = "scenario:"
"""In place of a lesson's id: a scenario's name stands behind it."""
STEP = "scenario"


def given(name: str) -> Lesson:
    """The lesson of `scenario:NAME`. BadLesson if there is no such scenario."""
    scenario = name.removeprefix(PREFIX)
    known = catalog.scenarios()
    if scenario not in known:
        raise BadLesson(f"there is no scenario {scenario!r}; there are: {', '.join(known)}")
    texts = {language: Text(language) for language in LANGUAGES}
    summary = catalog.scenario(scenario).summary
    title = {language: text("course.freelab.title", scenario=scenario) for language, text in texts.items()}
    pages = {
        language: {STEP: f"## {title[language]}\n\n{summary[language]}\n\n{text('course.freelab.page')}"}
        for language, text in texts.items()
    }
    plan = LessonFile(name, title, 0, [], [Step(STEP)], [], scenario=scenario)
    # The texts are no part of it: a sentence that is mended must not part those who work in the same lab.
    digest = hashlib.sha256(name.encode()).hexdigest()
    return Lesson(Path(name), plan, pages, digest, plan.seed, {}, None, {})


def names() -> list[str]:
    """All that can be given, as `scenario:NAME`."""
    return [PREFIX + scenario for scenario in catalog.scenarios()]
