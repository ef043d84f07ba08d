"""The questions before and after each chapter, the placement test, and what is asked again: lessons made of pairs.

A chapter's `quiz.toml` holds pairs of questions (`[[pair]]`): one is asked before the chapter (`opening`), its
parallel after it (`closing`). Each wrong answer may name the `claims` of the checked handout whose opposite it
says, or the `misconception` behind it, so that who believes it fails there. After the chapter some questions come
on top (`[[again]]`): an idea that an earlier chapter refuted, in other clothes. From the questions a lesson is made,
drawn by a seed (the order of the answers), which is shown, recorded, replayed and graded as every lesson is:

- `opening-CHAPTER` notes the answers and says in the end what there is to learn;
- `closing-CHAPTER` says at once what is right and why;
- `placement` asks two of each chapter's opening questions, and says which chapters there are to learn;
- `review.PAIR.PAIR` asks those pairs again (hvlab.course.review).

Such a lesson's folder is a place that is not there, such as `lessons/07-disks/closing`: `loading.load` finds it.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import msgspec

from hvlab import paths
from hvlab.course.loading import load_chapter
from hvlab.course.model import (
    LANGUAGES,
    BadLesson,
    Check,
    Choice,
    Lesson,
    LessonFile,
    Localized,
    Question,
    Step,
)
from hvlab.kernel.random import Stream
from hvlab.text import Text

NAME = "quiz.toml"
OPENING, CLOSING = FORMS = ("opening", "closing")
PLACEMENT, REVIEW = "placement", "review"
EACH = 4
"""So many pairs has a chapter."""
OF_EACH = 2
"""So many questions of each chapter does the placement test ask."""


class Wrong(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A wrong answer: `claims` are those of the handout's rows of which it says the opposite."""

    en: str
    de: str
    claims: list[int] = []
    misconception: str = ""


class Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One question of a pair."""

    ask: Localized
    right: Localized
    wrong: list[Wrong]


class Pair(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Two parallel questions; `lesson` is the one that teaches it, `why` is said to the answer."""

    id: str
    lesson: str
    why: Localized
    opening: Form
    closing: Form

    def form(self, name: str) -> Form:
        """The question that is asked before or after the chapter."""
        return self.opening if name == OPENING else self.closing

    @property
    def forms(self) -> tuple[str, ...]:
        """The forms in which it is asked."""
        return FORMS

    @property
    def claims(self) -> list[int]:
        """The claims whose opposite one of the wrong answers says."""
        return sorted(
            {n for form in (self.opening, self.closing) for wrong in form.wrong for n in wrong.claims}
        )


class Again(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question after a chapter in which a misconception returns that the `lesson` of an earlier one refuted."""

    id: str
    lesson: str
    why: Localized
    ask: Localized
    right: Localized
    wrong: list[Wrong]

    def form(self, name: str) -> Form:
        """The one question that it is, after the chapter."""
        assert name == CLOSING, "an idea returns after a chapter"
        return Form(self.ask, self.right, self.wrong)

    @property
    def forms(self) -> tuple[str, ...]:
        """The forms in which it is asked."""
        return (CLOSING,)

    @property
    def claims(self) -> list[int]:
        """The claims whose opposite one of the wrong answers says."""
        return sorted({n for wrong in self.wrong for n in wrong.claims})


class QuizFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """quiz.toml."""

    pair: list[Pair]
    again: list[Again] = []


@dataclass(frozen=True)
class Asked:
    """A question as it stands in a lesson that is made of pairs."""

    pair: Pair | Again
    form: str


def chapters() -> list[Path]:
    """The chapters that have a quiz, in the course's order."""
    return sorted(path.parent for path in paths.lessons().glob(f"*/{NAME}"))


@lru_cache(maxsize=64)
def _file(chapter: Path) -> QuizFile:
    path = chapter / NAME
    try:
        return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), QuizFile)
    except (OSError, ValueError) as error:  # of the reader, of the text, of its shapes
        raise BadLesson(f"{path}: {error}") from None


def pairs_of(chapter: Path) -> Sequence[Pair]:
    """A chapter's pairs. BadLesson."""
    return _file(chapter).pair


def asked_in(chapter: Path, form: str) -> list[Asked]:
    """What is asked before (OPENING) or after (CLOSING) a chapter. BadLesson."""
    return [Asked(one, form) for one in _questions_of(chapter) if form in one.forms]


def _questions_of(chapter: Path) -> list[Pair | Again]:
    file = _file(chapter)
    return [*file.pair, *file.again]


def all_pairs() -> dict[str, Pair | Again]:
    """All that can be asked again, by its id: the pairs, and the questions in which an idea returns. BadLesson."""
    return {one.id: one for chapter in chapters() for one in _questions_of(chapter)}


def ids() -> list[str]:
    """The ids of the lessons that are made of pairs, but for what is asked again."""
    names = [id_of(chapter, form) for chapter in chapters() for form in FORMS]
    return [*names, PLACEMENT] if names else []


def place_of(name: str) -> Path | None:
    """The place that stands for the folder of such a lesson; None if the id is of no such lesson."""
    if name == PLACEMENT or name.startswith(f"{REVIEW}."):
        return paths.lessons() / name
    form, _, short = name.partition("-")
    if form in FORMS:
        return next((chapter / form for chapter in chapters() if _short(chapter) == short), None)
    return None


def id_of(chapter: Path, form: str) -> str:
    """The id of the questions before (OPENING) or after (CLOSING) a chapter."""
    return f"{form}-{_short(chapter)}"


def chapter_of(name: str) -> tuple[Path, str] | None:
    """The chapter to which such an id belongs, and which of its two forms it is; None if it is none of them."""
    place = place_of(name)
    return (place.parent, place.name) if place is not None and place.name in FORMS else None


def minutes_of(count: int) -> int:
    """How long so many questions take."""
    return max(1, (count * 2 + 2) // 3)


def review_of(names: Sequence[str]) -> str:
    """The id of the lesson that asks these pairs again."""
    return ".".join((REVIEW, *names))


def _short(chapter: Path) -> str:
    return chapter.name.partition("-")[2] or chapter.name


def at(place: Path, seed: int | None) -> Lesson | None:
    """The lesson at such a place, as a seed draws it; None if the place is none. BadLesson."""
    if place.name in FORMS and (place.parent / NAME).is_file():
        return _chapter_quiz(place, seed or 0)
    if place.parent != paths.lessons() or not chapters():
        return None
    if place.name == PLACEMENT:
        return _placement(place, seed or 0)
    if place.name.startswith(f"{REVIEW}."):
        return _review(place, seed or 0)
    return None


def _chapter_quiz(place: Path, seed: int) -> Lesson:
    form, chapter = place.name, place.parent
    known = load_chapter(chapter)
    titles = known.title if known else dict.fromkeys(LANGUAGES, chapter.name)
    title = {lang: Text(lang)(f"course.quiz_{form}", title=titles[lang]) for lang in LANGUAGES}
    return _lesson(place, id_of(chapter, form), title, asked_in(chapter, form), seed, marked=form == CLOSING)


def _placement(place: Path, seed: int) -> Lesson:
    asked = []
    for chapter in chapters():
        left = list(pairs_of(chapter))
        stream = Stream.named(seed, f"{PLACEMENT}/{chapter.name}")
        while left and len(left) > len(pairs_of(chapter)) - OF_EACH:
            asked.append(Asked(left.pop(stream.below(len(left))), OPENING))
    title = {lang: Text(lang)("course.quiz_placement") for lang in LANGUAGES}
    return _lesson(place, PLACEMENT, title, asked, seed, marked=False)


def _review(place: Path, seed: int) -> Lesson:
    known = all_pairs()
    names = place.name.split(".")[1:]
    for name in names:
        if name not in known:
            raise BadLesson(f"there is no pair of questions {name!r} to review")
    stream = Stream.named(seed, place.name)
    asked = []
    for one in (known[name] for name in dict.fromkeys(names)):
        asked.append(Asked(one, one.forms[stream.below(len(one.forms))]))
    title = {lang: Text(lang)("course.quiz_review") for lang in LANGUAGES}
    return _lesson(place, place.name, title, asked, seed, marked=True)


def _lesson(
    place: Path, name: str, title: Localized, asked: Sequence[Asked], seed: int, *, marked: bool
) -> Lesson:
    """The lesson that asks these questions; with `marked` it says at once whether an answer is right."""
    count = len(asked)
    numbers = [
        {lang: Text(lang)("course.quiz_number", number=number, count=count) for lang in LANGUAGES}
        for number in range(1, count + 1)
    ]
    plan = LessonFile(
        id=name,
        title=title,
        minutes=minutes_of(count),
        concepts=[],
        step=[Step(one.pair.id, [one.pair.id], one.pair.id) for one in asked],
        check=[
            Check(one.pair.id, 1, numbers[n], one.pair.why, answer=one.pair.id, repeat=[one.pair.lesson])
            for n, one in enumerate(asked)
        ],
        question=[_question(one, seed) for one in asked],
        seed=seed,
        seeds="drawn",
        exam=not marked,
    )
    note = "course.quiz_marked" if marked else "course.quiz_noted"
    sections = {
        lang: {one.pair.id: f"## {numbers[n][lang]}\n\n{Text(lang)(note)}" for n, one in enumerate(asked)}
        for lang in LANGUAGES
    }
    digest = hashlib.sha256(msgspec.json.encode([one.pair for one in asked])).hexdigest()
    if name == PLACEMENT:  # which are asked is drawn: the edition is that of all
        pairs = [pair for chapter in chapters() for pair in pairs_of(chapter)]
        digest = hashlib.sha256(msgspec.json.encode(pairs)).hexdigest()
    chapter = load_chapter(place.parent) if place.name in FORMS else None
    return Lesson(place, plan, sections, digest, seed, {}, chapter, {})


def _question(one: Asked, seed: int) -> Question:
    """A choice whose answers stand in an order that the seed draws."""
    form = one.pair.form(one.form)
    stream = Stream.named(seed, f"{one.pair.id}/{one.form}")
    left: list[Wrong | None] = [None, *form.wrong]
    choices, correct = [], ""
    for letter in "abcdefgh"[: len(left)]:
        wrong = left.pop(stream.below(len(left)))
        if wrong is None:
            correct = letter
            choices.append(Choice(letter, form.right, one.pair.why))
        else:
            text = {"en": wrong.en, "de": wrong.de}
            choices.append(Choice(letter, text, one.pair.why, wrong.misconception))
    return Question(one.pair.id, form.ask, choices, correct)


def problems(chapter: Path, lessons: Sequence[str], misconceptions: Sequence[str]) -> list[str]:
    """What is wrong with a chapter's quiz."""
    pairs = pairs_of(chapter)
    found = [] if len(pairs) == EACH else [f"{len(pairs)} pairs; a chapter opens and closes with {EACH}"]
    used = [one.id for other in chapters() for one in _questions_of(other)]
    for one in _questions_of(chapter):
        if used.count(one.id) > 1:
            found.append(f"pair {one.id}: the id is used more than once in the course")
        if one.lesson not in lessons:
            found.append(f"pair {one.id}: there is no lesson {one.lesson!r}")
        for place, texts in _texts(one):
            if set(texts) != set(LANGUAGES) or not all(text.strip() for text in texts.values()):
                found.append(f"pair {one.id}: {place}: not in both languages")
        found += [
            f"pair {one.id}: no misconception {wrong.misconception!r}"
            for form in one.forms
            for wrong in one.form(form).wrong
            if wrong.misconception and wrong.misconception not in misconceptions
        ]
        found += _alike(one)
    found += [
        f"pair {one.id}: no wrong answer names the misconception that returns"
        for one in _file(chapter).again
        if not any(wrong.misconception for wrong in one.wrong)
    ]
    return found


def _texts(one: Pair | Again) -> Iterator[tuple[str, Localized]]:
    yield "why", one.why
    for name in one.forms:
        form = one.form(name)
        yield f"{name}: ask", form.ask
        yield f"{name}: right", form.right
        yield from ((f"{name}: wrong {n}", {"en": w.en, "de": w.de}) for n, w in enumerate(form.wrong, 1))


def _alike(one: Pair | Again) -> Iterator[str]:
    """Two answers of a question that say the same, a question without wrong answers, two questions that are one."""
    for name in one.forms:
        form = one.form(name)
        for lang in LANGUAGES:
            said = [form.right.get(lang, ""), *(getattr(wrong, lang) for wrong in form.wrong)]
            if len(set(said)) < len(said):
                yield f"pair {one.id}: {name}: two answers are the same in {lang!r}"
        if len(form.wrong) < 2:
            yield f"pair {one.id}: {name}: {len(form.wrong)} wrong answer(s); it takes two"
    if isinstance(one, Pair) and (one.opening.ask, one.opening.right) == (one.closing.ask, one.closing.right):
        yield f"pair {one.id}: the closing question is the opening one"
