"""How a lesson's question is drawn: on its page, and shorter above the prompt. Pure: Lines out, no widget."""

from __future__ import annotations

from string import ascii_lowercase
from typing import TYPE_CHECKING

from hvlab.tui.canvas import Line, fit, line, plain
from hvlab.tui.markdown import flow, spans

if TYPE_CHECKING:
    from hvlab.course.shown import QuestionView
    from hvlab.text import Text

MOST = 6
"""Rows that the question above the prompt takes at most."""


def _choices(question: QuestionView) -> list[tuple[str, str]]:
    marks = ascii_lowercase if question.items else None
    return [
        (f"{marks[number] if marks else number + 1}) ", choice)
        for number, choice in enumerate(question.choices)
    ]


def page_rows(question: QuestionView, text: Text, width: int) -> list[Line]:
    """The question as it stands on the lesson's page; below it follow the rows on how it is answered."""
    rows: list[Line] = [(), *flow([("? ", "accent"), *spans(question.prompt, "bold")], width, "", "  ")]
    for number, item in enumerate(question.items, 1):
        rows += flow(spans(item), width, f"  {number}) ", "     ")
    for mark, choice in _choices(question):
        rows += flow(spans(choice), width, f"  {mark}", "     ")
    return rows


def how_rows(question: QuestionView, text: Text, width: int) -> list[Line]:
    """How it is answered; the prompt says so, too."""
    rows = flow([(text(f"tui.lesson.how_to_answer.{question.kind}"), "dim")], width, "  ", "  ")
    if question.holds_back:
        rows += flow([(text("tui.lesson.holds_back"), "dim")], width, "  ", "  ")
    return rows


def prompt_rows(
    question: QuestionView, width: int, *, short: bool, most: int = MOST, page: str = "F2"
) -> list[Line]:
    """The question above the prompt: short answers share a row; `short`: one row that reminds of it.

    Where there are more than `most` rows, at most MOST, what is asked gives way to the choices, then their ends
    do; if there is still no room, the last row names the key that leads to the `page`.
    """
    asked = flow([("? ", "accent"), *spans(question.prompt, "bold")], width, "", "  ")
    most = min(most, MOST)
    words = " ".join(plain(row).strip() for row in asked).removeprefix("? ")
    if short or most == 1:
        return [line(("? ", "accent"), (fit(words, max(0, width - 2)), "dim"))]
    rows = list(asked)
    items = [(f"{number}) ", item) for number, item in enumerate(question.items, 1)]
    groups = [group for group in (items, _choices(question)) if group]
    for group in groups:
        rows += _side_by_side(group, width)
    if len(rows) > most:
        whole = rows
        rows = [line(("? ", "accent"), (fit(words, max(0, width - 2)), "bold")), *rows[len(asked) :]]
        if len(rows) > most:
            rows = [rows[0], *(_cut(mark, text, width) for group in groups for mark, text in group)]
        if len(rows) > most:
            rows = whole
    if len(rows) > most:
        rows = [*rows[: most - 1], line((f"  … {page}", "dim"))]
    return rows


def _cut(mark: str, text: str, width: int) -> Line:
    """A choice in one row."""
    words = "".join(part for part, _ in spans(text))
    return line(("  ", ""), (mark, "key"), (fit(words, max(0, width - 2 - len(mark))), ""))


def _side_by_side(choices: list[tuple[str, str]], width: int) -> list[Line]:
    """Choices in one row if all fit there, else a row each."""
    together: list[tuple[str, str]] = []
    for mark, choice in choices:
        together += [("  ", ""), (mark, "key"), *spans(choice)]
    if choices and sum(len(part) for part, _ in together) <= width:
        return [line(*together)]
    return [
        row for mark, choice in choices for row in flow([(mark, "key"), *spans(choice)], width, "  ", "     ")
    ]
