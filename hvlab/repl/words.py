"""What the prompt knows besides the console's language: words that begin with a colon.

They only show, explain and turn pages; whatever changes the lab is a command of the
language. KEYS says which word or command does what a key does on the screen, so
that a lesson that names a key can be followed here; a test holds it against the
screen's own keys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from string import ascii_lowercase
from typing import NamedTuple

from hvlab import paths
from hvlab.catalog import manual, terms
from hvlab.console.history import History
from hvlab.course import recap
from hvlab.course.map import CourseMap
from hvlab.course.quizzes import REVIEW
from hvlab.course.shown import LessonView
from hvlab.course.tasks import PREFIX
from hvlab.course.wording import prose
from hvlab.repl import telling
from hvlab.repl.reading import read_page, spoken
from hvlab.session.choices import completions
from hvlab.session.session import Session
from hvlab.text import LANGUAGES, Text

PASS = "pass"
MARK = ":"

KEYS: tuple[tuple[str, str, str], ...] = (
    ("F1", "help", ":help"),
    ("F2", "pane('lesson')", ":lesson"),
    ("g (F2)", "explain", "Get-Help hypervisor"),
    ("Enter (F2)", "go_on", ":next"),
    ("F3", "pane('picture')", ":state"),
    ("F4", "pane('events')", ":events"),
    ("F5", "pane('inspector')", ":event 12"),
    ("Alt+R", "pane('rings')", ":rings web01"),
    ("Alt+P", "pane('processors')", "Get-LabProcessor"),
    ("+ (Alt+P)", "zoom(-1)", ":events all 40 vp.run"),
    ("Left (Alt+P)", "pan(-1)", ":events all 40 vp.run"),
    ("f (Alt+P)", "fit", "Get-LabProcessor"),
    ("Alt+S", "pane('storage')", "Get-ChildItem C:\\Images\\*.vhd | Get-VHD"),
    ("Alt+N", "pane('network')", "Get-LabSwitchPort"),
    ("p (Alt+N)", "ping_all", "Test-LabNetwork"),
    ("Alt+M", "pane('manager')", "Get-VM"),
    ("Enter (Alt+M)", "manage", "Get-VM web01 | Format-List *"),
    ("Down (Alt+M)", "choose(1)", ":state web01"),
    ("Right (Alt+M)", "choose_action(1)", "Get-Command *-VM"),
    ("Alt+E", "pane('server')", "Get-LabServer"),
    ("n, p (Alt+E)", "choose_host(1)", "Get-LabServer"),
    ("Alt+C", "pane('datacenter')", "Test-LabLicense"),
    ("Alt+Y", "pane('types')", "Compare-LabPlatform -Count 1"),
    ("Down (Alt+Y)", "walk(1)", "Compare-LabPlatform -Count 1"),
    ("w (Alt+Y)", "other_work", "Compare-LabPlatform -Workload Read -Count 1"),
    ("Enter (Alt+Y)", "type_command", "Compare-LabPlatform -Count 1"),
    ("Alt+H", "pane('history')", "Invoke-LabInstruction web01 SYSCALL -User"),
    ("Alt+G", "pane('guestview')", "Get-LabGuestView web01"),
    ("n, p (Alt+G)", "choose_guest(1)", "Get-VM | Get-LabGuestView"),
    ("s (Alt+G)", "switch_path", "Compare-LabPath"),
    ("Alt+K", "pane('backup')", "Get-LabBackup"),
    ("Alt+O", "pane('conversion')", "Get-LabEvent transfer"),
    ("Alt+W", "pane('ways')", "Get-LabBranch"),
    ("Alt+T", "time", "Get-LabStep"),
    ("Space (Alt+T)", "play(1)", ""),
    ("r (Alt+T)", "play(-1)", ""),
    ("Left (Alt+T)", "scrub(-1)", "Get-LabStep"),
    (", (Alt+T)", "scrub_event(-1)", "Get-LabPlace"),
    ("p (Alt+T)", "scrub_mark(-1)", "Get-LabBookmark"),
    ("Home (Alt+T)", "scrub_to(0)", "Get-LabPlace"),
    ("m (Alt+T)", "scrub_message", ":events all 15 vmbus.message"),
    ("Enter (Alt+T)", "scrub_go", "Get-LabPlace"),
    ("b (Alt+T)", "bookmark", "New-LabBookmark here"),
    ("Backspace (Alt+T)", "scrub_forget", ""),
    ("Alt+V", "next_view", ":rings"),
    ("Left, Right (Alt+R)", "channel(1)", ":rings web01"),
    ("f (Alt+R)", "follow_packets", ":rings"),
    ("F6", "pause", "Wait-Lab -Seconds 10"),
    ("F7", "speed(1)", ""),
    ("F8", "step", "Step-Lab"),
    ("F9", "finish", ""),
    ("Ctrl+P still", "still", ""),
    ("Alt+Right", "lesson('turn', 1)", ":next"),
    ("Alt+Left", "lesson('turn', -1)", ":back"),
    ("Alt+L", "map", ":map"),
    ("Ctrl+L", "clear", ":clear"),
    ("Ctrl+C", "interrupt", "Ctrl+C"),
    ("Ctrl+Q", "quit", "exit"),
    ("Ctrl+D", "leave", "exit"),
    ("Ctrl+P", "command_palette", ":help"),
    ("Tab", "complete(1)", ":complete Get-V"),
    ("Up", "history(-1)", ":history"),
    ("n, Right", "turn(1)", ":next"),
    ("p, Left", "turn(-1)", ":back"),
    ("h", "hint", ":hint"),
    ("a", "answer", ":answer 2"),
    ("Enter (F3)", "open_screen", "vmconnect localhost web01"),
    ("Down (F3)", "machine(1)", ":state web01"),
    ("Enter (F4)", "unfold", ":inside 12"),
    ("s", "depth", ":events all"),
    ("1-6", "layer('console')", ":events vmbus"),
    ("/", "filter", ":events web01"),
    ("f", "follow", ":events"),
    ("b (F4)", "bytes", ":bytes 12"),
    ("w (F4)", "why", ":why 12"),
    ("m (F5)", "view('meaning')", ":event 12"),
    ("w (F5)", "view('why')", ":why 12"),
    ("b (F5)", "view('bytes')", ":bytes 12"),
    ("u (F5)", "cause", ":why 12"),
    ("", "language", ":language de"),
    ("Enter (Alt+L)", "open_lesson", ":open first-child-partition"),
    ("p (Alt+L)", "practise", ":open practice.vlans"),
    ("Ctrl+P", "recap", ":recap"),
)
"""Key, the screen's action, and what to type here; empty where waits run at full speed anyway."""


class Word(NamedTuple):
    """A word and what it does with what stands behind it."""

    name: str
    run: Callable[[str], Iterable[str]]


class Desk:
    """The words of one lab. `wanted` is the lesson to open next; `cleared` is called to empty a screen."""

    def __init__(
        self,
        session: Session,
        text: Text,
        history: History,
        lesson: LessonView | None = None,
        course: CourseMap | None = None,
    ) -> None:
        self.session = session
        self.text = text
        self.history = history
        self.lesson = lesson
        self.course = course
        self.wanted = ""
        self.on_clear: Callable[[], object] = lambda: None
        self._armed = False
        self._explained_words: set[str] = set()
        self._reached: frozenset[str] = frozenset()
        found = [
            Word("help", self._help),
            Word("keys", self._keys),
            Word("lesson", self._lesson),
            Word("next", self._next),
            Word("back", self._back),
            Word("goals", self._goals),
            Word("hint", self._hint),
            Word("question", self._question),
            Word("answer", self._answer),
            Word("map", self._map),
            Word("open", self._open),
            Word("recap", self._recap),
            Word("state", lambda rest: telling.state(session, self.text, rest)),
            Word("rings", lambda rest: telling.rings(session, self.text, rest)),
            Word("events", self._events),
            Word("event", self._about(telling.meaning)),
            Word("why", self._about(telling.why)),
            Word("bytes", self._about(telling.fields_of_bytes)),
            Word("inside", self._about(telling.inside)),
            Word("complete", self._complete),
            Word("history", self._history),
            Word("language", self._language),
            Word("clear", self._clear),
        ]
        self.words = {word.name: word for word in found}
        if lesson is not None:
            self._reached = self._now_reached()

    # -- running ------------------------------------------------------------------------------------

    def meant(self, line: str) -> str:
        """The id of the open question that a line answers; empty if it answers none."""
        question = self.lesson.question() if self.lesson is not None else None
        return question.id if question is not None and question.is_meant(line.strip()) else ""

    def answers(self, line: str) -> list[str] | None:
        """What a line that begins with a colon, or answers the open question, has to say; None for any other line."""
        stripped = line.strip()
        if not stripped.startswith(MARK):
            question = self.lesson.question() if self.lesson is not None else None
            return list(self._answer(stripped)) if question and question.is_meant(stripped) else None
        name, _, rest = stripped[len(MARK) :].partition(" ")
        word = self.words.get(name.lower())
        if word is None:
            return [self.text("repl.unknown_word", word=MARK + name)]
        self._armed = self._armed and word.name == "hint"
        return list(word.run(rest.strip()))

    def describe(self, name: str) -> str:
        """One line on what a word does."""
        return self.text(f"repl.word.{name}")

    def changes(self) -> list[str]:
        """After a command: which goals of the lesson have come or gone."""
        if self.lesson is None:
            return []
        before, guess = self._reached, self.lesson.resolved()
        self.lesson.refresh()
        self._reached = self._now_reached()
        said = []
        for goal in self.lesson.goals():
            if (goal.id in self._reached) != (goal.id in before):
                name = "reached" if goal.id in self._reached else "lost"
                said.append(self.text(f"repl.goal.{name}", title=spoken(goal.title)))
        if not guess and (resolved := self.lesson.resolved()):
            said.append(spoken(resolved))
        return said

    def _now_reached(self) -> frozenset[str]:
        assert self.lesson is not None
        return frozenset(goal.id for goal in self.lesson.goals() if goal.verdict == PASS)

    # -- words ---------------------------------------------------------------------------------------

    def _help(self, rest: str) -> Iterator[str]:
        yield self.text("repl.help")
        for name in self.words:
            yield f"{MARK}{name}: {self.describe(name)}"

    def _keys(self, rest: str) -> Iterator[str]:
        for key, _, typed in KEYS:
            if key:
                yield f"{key}: {typed or self.text('repl.not_needed')}"

    def _lesson(self, rest: str) -> Iterator[str]:
        lesson = self.lesson
        if lesson is None:
            yield self.text("repl.no_lesson")
            return
        step, steps = lesson.steps()
        yield self.text("repl.step", title=spoken(lesson.title), step=step, steps=steps)
        yield from read_page(lesson.page(plain=True), self.text)
        yield from self._explained(lesson.body())
        yield from self._question("")

    def _explained(self, page: str) -> Iterator[str]:
        """The words of a page that Get-Help explains, each once in a lesson."""
        column = manual.LANGUAGES.index(self.text.language)
        fresh = dict.fromkeys(
            manual.glossary()[place.term].names[column]
            for place in terms.places(prose(page), self.text.language)
        )
        names = [name for name in fresh if name not in self._explained_words]
        self._explained_words.update(names)
        if names:
            yield self.text("repl.glossary", words=", ".join(names), first=names[0])

    def _next(self, rest: str) -> Iterator[str]:
        lesson = self.lesson
        if lesson is None:
            yield self.text("repl.no_lesson")
        elif lesson.next_step():
            yield from self._lesson("")
        elif self.course is not None and lesson.is_over():
            yield from self._open(self.course.following())
        else:
            yield self.text("repl.last_step")

    def _back(self, rest: str) -> Iterator[str]:
        if self.lesson is None:
            yield self.text("repl.no_lesson")
        elif self.lesson.previous_step():
            yield from self._lesson("")
        else:
            yield self.text("repl.first_step")

    def _goals(self, rest: str) -> Iterator[str]:
        if self.lesson is None:
            yield self.text("repl.no_lesson")
            return
        self.lesson.refresh()
        goals = self.lesson.goals()
        reached = sum(goal.verdict == PASS for goal in goals)
        yield self.text("tui.lesson.goals", reached=reached, total=len(goals)) + "."
        for goal in goals:
            title = spoken(goal.title)
            yield self.text(f"repl.goal.{goal.verdict}", title=title, count=goal.points)
            if goal.verdict == "fail" and goal.actual:
                yield (
                    self.text(
                        "tui.lesson.actual" if goal.expected else "tui.lesson.found",
                        expected=goal.expected,
                        actual=goal.actual,
                    )
                    + "."
                )

    def _hint(self, rest: str) -> Iterator[str]:
        if self.lesson is None:
            yield self.text("repl.no_lesson")
            return
        offer = self.lesson.next_hint()
        if offer is None:
            yield self.text("tui.lesson.no_more_hints")
        elif offer.cost and not self._armed:
            self._armed = True
            yield self.text("repl.hint_cost", count=offer.cost)
        else:
            self._armed = False
            yield from read_page(offer.take(), self.text)

    def _question(self, rest: str) -> Iterator[str]:
        question = self.lesson.question() if self.lesson is not None else None
        if question is None:
            if not rest and self.lesson is None:
                yield self.text("repl.no_lesson")
            return
        yield self.text("repl.question", prompt=spoken(question.prompt))
        for number, item in enumerate(question.items, 1):
            yield f"{number}: {spoken(item)}"
        marks = ascii_lowercase if question.items else None
        for number, choice in enumerate(question.choices):
            yield f"{marks[number] if marks else number + 1}: {spoken(choice)}"
        yield self.text(f"repl.how_to_answer.{question.kind}")

    def _answer(self, rest: str) -> Iterator[str]:
        question = self.lesson.question() if self.lesson is not None else None
        if question is None:
            yield self.text("repl.no_question")
        elif not rest:
            yield from self._question("")
        elif unclear := question.unclear(rest):
            yield unclear
        else:
            assert self.lesson is not None
            read, held = self.lesson.body(), question.holds_back
            right, feedback = question.answer(rest)
            verdict = self.text("repl.right" if right else "repl.wrong")
            if not question.guess and not feedback.startswith(verdict):  # many lessons begin with that word
                yield verdict
            yield from (spoken(line) for line in feedback.splitlines() if line.strip())
            yield from self.changes()
            if held:
                yield from read_page(self.lesson.body()[len(read) :], self.text)

    def _map(self, rest: str) -> Iterator[str]:
        if self.course is None:
            yield self.text("repl.no_course")
            return
        for stretch in self.course.stretches():
            yield self.text("repl.heading", title=stretch.title)
            for place in stretch.rows():
                state = self.text(f"repl.place.{place.state}", points=place.points, maximum=place.maximum)
                yield f"{place.lesson}: {place.title}, {place.minutes} min, {state}"

    def _open(self, rest: str) -> Iterator[str]:
        if self.course is None:
            yield self.text("repl.no_course")
            return
        names = [place.lesson for stretch in self.course.stretches() for place in stretch.rows()]
        concepts = [PREFIX + name for name in self.course.concepts]
        if rest in (*names, REVIEW) or rest in concepts or rest.removeprefix(PREFIX) in names:
            self.wanted = rest
        else:
            yield self.text("repl.no_such_lesson", name=rest)

    def _recap(self, rest: str) -> Iterator[str]:
        if self.course is None:
            yield self.text("repl.no_course")
            return
        told = recap.of(paths.user_data(), self.text, self.course)
        yield from read_page(told.page, self.text)
        if told.wants != self.course.here:
            yield self.text("repl.recap_open", name=told.wants)

    def _events(self, rest: str) -> Iterator[str]:
        words = rest.split()
        every = "all" in words
        numbers = [int(word) for word in words if word.isdecimal() and len(word) < 6]
        wanted = [word for word in words if word != "all" and not word.isdecimal()]
        count = numbers[-1] if numbers else 15
        return telling.events(self.session, self.text, count, wanted, every)

    def _about(self, tell: Callable[[Session, Text, int], Iterator[str]]) -> Callable[[str], Iterable[str]]:
        def run(rest: str) -> Iterable[str]:
            number = rest.lstrip("#")
            last = len(self.session.world.trace)
            if not number.isdecimal() or len(number) > 12 or not 1 <= int(number) <= last:
                return [self.text("repl.event.which", last=last)]
            return tell(self.session, self.text, int(number))

        return run

    def _complete(self, rest: str) -> Iterator[str]:
        found = completions(self.session, rest, len(rest))
        for choice in found:
            yield f"{choice.text}: {choice.description}" if choice.description else choice.text
        if not found:
            yield self.text("repl.nothing_fits")

    def _history(self, rest: str) -> Iterator[str]:
        found = [line for line in self.history.entries() if rest.lower() in line.lower()]
        yield from found[-20:] or [self.text("repl.nothing_fits")]

    def _language(self, rest: str) -> Iterator[str]:
        if rest not in LANGUAGES:
            yield self.text("repl.which_language", languages=" ".join(LANGUAGES))
            return
        self.text = Text(rest)
        if self.lesson is not None:
            self.lesson.set_language(rest)
        if self.course is not None:
            self.course.language = rest
        yield self.text("repl.language")

    def _clear(self, rest: str) -> Iterable[str]:
        self.on_clear()
        return []
