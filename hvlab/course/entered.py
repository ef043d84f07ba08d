"""Which of a page's commands have been entered, as the lab stands now: what was undone is to be entered again.

The lab's trace holds every command that was given. Only what leaves no event there, going back and forth in time
above all, is noted beside it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from hvlab.console.errors import ParseError
from hvlab.course import pages
from hvlab.course.model import LANGUAGES, Lesson
from hvlab.session.session import Session


def _same(command: str) -> str:
    """Two commands that differ in spaces and capitals alone are the same here."""
    return " ".join(command.split()).casefold()


class Entered:
    """What was entered since each of a lesson's steps was opened first."""

    def __init__(self, lesson: Lesson, session: Session) -> None:
        self._session = session
        self._pages = [self._rows(lesson.sections[LANGUAGES[0]][step.id]) for step in lesson.plan.step]
        self._since: dict[int, int] = {}
        """By step: the last event before it was opened."""
        self._beside: dict[int, Counter[str]] = {}
        """By step: what was entered at it and stands in no trace."""
        self._statements: dict[str, list[str]] = {}
        self._given: tuple[tuple[int, int], Counter[str]] = (-1, 0), Counter()

    def open(self, step: int) -> None:
        """A step is being read: what is entered from now on is entered at it."""
        self._since.setdefault(step, len(self._session.world.trace))

    def come_back(self, step: int) -> None:
        """A record is gone on with at a step: it began after the last command that only the pages before it have."""
        own, earlier = set(self._pages[step]), {row for page in self._pages[:step] for row in page}
        since = self._session.prologue
        self._since = dict.fromkeys(range(step), since)
        for event in self._session.world.trace.of_kinds({"command"}, since):
            if _same(str(event.get("text"))) in earlier - own:
                since = event.seq
        self._since[step] = since

    def note(self, step: int, text: str) -> None:
        """This was entered at a step."""
        beside = self._beside.setdefault(step, Counter())
        try:
            statements = self._session.parse(text).statements
        except ParseError:
            beside[_same(text)] += 1
            return
        looking = self._session.travel.view is not None
        for statement in statements:
            is_look = looking and self._session.shell.is_read_only(statement)
            if is_look or self._session.is_session_command(statement):
                beside[_same(statement.text)] += 1

    def missing(self, step: int, commands: Iterable[str]) -> list[str]:
        """Those of a step's commands that have not been entered at it. What stands there twice is entered twice."""
        had = self._since_opened(step) + self._beside.get(step, Counter())
        found = []
        for command in commands:
            wanted = Counter(self._rows_of(command))
            if wanted <= had:
                had -= wanted
            else:
                found.append(command)
        return found

    def ends_with_one_of(self, step: int, commands: Iterable[str], only_looks: Callable[[str], bool]) -> bool:
        """Whether the last command given at a step that does not only look is a row of these commands."""
        trace = self._session.world.trace
        given = trace.of_kinds({"command"}, min(self._since.get(step, 0), len(trace)))
        texts = (str(event.get("text")) for event in reversed(list(given)))
        last = next((text for text in texts if not only_looks(text)), None)
        return last is not None and _same(last) in {
            row for command in commands for row in self._rows_of(command)
        }

    def _since_opened(self, step: int) -> Counter[str]:
        trace = self._session.world.trace
        since = self._since[step] = min(
            self._since.get(step, 0), len(trace)
        )  # one may have gone back before it
        if self._given[0] != (since, len(trace)):
            given: Counter[str] = Counter()
            for event in trace.of_kinds({"command"}, since):
                text = str(event.get("text"))
                given.update({_same(row) for row in (text, *text.split("\n"))})
            self._given = (since, len(trace)), given
        return Counter(self._given[1])

    def _rows_of(self, command: str) -> Sequence[str]:
        """A row of a page as statements; a row that is part of one stands for itself."""
        if command not in self._statements:
            try:
                parsed = self._session.parse(command).statements
                self._statements[command] = [_same(statement.text) for statement in parsed]
            except ParseError:
                self._statements[command] = [_same(command)]
        return self._statements[command]

    def _rows(self, text: str) -> list[str]:
        return [_same(row) for block in pages.commands_in(text) for row in block.split("\n") if row.strip()]
