"""How two kinds of monitor are drawn: stacks, the stream of instructions, the sums. Pure: Lines out, no widget."""

from __future__ import annotations

from hvlab.session.typesview import STACKS, Comparison, Instruction, Side
from hvlab.text import Text
from hvlab.tui.canvas import Line, fit, line
from hvlab.tui.view_pane import heading

LAYERS = {
    "guest": "guest",
    "worker": "root",
    "system": "root",
    "monitor": "hypervisor",
    "hardware": "hardware",
}
MARKS = {"native": "guest+3", "trap": "hypervisor+3", "hypercall": "vmbus+3", "process": "root+3"}
NUMBER = 4
MICROSECOND = 1000
FIGURE = 11
"""Columns for a sum, with a gap."""
FULL_TABLE = 18
"""So many rows below the stacks make room for all sums, one in a row."""


def _kind(side: Side) -> str:
    return "type2" if side.hosted else "type1"


def stack_rows(found: Comparison, number: int, text: Text, width: int) -> list[Line]:
    """Both stacks from the guest down; what the instruction reaches stands out."""
    half = width // 2
    names = [
        fit(text(f"tui.types.{_kind(side)}", name=side.name), half - 1).ljust(half) for side in found.sides
    ]
    rows = [line(*((name, "title") for name in names))]
    for place in range(len(STACKS[False])):
        runs = []
        for side in found.sides:
            level = STACKS[side.hosted][place]
            step = side.step(number)
            reached = step is not None and level in step.levels
            words = fit(text(f"tui.types.level.{_kind(side)}.{level}"), half - 5)
            style = f"{LAYERS[level]}~1" if reached else "faint"
            runs += [(f" {'●' if reached else ' '} {words}".ljust(half - 1), style), (" ", "")]
        rows.append(line(*runs))
    head = text("tui.types.instruction", number=number + 1, count=len(found.stream))
    return [*rows, heading(f"{head}: {instruction_text(found.stream[number], text)}", width)]


def instruction_text(one: Instruction, text: Text) -> str:
    """An instruction as an assembler writes it, or as a sentence where it stands for many."""
    many = "_many" if one.repeats > 1 else ""
    value = "…" if one.value is None else f"{one.value:#04x}"
    return text(
        f"tui.types.say.{one.kind}{many}",
        port=f"{one.port:#x}",
        value=value,
        count=one.repeats,
        size=one.size,
    )


def _marks(side: Side, number: int, text: Text) -> list[tuple[str, str]]:
    """What became of an instruction on a side."""
    step = side.step(number)
    marks = step.marks if step is not None else ()
    return [(text(f"tui.types.mark.{mark}") + " ", MARKS[mark]) for mark in marks]


def _columns(found: Comparison, text: Text, width: int) -> tuple[int, int, int]:
    """How wide an instruction is, and each side's part: the first close to it, the second below its stack."""
    numbers = range(len(found.stream))
    first, second = (
        max([FIGURE, *(sum(len(said) for said, _ in _marks(side, number, text)) + 1 for number in numbers)])
        for side in found.sides
    )
    wish = max(len(instruction_text(one, text)) for one in found.stream) + 2
    words = max(1, min(wish, width - NUMBER - first - second))
    return words, max(first, width // 2 - NUMBER - words), second


def stream_rows(found: Comparison, first: int, count: int, text: Text, width: int) -> list[Line]:
    """Some instructions with what became of each on either side."""
    words, *columns = _columns(found, text, width)
    rows = []
    for number, one in enumerate(found.stream[first : first + count], first):
        runs = [
            (f"{number + 1:>{NUMBER - 1}} ", "faint"),
            (fit(instruction_text(one, text), words - 1).ljust(words), ""),
        ]
        for side, column in zip(found.sides, columns, strict=True):
            marks = _marks(side, number, text)
            runs += [*marks, (" " * (column - sum(len(said) for said, _ in marks)), "")]
        rows.append(line(*runs))
    return rows


def sum_rows(found: Comparison, text: Text, width: int, room: int) -> list[Line]:
    """The sums of both sides: one row, or a row for each counter if there is room for them and for the stream."""
    rows = [heading(text("tui.types.sums", command=found.command), width)]
    words, *columns = _columns(found, text, width)
    if room < FULL_TABLE + 3:
        half = width // 2
        cells = []
        for side in found.sides:
            counts = dict(side.counts)
            said = text(
                "tui.types.sum_line" if half >= 50 else "tui.types.sum_short",
                traps=counts["trap"],
                hypercalls=counts["hypercall"],
                switches=counts["context switch"],
                time=side.total // MICROSECOND,
            )
            cells.append((fit(said, half - 1).ljust(half), "bold"))
        return [line(*cells)] if room < 8 else [*rows, line(*cells)]
    sides = [dict(side.counts) for side in found.sides]
    for counter in sides[0]:
        if any(side[counter] for side in sides):
            cells = [
                (f"{side[counter]:>9}".ljust(column), "" if side[counter] else "faint")
                for side, column in zip(sides, columns, strict=True)
            ]
            named = text(f"tui.types.counter.{counter.replace(' ', '_')}")
            rows.append(line((" " * NUMBER + fit(named, words - 1).ljust(words), "dim"), *cells))
    totals = [
        (f"{side.total:>9}".ljust(column), "bold") for side, column in zip(found.sides, columns, strict=True)
    ]
    rows.append(line((" " * NUMBER + text("tui.types.time").ljust(words), "bold"), *totals))
    return rows
