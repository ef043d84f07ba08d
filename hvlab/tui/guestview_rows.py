"""How a guest's view is drawn: the call on top, then belief beside truth. Pure: Lines out, no widget."""

from __future__ import annotations

from hvlab.console.labmodule.guestview import believes, truth
from hvlab.session.guestside import GuestSide, Row
from hvlab.text import Text
from hvlab.tui.canvas import Line, fit, line, wrap
from hvlab.tui.view_pane import heading

LABEL = 21
SAME, OTHER = "=", "≠"


def head_rows(side: GuestSide, text: Text, width: int) -> list[Line]:
    """Whose view it is and over which path; below it what the application has asked for."""
    path = text(f"tui.guestview.{'synthetic' if side.synthetic else 'emulated'}")
    who = text("tui.guestview.here", name=side.machine) if side.machine else text("tui.guestview.apart")
    first = fit(f"{who}  ", width)
    call = fit(f" {text('guestview.aspect.call')}: {believes(text, side.call.aspect)}", width - 2)
    mark = _mark(side.call.other_belief)
    return [
        line((first, "title"), (fit(path, max(0, width - len(first))), "accent")),
        line((call.ljust(width - 2), "guest~1"), (mark.rjust(2), "good" if mark == SAME else "accent")),
    ]


def _mark(is_other: bool | None) -> str:
    return "" if is_other is None else (OTHER if is_other else SAME)


def aspect_rows(side: GuestSide, text: Text, width: int) -> list[Line]:
    """Aspect by aspect; ≠ marks what is another on the other path."""
    half = (width - LABEL) // 2
    left = heading(text("tui.guestview.believes"), half - 1)
    right = heading(text("tui.guestview.true"), width - LABEL - half)
    rows = [line((" " * LABEL, ""), *left, (" ", ""), *right)]
    for row in side.rows:
        rows += _aspect(row, text, width)
    return rows


def _aspect(row: Row, text: Text, width: int) -> list[Line]:
    """One aspect; what the guest thinks of the call stands on top already."""
    aspect = row.aspect
    half = (width - LABEL) // 2
    name = text(f"guestview.aspect.{aspect.key}")
    is_call = row.aspect.key == "call"
    left = [] if is_call else wrap(believes(text, aspect), half - 3)
    right = wrap(truth(text, aspect), width - LABEL - half - 3)
    marks = ("" if is_call else _mark(row.other_belief), _mark(row.other_truth))
    rows = []
    for number in range(max(len(left), len(right))):
        first = not number
        named = name if first else (aspect.name if number == 1 and not is_call else "")
        rows.append(
            line(
                (fit(named, LABEL - 1).ljust(LABEL), "dim" if first else "faint"),
                *_cell(
                    marks[0] if first else "", left[number] if number < len(left) else "", half, "guest+3"
                ),
                *_cell(
                    marks[1] if first else "",
                    right[number] if number < len(right) else "",
                    width - LABEL - half,
                    "",
                ),
            )
        )
    return rows


def _cell(mark: str, words: str, width: int, style: str) -> list[tuple[str, str]]:
    return [
        (mark.ljust(2), "accent" if mark == OTHER else "good"),
        (fit(words, width - 3).ljust(width - 2), style),
    ]
