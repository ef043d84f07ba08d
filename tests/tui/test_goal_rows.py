"""Goals below a page: a row each where there is room, one after the other where there is not."""

from __future__ import annotations

import pytest

from hvlab.course.shown import Goal
from hvlab.text import LANGUAGES, Text
from hvlab.tui.canvas import plain
from hvlab.tui.goal_rows import goal_rows

TITLES = ["a exists", "a boots", "a opens its channel", "b exists and has its disk", "b boots", "b is off"]
GOALS = [
    Goal(title, title, "pass" if number < 2 else "fail", "Off", "Running", 1)
    for number, title in enumerate(TITLES)
]


def rows(width: int, room: int, language: str = "en") -> list[str]:
    return [plain(row) for row in goal_rows(GOALS, Text(language), width, room)]


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Goals: 2 of 6 done"), ("de", "Ziele: 2 von 6 erreicht")]
)
def test_the_heading_says_what_is_done(language: str, words: str) -> None:
    assert words in rows(78, 20, language)[1]


def test_with_room_each_goal_has_its_row_and_the_next_one_its_detail() -> None:
    found = rows(78, 20)
    assert [row[2:] for row in found if row[:1] in "✓○" and row] == TITLES
    assert found[found.index("○ a opens its channel") + 1] == "    expected Off, found Running"
    assert sum("expected" in row for row in found) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_room_they_share_rows_and_none_is_lost(language: str) -> None:
    found = rows(78, 4, language)
    assert len(found) < len(rows(78, 20, language))
    assert all(len(row) <= 78 for row in found)
    said = " ".join(found)
    assert all(f"{mark} {title}" in said for mark, title in zip("✓✓○○○○", TITLES, strict=True))
    assert not any(row.endswith(("✓", "○")) for row in found), "a mark stays with its goal"


def test_a_narrow_column_has_no_room_for_two() -> None:
    assert rows(38, 0) == rows(38, 99)
