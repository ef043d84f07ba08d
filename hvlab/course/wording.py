"""Which words of the glossary the lessons' pages use, and which words they stress that the glossary does not know."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from hvlab.catalog import manual, terms
from hvlab.course.model import LANGUAGES, Lesson

_CODE = re.compile(r"```.*?```|`[^`]*`", re.DOTALL)
_HEADING = re.compile(r"^#.*$", re.MULTILINE)
_STRESSED = re.compile(r"\*\*([^*\n]+)\*\*")
_NAME = re.compile(r".*[\d{}%/()-].*|[A-Z][a-z]+[A-Z].*")
"""What is stressed because it is a name, a number or a column: it introduces nothing."""


def prose(page: str) -> str:
    """A page without its heading and without what is typed."""
    return _HEADING.sub("", _CODE.sub(" ", page))


def used_in(lesson: Lesson, language: str) -> list[str]:
    """The terms that a lesson's pages use, in the order in which they come up."""
    found: dict[str, None] = {}
    for step in lesson.plan.step:
        for place in terms.places(prose(lesson.sections[language][step.id]), language):
            found.setdefault(place.term)
    return list(found)


def used(lessons: Sequence[Lesson], language: str) -> dict[str, list[str]]:
    """By term: the lessons whose pages use it; empty where none does."""
    found: dict[str, list[str]] = {key: [] for key in manual.glossary()}
    for lesson in lessons:
        for key in used_in(lesson, language):
            found[key].append(lesson.id)
    return found


def stressed(lessons: Sequence[Lesson]) -> dict[str, str]:
    """The words in bold type that no term explains, each with the lesson that stresses it first: introduced, perhaps.

    Names of machines are the same in every language, words are not: only what a translation changes is listed, and
    abbreviations.
    """
    found: dict[str, str] = {}
    for lesson in lessons:
        pages = {
            language: "\n".join(prose(text) for text in sections.values())
            for language, sections in lesson.sections.items()
        }
        others = set(_STRESSED.findall(pages["de"]))
        for word in _STRESSED.findall(pages["en"]):
            if _NAME.fullmatch(word) or terms.places(word, "en"):
                continue
            if word not in others or (word.isupper() and word.casefold() not in lesson.start().casefold()):
                found.setdefault(word, lesson.id)
    return found


def problems(lessons: Sequence[Lesson]) -> list[str]:
    """A term that pages use in one language and in no page of another: its forms there are not known."""
    by_language = {language: used(lessons, language) for language in LANGUAGES}
    return [
        f"the term {key!r} is on a page of {places[0]} in {language!r} and on none in {other!r}: "
        f"what those pages call it belongs into its forms (assets/glossary/terms.toml)"
        for language in LANGUAGES
        for key, places in by_language[language].items()
        for other in LANGUAGES
        if places and not by_language[other][key]
    ]


def table(lessons: Sequence[Lesson]) -> Iterator[str]:
    """The glossary as its pages have it, as lines: each term with its lessons, then what is on no page, and more."""
    pages = used(lessons, "en")
    width = max(map(len, pages))
    for key, places in pages.items():
        if places:
            more = f" and {len(places) - 1} more" if len(places) > 1 else ""
            yield f"{key:<{width}}  {places[0]}{more}"
    everyday = [key for key, term in manual.glossary().items() if term.everyday]
    yield f"not linked, for it is an everyday word: {', '.join(everyday)}"
    yield f"on no page: {', '.join(key for key, places in pages.items() if not places and key not in everyday)}"
    for word, lesson in stressed(lessons).items():
        yield f"in bold type and not in the glossary: {word} ({lesson})"


def appendix(lesson: Lesson, language: str) -> list[str]:
    """What the glossary says of a lesson's words, as Markdown: for reading without a screen."""
    column = LANGUAGES.index(language)
    entries = [manual.glossary()[key] for key in used_in(lesson, language)]
    return [f"- **{entry.names[column]}**: {entry.text[column]}" for entry in entries]
