"""The lesson: the present step's text, the goals with their ticks, hints and the question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from hvlab.tui.canvas import Line, line, plain
from hvlab.tui.line_pane import ScrollPane
from hvlab.tui.markdown import Page, flow, lay_out, spans

if TYPE_CHECKING:
    from hvlab.course.shown import LessonView, QuestionView

TICKS = {"pass": ("✓", "good"), "fail": ("○", "accent"), "not_reached": ("○", "dim")}
"""What has not been reached yet is open, not wrong."""


def _same(command: str) -> str:
    """Two commands that differ in spaces and capitals alone are the same here."""
    return " ".join(command.split()).casefold()


class LessonPane(ScrollPane):
    """Text one reads, with commands one can click into the prompt."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,n,space", "turn(1)", "tui.keys.next_step"),
        Binding("left,p", "turn(-1)", "tui.keys.previous_step"),
        Binding("h,question_mark", "hint", "tui.keys.hint"),
        Binding("a", "answer", "tui.keys.answer"),
    ]

    class Command(Message):
        """A command in the text was clicked."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Finished(Message):
        """The lesson is done, and the learner goes on."""

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
        self.notes: list[tuple[str, str]] = []
        """(text, style) below the page: hints taken, answers judged."""
        self._page = Page()
        self._step = 0
        self._next_row = -1
        self._armed = False
        """Whether the cost of the next hint has been shown and the next key takes it."""
        self._asked_at = range(0)
        """The rows of the question."""
        self._asked: tuple[str, str] | None = None
        self._tried: Counter[str] = Counter()
        """How often which command was entered since the page was opened."""

    def redraw(self) -> None:
        """Lay the page out anew."""
        width = max(20, self.size.width - 2)
        lesson = self.lesson
        if lesson is None:
            self._page = lay_out(self.lab_app.text.keys.keyed(self.early), width)
            self.show(self._inset(self._page.lines))
            return
        step, steps = lesson.steps()
        if step != self._step:
            self._step = step
            self.notes.clear()
            self._tried.clear()
            self._armed = False
            self.scroll_to(y=0, animate=False, immediate=True)
        self.border_title = f"{self.lab_app.text.keys.of('lesson')} {step}/{steps} · {lesson.title}"
        keys = self.lab_app.text.keys
        self._page = lay_out(keys.keyed(lesson.body()), width)
        rows = list(self._page.lines)
        asked = self._question(lesson, width)
        at = self._place_of_question(lesson, width)
        self._asked_at = range(at + 1, at + len(asked))
        rows[at:at] = asked
        if asked and at < len(self._page.lines):
            self._page.commands = {
                row + len(asked) if row >= at else row: command
                for row, command in self._page.commands.items()
            }
        if closing := lesson.closing():
            rows += [(), *lay_out(keys.keyed(closing), width).lines]
        for text, style in self.notes:
            rows += [(), *flow(spans(text, style), width, "▎ ", "▎ ")]
        if step < steps:
            self._next_row = len(rows) + 1
            how = "next_ready" if lesson.is_ready() else "next"
            rows += [
                (),
                line((self.lab_app.text(f"tui.lesson.{how}"), "key" if how == "next_ready" else "dim")),
            ]
        rows += self._goals(lesson, width)
        self.show(self._inset(rows))
        self._asked = None
        self._ask()

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
        elif question is None and self.lesson.is_ready() and not command:
            words = self.lab_app.text("tui.lesson.invite.next")
        elif self._is_over:
            passed = all(goal.verdict == "pass" for goal in self.lesson.goals())
            words = self.lab_app.text(f"tui.lesson.invite.{'passed' if passed else 'over'}")
        elif command:
            words = self.lab_app.text("tui.lesson.invite.command", command=command)
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
        self._ask()

    def on_show(self) -> None:
        """The page is in sight again."""
        self._ask()

    def on_hide(self) -> None:
        """The page has gone."""
        self._ask()

    def _inset(self, rows: Sequence[Line]) -> list[Line]:
        return [((" ", ""), *row) for row in rows]

    def _place_of_question(self, lesson: LessonView, width: int) -> int:
        """The row of the page at which the question stands."""
        above = lesson.above_question()
        if above == lesson.body():
            return len(self._page.lines)
        return min(len(lay_out(self.lab_app.text.keys.keyed(above), width).lines), len(self._page.lines))

    def next_command(self) -> str:
        """The first command on the page that has not been entered since the page was opened; empty if all were.

        What stands there twice is entered twice. Once the step is done, only what looks is still brought.
        """
        question = self.lesson.question() if self.lesson is not None else None
        if question is not None and question.guess and question.is_open and not question.holds_back:
            return ""
        tried, ready = Counter(self._tried), self.lesson is not None and self.lesson.is_ready()
        for text, _ in self._commands():
            if tried[_same(text)]:
                tried[_same(text)] -= 1
            elif not ready or (self.lesson is not None and self.lesson.only_looks(text)):
                return text  # what has been done by other commands is not done again, but may be looked at
        return ""

    def _commands(self) -> Iterator[tuple[str, int]]:
        """The page's commands, from the top, with the row each begins in. A long one stands in each of its rows."""
        last, before = "", -1
        for row, command in sorted(self._page.commands.items()):
            if command != last or row != before + 1:
                yield command, row
            last, before = command, row

    def note_command(self, text: str) -> None:
        """A command was entered."""
        self._tried.update({_same(row) for row in (text, *text.split("\n"))})
        self._asked = None
        self._ask()

    def _question(self, lesson: LessonView, width: int) -> list[Line]:
        question = lesson.question()
        if question is None:
            return []
        if not question.is_open:
            return [(), *flow([("? ", "dim"), *spans(question.prompt, "dim")], width, "", "  ")]
        from hvlab.tui.question_rows import page_rows

        return page_rows(question, self.lab_app.text, width)

    def _goals(self, lesson: LessonView, width: int) -> list[Line]:
        goals = lesson.goals()
        if not goals:
            return []
        text = self.lab_app.text
        reached = sum(1 for goal in goals if goal.verdict == "pass")
        head = text("tui.lesson.goals", reached=reached, total=len(goals))
        rows: list[Line] = [
            (),
            line(("── " + head + " ", "dim"), ("─" * max(0, width - len(head) - 4), "faint")),
        ]
        told = False
        for goal in goals:
            mark, style = TICKS.get(goal.verdict, TICKS["not_reached"])
            rows += flow(
                [(mark + " ", style), (goal.title, "dim" if goal.verdict == "pass" else "")], width, "", "  "
            )
            if goal.verdict == "fail" and goal.expected and goal.actual and not told:
                told = True  # the next one to reach is enough
                detail = text(
                    "tui.lesson.actual" if goal.expected else "tui.lesson.found",
                    expected=goal.expected,
                    actual=goal.actual,
                )
                rows += flow([(detail, "dim")], width, "    ", "    ")
        return rows

    def on_resize(self) -> None:
        """The room has changed."""
        self.redraw()

    def on_click(self, event: events.Click) -> None:
        """A click on a command puts it into the prompt."""
        row = event.y - self.gutter.top + self.scroll_offset.y
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

    def action_answer(self) -> None:
        """Answer the question at the prompt; a step without one says so."""
        if self.lesson is None:
            return
        if self.lesson.question() is None:
            self.note(self.lab_app.text("repl.no_question"), "dim")
        else:
            self.post_message(self.WantsAnswer())

    def action_hint(self) -> None:
        """First the cost of the next hint, then the hint."""
        if self.lesson is None:
            return
        offer = self.lesson.next_hint()
        text = self.lab_app.text
        if offer is None:
            self.note(text("tui.lesson.no_more_hints"), "dim")
        elif not self._armed and offer.cost:
            self._armed = True
            self.note(text("tui.lesson.hint_cost", count=offer.cost), "accent")
        else:
            self._armed = False
            self.note(text.keys.keyed(offer.take()), "")

    def note(self, text: str, style: str) -> None:
        """Add a note below the page and bring it into sight."""
        if (text, style) in self.notes:
            self.notes.remove((text, style))  # said again, it is the newest
        self.notes.append((text, style))
        self.redraw()
        last = text.split()[-1] if text.split() else ""
        for row in range(len(self.shown) - 1, -1, -1):
            if last and last in plain(self.shown[row]):
                self.scroll_to(y=max(0, row - self.size.height + 3), animate=False)
                break
