"""A step's page as a learner reads it: what belongs to an experiment comes after the answer that foretells it."""

from __future__ import annotations

import re

from hvlab.course.model import LANGUAGES, Lesson

_WORDS = re.compile(r"\w+")
_TELLING = 3
"""Words that an answer must have at least to be recognised in a text: a number or a name proves nothing."""
_COMMANDS = ("", "powershell", "ps1")
"""What may stand behind the fence that opens commands; a drawing has another word there."""
_BLOCK = re.compile(rf"^```(?:{'|'.join(_COMMANDS)}) *\n(.*?)^```", re.DOTALL | re.MULTILINE)


TODO = "TODO"
"""What a draft says where its author's words are missing."""
RULE = "---"
"""A line of its own: what stands below it comes after the answer, whatever the question is."""


def before_answer(body: str, *, guess: bool) -> str:
    """What may be read before the step's question was answered.

    That is the page as far as its rule; without one, a `guess` comes before the page's first commands. All of
    the page where it has neither.
    """
    lines = body.splitlines()
    if RULE in lines:
        return "\n".join(lines[: lines.index(RULE)]).rstrip()
    return _before_commands(body) if guess else body


def whole(body: str) -> str:
    """The page without its rule."""
    return "\n".join(line for line in body.splitlines() if line != RULE) if RULE in body else body


def commands_in(body: str) -> list[str]:
    """The page's blocks of commands, in their order, each as it stands there."""
    found: list[str] = _BLOCK.findall(body)
    return found


def _before_commands(body: str) -> str:
    inside = False
    lines = body.splitlines()
    for number, line in enumerate(lines):
        if line.startswith("```"):
            if not inside and line[3:].strip() in _COMMANDS:
                return "\n".join(lines[:number]).rstrip()
            inside = not inside
    return body


def gives_away(text: str, answer: str) -> bool:
    """Whether a text holds an answer of some words, word by word, whatever its marks and capitals."""
    said, meant = ([word.casefold() for word in _WORDS.findall(part)] for part in (text, answer))
    return len(meant) >= _TELLING and f" {' '.join(meant)} " in f" {' '.join(said)} "


def unwritten(lesson: Lesson) -> list[str]:
    """Where a draft (`hvlab lesson record`) still waits for its author's words."""
    plan = lesson.plan
    texts = [("lesson.toml: title", plan.title[language]) for language in LANGUAGES]
    texts += [("lesson.toml: concepts", concept) for concept in plan.concepts]
    texts += [
        (f"lesson.toml: step {step.id}: a hint", hint.text[language])
        for step in plan.step
        for hint in step.hints
        for language in LANGUAGES
    ]
    texts += [
        (f"{language}.md {{#{step}}}", body)
        for language, sections in lesson.sections.items()
        for step, body in sections.items()
    ]
    return [
        f"{place}: still to be written (TODO)"
        for place in dict.fromkeys(place for place, text in texts if TODO in text)
    ]
