"""The plain console's host: what a table or a screen says by position is said in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hvlab.console.errors import ErrorRecord
from hvlab.console.formatting import Formatter
from hvlab.console.texthost import TextHost
from hvlab.console.views import Selector, cell
from hvlab.guests.screen import guest_screen
from hvlab.session.session import Session


class SpokenFormatter(Formatter):
    """A line an object instead of a table: ``Name: web01; State: Off``. Lists and Format-Table are as ever."""

    def table_lines(
        self, heading: list[str], records: Sequence[object], columns: Sequence[Selector]
    ) -> list[str]:
        """Nothing is cut off, and what is empty is left out."""
        lines = [" ".join(line.split()) for line in heading if line.strip()]
        for record in records:
            said = [(column.label, " ".join(cell(column.read(record), column).split())) for column in columns]
            lines.append("; ".join(f"{label}: {text}" for label, text in said if text))
        return lines


class SpokenHost(TextHost):
    """Writes rows as sentences, and a guest's screen without its blank rows, padding and bars."""

    def __init__(
        self,
        session: Session,
        write: Callable[[str], None],
        width: int,
        explain: Callable[[ErrorRecord], str],
        answer: Callable[[str, str], bool],
    ) -> None:
        super().__init__(write, write, width=width, explain=explain, answer=answer)
        self._formatter = SpokenFormatter(width)
        self._session = session

    def open_guest_screen(self, name: str) -> None:
        """Read out what stands on the machine's screen."""
        rows = guest_screen(self._session.world, self._session.host, name)
        self._lines([" ".join(row.split()) for row in rows if set(row) - set(" []#.")])
