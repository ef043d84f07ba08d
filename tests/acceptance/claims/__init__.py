"""The claim table: what one does, sees, breaks and repairs for each numbered claim of the handout.

`rows-*.toml` hold a table a claim, `[row.N]` (assets/handout.toml has its text), perhaps with `scenario`,
`platform` and `start` (names in `starts.toml`: what is done first), and the four columns. A column has
`run` (console lines) and what they must print (`shows`), or which error they must give (`error`, or several), or
`none` with the reason why there is nothing; a row's own `none` stands for all four. The columns of a row run one
after another in one new lab; a column with a `scenario` or a `platform` of its own has a lab of its own.
`python -m tests.acceptance.claims` prints the table.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hvlab.console.errors import ErrorRecord
from hvlab.console.texthost import TextHost
from hvlab.course import claims
from hvlab.session.session import Session

_HERE = Path(__file__).parent
COLUMNS = ("do", "see", "break", "repair")
TEXT_ALONE = {36, 65, 93, 95, 104, *range(111, 116)}
"""The rows that no command needs to show."""
NOT_YET: set[int] = set()
"""The rows for which the lab has nothing yet."""


@dataclass(frozen=True)
class Row:
    """A claim and its columns."""

    number: int
    claim: str
    scenario: str
    platform: str
    columns: dict[str, dict[str, Any]]
    start: str = ""


class Listener(TextHost):
    """Keeps what is printed and what went wrong since the last column."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self.errors: list[str] = []
        super().__init__(self.text.append, width=200)

    def error(self, record: ErrorRecord) -> None:
        self.errors.append(record.message)


def _table(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _row(number: int, table: dict[str, Any], starts: dict[str, str]) -> Row:
    nothing = {"none": table["none"]} if "none" in table else None
    return Row(
        number,
        claims.texts()[number],
        table.get("scenario", "one-host"),
        table.get("platform", "ws2008"),
        {name: nothing or table[name] for name in COLUMNS if nothing or name in table},
        "\n".join(starts[name] for name in table.get("start", ())),
    )


def rows() -> list[Row]:
    """Every row that is written down, by number."""
    starts = _table(_HERE / "starts.toml")
    tables = [_table(path)["row"] for path in _HERE.glob("rows-*.toml")]
    found = [_row(int(number), row, starts) for table in tables for number, row in table.items()]
    return sorted(found, key=lambda row: row.number)


def shown(text: str, printed: str) -> bool:
    """Whether it was printed; a number or a truth value as a word of its own, not within another."""
    return text in (printed.split() if text.isdigit() or text in ("True", "False") else printed)


def _lab(row: Row, column: dict[str, Any], listener: Listener) -> Session:
    """A new lab for a row, or for a column that has its own; with what the row does first if it is the row's."""
    session = Session(
        scenario=column.get("scenario", row.scenario),
        platform=column.get("platform", row.platform),
        host=listener,
    )
    if "scenario" not in column:
        session.run(row.start)
    return session


def run(row: Row) -> list[str]:
    """What of the row does not hold, a sentence each; empty if all does."""
    listener = Listener()
    session = _lab(row, {}, listener)
    wrong = [f"start: got {said!r}" for said in listener.errors]
    for name, column in row.columns.items():
        if "run" not in column:
            continue
        own = "scenario" in column or "platform" in column
        lab = _lab(row, column, listener) if own else session
        listener.text.clear()
        listener.errors.clear()
        lab.run(column["run"])
        printed, said = "".join(listener.text), " ".join(listener.errors)
        expected = column.get("error", [])
        expected = [expected] if isinstance(expected, str) else expected
        if bool(expected) != bool(said) or any(one not in said for one in expected):
            wrong.append(f"{name}: expected the error {expected!r}, got {said!r}")
        wrong += [
            f"{name}: {text!r} is not in {printed!r}"
            for text in column.get("shows", ())
            if not shown(text, printed)
        ]
    return wrong
