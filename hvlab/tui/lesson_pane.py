"""The lesson: the present step's text, the goals with their ticks, hints and the question."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from hvlab.tui.canvas import Line, line, plain
from hvlab.tui.goal_rows import goal_rows
from hvlab.tui.line_pane import ScrollPane
from hvlab.tui.markdown import Glossary, Page, flow, lay_out, spans, term_of

if TYPE_CHECKING:
    from hvlab.course.shown import LessonView, QuestionView


@dataclass(frozen=True)
class Note:
    """What stands below a page: a hint that was taken, an answer that was judged. `say` speaks today's language."""

    say: Callable[[], str]
    style: str
    guess: bool = False
    """Whether it is about a guess: it gives way to what became of that."""
    question: str = ""
    """The question whose answer it judges: what was said of an earlier answer gives way to it."""


class LessonPane(ScrollPane):
    """Text one reads, with commands one can click into the prompt."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,n,space", "turn(1)", "tui.keys.next_step"),
        Binding("left,p", "turn(-1)", "tui.keys.previous_step"),
        Binding("enter", "go_on", "tui.keys.enter_on_page"),
        Binding("h,question_mark", "hint", "tui.keys.hint"),
        Binding("a", "answer", "tui.keys.answer"),
        Binding("g", "explain", "tui.keys.explain"),
    ]

    class Command(Message):
        """A command in the text was clicked."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Finished(Message):
        """The lesson is done, and the learner goes on."""

    class GoesOn(Message):
        """The learner goes on, as by Enter at the empty prompt."""

    class Turned(Message):
        """Another step is shown."""

    class WantsAnswer(Message):
        """The learner wants to answer the question."""

    class Asks(Message):
        """What to write into the empty prompt: how the open question is answered; empty if none is open.

        `unseen`: the question, if it is open and cannot be read on the page as it stands.
        """

        def __init__(self, words: str, unseen: QuestionView | None) -> None:
            super().__init__()
            self.words = words
            self.unseen = unseen

    def __init__(self) -> None:
        super().__init__(id="lesson", classes="pane")
        self.lesson: LessonView | None = None
        self.early = ""
        """What to show before the lesson is there."""
        self._notes: dict[int, list[Note]] = {}
        """By step."""
        self._page = Page()
        self._step = 0
        self._next_row = -1
        self._armed = False
        """Whether the cost of the next hint has been shown and the next key takes it."""
        self._text_rows = 0
        """Rows of the page above the goals."""
        self._read = 0
        """Rows of the page that have been in sight, from the top."""
        self._resolved = self._news = False
        """Whether the page says what became of a guess, and whether that has come just now."""
        self._goes_on = False
        """Whether the page is to be shown from its question on, which was answered."""
        self._asked_at = range(0)
        """The rows of the question."""
        self._asked: tuple[str, str] | None = None

    @property
    def notes(self) -> list[Note]:
        """What stands below the present page."""
        return self._notes.setdefault(self._step, [])

    def redraw(self) -> None:
        """Lay the page out anew."""
        width = max(20, self.size.width - 2)
        lesson = self.lesson
        if lesson is None:
            self._page = lay_out(self.lab_app.text.keys.keyed(self.early), width)
            self.show(self._inset(self._page.lines))
            return
        step, steps = lesson.steps()
        turned = step != self._step
        if turned:
            self._step, self._read, self._goes_on = step, 0, False
            self._armed = False
            self.scroll_to(y=0, animate=False, immediate=True)
            self.post_message(self.Turned())
        resolved = bool(lesson.resolved())
        self._news = not turned and (self._news or (resolved and not self._resolved))
        self._resolved = resolved
        keys = self.lab_app.text.keys
        self._page = lay_out(keys.keyed(lesson.body()), width, Glossary(keys.language))
        rows = list(self._page.lines)
        asked, how_to = self._question(lesson, width)
        at = self._place_of_question(lesson, width)
        self._asked_at = range(at + 1, at + len(asked))
        asked += how_to
        rows[at:at] = asked
        if asked and at < len(self._page.lines):
            self._page.commands = {
                row + len(asked) if row >= at else row: command
                for row, command in self._page.commands.items()
            }
        closes_at = len(rows)
        if closing := lesson.closing():
            closes_at = at if resolved else len(rows)
            rows += [(), *lay_out(keys.keyed(closing), width).lines]
        for note in self.notes:
            if not (note.guess and resolved):
                rows += [(), *flow(spans(keys.keyed(note.say()), note.style), width, "▎ ", "▎ ")]
        self._text_rows = len(rows)
        self._next_row = -1
        question = lesson.question()
        if step < steps and not (question is not None and question.holds_back):
            # Where the page goes on after the answer, a key past the question is not what is to be done next.
            self._next_row = len(rows) + 1
            how = "next_ready" if lesson.is_ready() else "next"
            rows += [
                (),
                line((self.lab_app.text(f"tui.lesson.{how}"), "key" if how == "next_ready" else "dim")),
            ]
        rows += goal_rows(lesson.goals(), self.lab_app.text, width, max(0, self.size.height - len(rows)))
        self.show(self._inset(rows))
        if (
            self._news and self.size.height and self.display
        ):  # what became of a guess is not to be passed over
            self._news = False
            if not self._is_in_sight(range(closes_at, self._text_rows)):
                top = min(
                    closes_at, self._text_rows - self.size.height
                )  # with what stands above it, if there is room
                self.scroll_to(y=top, animate=False, immediate=True)
        if self._goes_on and self.size.height and self.display:  # else as soon as it is in sight again
            self._goes_on = False
            self.scroll_to(y=self._asked_at.start, animate=False, immediate=True)
        self._asked = None
        self._look()

    def name_itself(self) -> None:
        """The title: where one is, and the key to the part of the text that is out of sight."""
        text = self.lab_app.text
        key = text.keys.of("lesson")
        if self.lesson is None:
            self.border_title = f"{key} {text('tui.pane.lesson')}"
            return
        step, steps = self.lesson.steps()
        below = self._text_rows - self.scroll_offset.y - self.size.height if self.size.height else 0
        down = f"{text.keys.of('scroll_lesson')} ▼ {below} · " if below > 0 else ""
        title = f"{key} {step}/{steps} · {down}{self.lesson.title}"
        if self.border_title != title:
            self.border_title = title

    def _look(self) -> None:
        """The page, or another part of it, is in sight now."""
        if self.display and self.region:
            self._read = max(self._read, self.scroll_offset.y + self.size.height)
        self.name_itself()
        self._ask()

    @property
    def has_more(self) -> bool:
        """Whether a part of the page's text has not been in sight yet."""
        return 0 < self._read < self._text_rows

    def read_on(self) -> bool:
        """Show what of the page has not been in sight yet; False if all has."""
        if not self.has_more:
            return False
        self.scroll_to(y=self._read - 1, animate=False, immediate=True)
        return True

    def _ask(self) -> None:
        """Tell how the open question is answered, and which it is if it is out of sight."""
        if self.lesson is None:
            return
        question = self.lesson.question()
        if question is not None and not question.is_open:
            question = None
        words, command = "", self.next_command()
        if question is not None and not command:
            words = self.lab_app.text(f"tui.lesson.invite.{question.kind}", count=len(question.choices))
        elif question is None and self.has_more and self.is_ready:
            words = self.lab_app.text("tui.lesson.invite.read")
        elif question is None and self.lesson.is_ready() and not command:
            words = self.lab_app.text("tui.lesson.invite.next")
        elif self._is_over:
            passed = all(goal.verdict == "pass" for goal in self.lesson.goals())
            words = self.lab_app.text(f"tui.lesson.invite.{'passed' if passed else 'over'}")
        elif command:
            words = self.lab_app.text("tui.lesson.invite.command", command=command)
        elif question is None and self.lesson.next_hint() is not None:  # a task to be done alone
            words = self.lab_app.text("tui.lesson.invite.hint")
        unseen = question if question is not None and not self._is_in_sight(self._asked_at) else None
        state = words, unseen.id if unseen is not None else ""
        if state != self._asked:
            self._asked = state
            self.post_message(self.Asks(words, unseen))

    @property
    def is_ready(self) -> bool:
        """Whether the lesson's present step asks nothing more and shows no look that was not made, or it is over."""
        if self.lesson is None:
            return False
        return self._is_over or (self.lesson.is_ready() and not self.next_command())

    @property
    def _is_over(self) -> bool:
        """Whether one stands at the lesson's last step and it asks nothing more."""
        return self.lesson is not None and self.lesson.is_over()

    def _is_in_sight(self, rows: range) -> bool:
        top = self.scroll_offset.y
        shown = self.display and bool(self.region)
        return shown and top <= rows.start and rows.stop <= top + self.size.height

    def watch_scroll_y(self, old: float, new: float) -> None:
        """The page has moved: the question may have come into sight, or left it."""
        super().watch_scroll_y(old, new)
        self._look()

    def on_show(self) -> None:
        """The page is in sight again."""
        self._look()

    def on_hide(self) -> None:
        """The page has gone."""
        self._ask()

    def go_on_reading(self) -> None:
        """The page goes on below its question, which was answered just now: show it from there."""
        self._goes_on = True
        self.redraw()

    def _inset(self, rows: Sequence[Line]) -> list[Line]:
        return [((" ", ""), *row) for row in rows]

    def _place_of_question(self, lesson: LessonView, width: int) -> int:
        """The row of the page at which the question stands; what became of a guess is read right below it."""
        above = lesson.above_question()
        if above == lesson.body() or lesson.resolved():
            return len(self._page.lines)
        return min(len(lay_out(self.lab_app.text.keys.keyed(above), width).lines), len(self._page.lines))

    def next_command(self) -> str:
        """The first command on the page that has not been entered at it; empty if all were.

        What stands there twice is entered twice. Once the step is done, what looks is still brought, and to whoever
        follows the page word by word the rest of it, too.
        """
        lesson = self.lesson
        question = lesson.question() if lesson is not None else None
        if lesson is None or (
            question is not None and question.guess and question.is_open and not question.holds_back
        ):
            return ""
        # What stands below a question that was answered wrongly is the experiment that it foretells.
        last = self._asked_at.start if question is not None and question.is_open else len(self.shown)
        commands = [text for text, row in self._commands() if row < last]
        left = lesson.not_entered(commands)
        if left and lesson.is_ready():
            places = [at for at, text in enumerate(commands) if text == left[0]]
            if not lesson.follows(commands[: places[-left.count(left[0])]]):
                # what has been done by other commands is not done again, but may be looked at
                left = [text for text in left if lesson.only_looks(text)]
        return left[0] if left else ""

    def commands(self) -> list[str]:
        """The page's commands, from the top."""
        return [command for command, _ in self._commands()]

    def _commands(self) -> Iterator[tuple[str, int]]:
        """The page's commands, from the top, with the row each begins in. A long one stands in each of its rows."""
        last, before = "", -1
        for row, command in sorted(self._page.commands.items()):
            if command != last or row != before + 1:
                yield command, row
            last, before = command, row

    def note_command(self, text: str) -> None:
        """A command was entered."""
        if self.lesson is not None:
            self.lesson.note_command(text)
        self._asked = None
        self._ask()

    @property
    def awaits_answer(self) -> bool:
        """Whether the present step has a question that is still open."""
        question = self.lesson.question() if self.lesson is not None else None
        return question is not None and question.is_open

    def _question(self, lesson: LessonView, width: int) -> tuple[list[Line], list[Line]]:
        """The rows of the question, and those on how it is answered."""
        question = lesson.question()
        if question is None:
            return [], []
        if not question.is_open:
            return [(), *flow([("? ", "dim"), *spans(question.prompt, "dim")], width, "", "  ")], []
        from hvlab.tui.question_rows import how_rows, page_rows

        text = self.lab_app.text
        return page_rows(question, text, width), how_rows(question, text, width)

    def on_resize(self) -> None:
        """The room has changed."""
        self.redraw()

    def on_click(self, event: events.Click) -> None:
        """A click on a command puts it into the prompt."""
        row = event.y - self.gutter.top + self.scroll_offset.y
        column = event.x - self.gutter.left
        for number, (_, place, begin, end) in enumerate(self.terms()):
            if place == row and begin <= column < end:
                self.explain(number)
                return
        command = self._page.commands.get(row)
        if command is not None:
            self.post_message(self.Command(command))
        elif row == self._next_row:
            self.action_turn(1)

    def action_turn(self, by: int) -> None:
        """Another step."""
        if self.lesson is None:
            return
        if self.lesson.next_step() if by > 0 else self.lesson.previous_step():
            self.redraw()
        elif by > 0 and self._is_over:
            self.post_message(self.Finished())

    def terms(self) -> list[tuple[str, int, int, int]]:
        """The page's words that the glossary explains: the term, its row, its first column and the one after it.

        One that is broken over two rows stands there twice.
        """
        found = []
        for row, runs in enumerate(self.shown):
            column = 0
            for text, style in runs:
                if term := term_of(style):
                    found.append((term, row, column, column + len(text)))
                column += len(text)
        return found

    def action_explain(self) -> None:
        """Explain the first word in sight that the glossary knows."""
        top, bottom = self.scroll_offset.y, self.scroll_offset.y + self.size.height
        places = self.terms()
        if places:
            self.explain(next((n for n, (_, row, *_) in enumerate(places) if top <= row < bottom), 0))
        else:
            self.note(Note(lambda: self.lab_app.text("tui.term.none"), "dim"))

    def explain(self, number: int) -> None:
        """Open the glossary at one of the page's words; a link out of it goes to the console."""
        from hvlab.tui.term_screen import TermScreen

        def leave(command: str | None) -> None:
            if command:
                self.lab_app.type_command(command)

        self.lab_app.push_screen(TermScreen(self, number), leave)

    def action_go_on(self) -> None:
        """As Enter does at the empty prompt."""
        self.post_message(self.GoesOn())

    def action_answer(self) -> None:
        """Answer the question at the prompt; a step without one says so."""
        if self.lesson is None:
            return
        if self.lesson.question() is None:
            self.note(Note(lambda: self.lab_app.text("repl.no_question"), "dim"))
        else:
            self.post_message(self.WantsAnswer())

    def action_hint(self) -> None:
        """First the cost of the next hint, then the hint."""
        if self.lesson is None:
            return
        offer = self.lesson.next_hint()
        if offer is None:
            self.note(Note(lambda: self.lab_app.text("tui.lesson.no_more_hints"), "dim"))
        elif not self._armed and offer.cost:
            self._armed, cost = True, offer.cost
            self.note(Note(lambda: self.lab_app.text("tui.lesson.hint_cost", count=cost), "accent"))
        else:
            self._armed = False
            offer.take()
            self.note(Note(offer.said, ""))

    def note(self, note: Note) -> None:
        """Add a note below the page and bring it into sight. Said again, it is the newest."""
        text = note.say()
        self.notes[:] = [
            known
            for known in self.notes
            if (known.say(), known.style) != (text, note.style)
            and not (note.question and known.question == note.question)
        ]
        self.notes.append(note)
        self.redraw()
        last = text.split()[-1] if text.split() else ""
        for row in range(len(self.shown) - 1, -1, -1):
            if last and last in plain(self.shown[row]):
                self.scroll_to(y=max(0, row - self.size.height + 3), animate=False, immediate=True)
                break
