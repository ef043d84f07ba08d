"""The console: output above, the prompt below, the completion menu between them when it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.events import Click, Resize
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from hvlab.console.history import History
from hvlab.text import Text
from hvlab.tui.canvas import Line, break_line, line
from hvlab.tui.completion_menu import Choice, CompletionMenu
from hvlab.tui.keys import key_name
from hvlab.tui.line_pane import LinePane, ScrollPane
from hvlab.tui.prompt import PromptInput

if TYPE_CHECKING:
    from hvlab.course.shown import QuestionView
    from hvlab.session.session import Session

FIRST, MORE = "PS C:\\> ", ">> "  # before there is a lab, which knows where one is
ASKING = {"confirm": "[Y/A/N/L/?] ", "answer": "? "}
BESIDE = 3
"""Rows that a question above the prompt leaves free: two of output, and the prompt's.

Before anything was said since it came up, one of output is enough.
"""
FEW = 8
"""Rows of output with which there is little room."""
WORDS = ("cmdlet", "alias", "function", "parameter")
"""Kinds of completions after which another word follows."""
KEEP = 5_000
"""Logical lines of output that stay."""


class Output(ScrollPane):
    """What commands printed."""

    def __init__(self) -> None:
        super().__init__(id="output")
        self.can_focus = False
        self.follow = True
        self.top: int | None = None
        """The first row of what the command that ended last has said: what came after it does not push it away."""

    def newest(self, last: int) -> int:
        """The last rows, but from the beginning of what a command has said, if it is longer than the room."""
        return last if self.top is None else min(last, self.top)

    def show(self, lines: list[Line], keep: int = 0) -> None:
        """Take over new content, and say how much of it is out of sight."""
        super().show(lines, keep)
        self.tell()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """What is out of sight has changed."""
        super().watch_scroll_y(old_value, new_value)
        self.tell()

    def tell(self) -> None:
        """Name in the pane's title the keys that lead to what is out of sight."""
        pane = self.parent
        if not isinstance(pane, Widget):
            return
        text = self.lab_app.text
        above = int(self.scroll_y)
        below = len(self.shown) - above - self.size.height if self.size.height else 0
        rows = (("pageup", "▲", above), ("pagedown", "▼", below))
        keys = [f"{key_name(key, text.language)} {mark} {count}" for key, mark, count in rows if count > 0]
        title = " · ".join((text("tui.pane.console"), *keys))
        if pane.border_title != title:
            pane.border_title = title


class PromptLabel(LinePane):
    """What stands before the input line."""


class WholeLine(LinePane):
    """The whole of a line that is too long for the prompt, above it: what Enter would do must be read first."""

    MOST = 3

    def __init__(self) -> None:
        super().__init__(id="whole-line")

    def show_line(self, text: str, room: int) -> None:
        """Show this line, if the prompt has room for fewer cells than it needs with the cursor behind it."""
        self.display = 0 < room <= len(text)
        if self.display:
            rows = break_line(text, "dim", self._width())[: self.MOST]
            self.styles.height = len(rows)
            self.show(rows)

    def _width(self) -> int:
        assert isinstance(self.parent, Widget)
        return max(20, self.parent.size.width - 2)


class AskBar(LinePane):
    """The lesson's open question, above the prompt, while it cannot be read on the page."""

    class AsksAnew(Message):
        """Another question has come up: what was said last belongs to it."""

    def __init__(self) -> None:
        super().__init__(id="ask")
        self.question: QuestionView | None = None
        self._short = ""
        """The id of a question that was left open for a command: a row is enough from then on."""
        self._last = ""
        """The id of the question that was asked last."""
        self._new = False
        """Whether nothing was said since this question came up."""

    def ask(self, question: QuestionView | None) -> None:
        """Show this question, or none."""
        if question is not None and (self.question is None or self.question.id != question.id):
            self._new = True
            if question.id != self._last:  # and not only out of the page's sight again
                self._last = question.id
                self.post_message(self.AsksAnew())
        self.question = question
        self.draw()

    def said(self) -> None:
        """Something was written above: it must stay in sight."""
        if self._new:
            self._new = False
            self.draw()

    def put_off(self, typed: str) -> None:
        """Something was typed; if it is no answer, the question gives way."""
        asked = self.question
        if asked is not None and asked.id != self._short and not asked.is_meant(typed):
            self._short = asked.id
            self.draw()

    def draw(self) -> None:
        """Lay it out for the room there is."""
        asked = self.question
        self.display = asked is not None
        if asked is None:
            return
        from hvlab.tui.question_rows import prompt_rows

        assert isinstance(self.parent, Widget)
        width = max(20, self.parent.size.width - 2)
        # The prompt stands below, and what was answered last above: both must stay in sight.
        room = max(1, self.parent.size.height - (BESIDE - self._new))
        page = self.lab_app.text.keys.of("lesson")
        rows = prompt_rows(asked, width, short=asked.id == self._short, most=room, page=page)
        self.styles.height = len(rows)
        self.show(rows)


class ConsolePane(Vertical):
    """Shows output, takes input; what to do with a command is the app's business."""

    class Submitted(Message):
        """A whole command was entered."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class NothingTyped(Message):
        """Enter, with nothing typed."""

    class Answered(Message):
        """The learner answered: a command that wants to be confirmed, or the lesson's question."""

        def __init__(self, kind: str, text: str) -> None:
            super().__init__()
            self.kind = kind
            self.text = text

    def __init__(self, history: History) -> None:
        super().__init__(id="console", classes="pane")
        self.logical: list[tuple[str, str]] = []
        self.session: Session | None = None
        self._labelled = ""
        self.history = history
        self._place = len(history)
        self._draft = ""
        self._lines: list[str] = []
        self.asking = ""
        """What the next line answers: `confirm` a command, `answer` the lesson's question, or nothing."""
        self._waits = ""
        """What will be asked as soon as the line that was begun before has been entered."""
        self._flat: list[Line] = []
        self._width = 0
        self._said = 0
        """Which logical line was the first that the command under way has said."""
        self._watched = self._read = 0
        """How many lines there were at the last look while a command was at work, and at the look before."""

    def compose(self) -> ComposeResult:
        """Output, menu, prompt."""
        yield Output()
        yield AskBar()
        yield CompletionMenu()
        yield WholeLine()
        with Horizontal(id="prompt-row"):
            yield PromptLabel(id="prompt-label")
            yield PromptInput()

    def on_mount(self) -> None:
        """The menu is closed, the prompt waits."""
        self.menu.close()
        self.prompt.keeper = self
        self._label()
        self.add_class("quiet")

    @property
    def output(self) -> Output:
        """The lines above."""
        return self.query_one(Output)

    @property
    def menu(self) -> CompletionMenu:
        """The completions."""
        return self.query_one(CompletionMenu)

    @property
    def prompt(self) -> PromptInput:
        """The input line."""
        return self.query_one(PromptInput)

    @property
    def columns(self) -> int:
        """Cells a line of output has; the scroll bar's is kept free from the beginning."""
        return max(20, self.output.scrollable_content_region.width)

    @property
    def is_low(self) -> bool:
        """Whether there is room for a few rows of output only."""
        return self.output.size.height <= FEW

    @property
    def _before_line(self) -> str:
        return FIRST if self.session is None else self.session.shell.prompt

    def _label(self) -> None:
        label = self.query_one(PromptLabel)
        words = ASKING[self.asking] if self.asking else MORE if self._lines else self._before_line
        if words == self._labelled:
            return
        self._labelled = words
        label.styles.width = len(words)
        label.show([line((words, "accent" if self.asking else "prompt"))])

    def stand(self) -> None:
        """Show where in the lab's files one is, should a command or an undo have changed it. Nothing is asked now."""
        self._waits = ""
        self._label()

    # -- output -------------------------------------------------------------------------------------

    def write(self, rows: list[tuple[str, str]]) -> None:
        """Add logical lines."""
        if not rows:
            return
        self.logical += rows
        self.set_class(not self.logical, "quiet")
        self.output.top = None
        if len(self.logical) > KEEP:
            gone = len(self.logical) - KEEP
            self._said, self._read, self._watched = (
                max(0, place - gone) for place in (self._said, self._read, self._watched)
            )
            del self.logical[: len(self.logical) - KEEP]
            self._flow()
            return
        flat = list(self._flat)
        for text, style in rows:
            flat += break_line(text, style, self._width or self.columns)
        self.query_one(AskBar).said()
        keep, self._flat = len(self._flat), flat
        self.output.follow = True
        self.output.show(flat, keep)

    def echo(self, text: str) -> None:
        """A command as it stands in the transcript."""
        first, *more = text.split("\n")
        self.write([(self._before_line + first, "prompt"), *((MORE + row, "prompt") for row in more)])
        self._said = len(self.logical)

    def say_once(self, sentence: str) -> None:
        """What is to be done at the prompt; said again, it would only push away what stands above."""
        row = ("· " + sentence, "warn")
        if self.logical[-1:] != [row]:
            self.write([row])

    def watched(self) -> None:
        """A command has been at work for another while: what it had said before that has been read."""
        self._read, self._watched = self._watched, len(self.logical)

    def ended(self) -> None:
        """A command has said what it had to say: if that is longer than the room, one reads it from its beginning.

        What one could read while it was at work is not shown again.
        """
        self._said = max(self._said, min(self._read, len(self.logical)))
        self._read = self._watched = 0
        if self._said < len(self.logical) and self.output.follow:
            self.output.top = self._first()
            self.output.show(self._flat)

    def _first(self) -> int:
        """The row in which what the last command said begins."""
        before = self.logical[: self._said]
        return sum(len(break_line(text, style, self._width or self.columns)) for text, style in before)

    def clear(self) -> None:
        """Empty the output."""
        self.logical.clear()
        self._said = self._read = self._watched = 0
        self.output.top = None
        self.add_class("quiet")
        self._flow()

    def _flow(self) -> None:
        self._width = self.columns
        self._flat = [row for text, style in self.logical for row in break_line(text, style, self._width)]
        if self.output.top is not None:
            self.output.top = self._first()
        self.output.show(self._flat)

    @on(Resize)
    def _resized(self) -> None:
        if self.output.size.width and self.columns != self._width:
            self._flow()
        elif self.output.follow:
            self.output.show(self._flat)
        self.query_one(AskBar).draw()
        self.menu.draw()
        self.query_one(WholeLine).show_line(self.prompt.value, self.prompt.size.width)

    # -- input --------------------------------------------------------------------------------------

    def type_command(self, text: str, run: bool = False) -> None:
        """Put a command into the prompt as if typed: every key and click that changes the lab comes here.

        One that is to run at once leaves alone what stands at the prompt.
        """
        self.prompt.focus()
        if run:
            self._submit(text)
        else:
            self.prompt.replace_all(text)

    def offer(self, command: str) -> None:
        """Bring a command to the prompt, as a proposal."""
        self.prompt.focus()
        self.prompt.offer(command)

    def drop_line(self) -> bool:
        """Clear what is typed; False if there was nothing."""
        had = bool(self.prompt.value or self._lines)
        if self.asking == "answer":
            self.asking = ""
        self.prompt.replace_all("")
        self._lines.clear()
        self.menu.close()
        self._label()
        return had

    def question(self, asked: str) -> None:
        """Switch the prompt between commands ('') and answers (`confirm`, `answer`)."""
        self._waits = ""
        if asked == "confirm" and not self.asking and (self.prompt.value or self._lines):
            self._waits = asked  # a line that was begun before the question came is what it was begun as
        else:
            if asked and not self.asking:
                self.lead_down()
            self.asking = asked
        self._label()

    @on(AskBar.AsksAnew)
    def lead_down(self) -> None:
        """Show what was said last, wherever one has read: whoever is asked sees what it is about."""
        self.output.follow = True
        self.output.show(self._flat)

    def enter(self) -> None:
        """What is typed leaves the line at once: the next letter begins the next line."""
        if self.menu.is_open:
            self._insert(self.menu.current)
            return
        text = self.prompt.value
        self.prompt.replace_all("")
        self._submit(text)

    def _submit(self, text: str) -> None:
        if self.asking:
            kind = self.asking
            if text.strip() or kind == "confirm":
                self.write([(ASKING[kind] + text, "accent")])
                self.question("")
                self.post_message(self.Answered(kind, text.strip()))
            return
        self._lines.append(text)
        whole = "\n".join(self._lines)
        if not whole.strip():
            self._lines.clear()
            self.post_message(self.NothingTyped())
        elif text.strip() and self._is_incomplete(whole):
            pass
        else:
            self._lines.clear()
            self._remember(whole)
            self.query_one(AskBar).put_off(whole)
            self.post_message(self.Submitted(whole))
        self._label()

    def _is_incomplete(self, source: str) -> bool:
        from hvlab.tui.completing import is_incomplete  # with the lab, after the first paint

        return self.session is not None and is_incomplete(self.session, source)

    def _choices(self) -> list[Choice]:
        from hvlab.tui.completing import completions

        if self.session is None:
            return []
        return completions(self.session, self.prompt.value, self.prompt.cursor_position, self.lab_text)

    def _remember(self, text: str) -> None:
        self.history.add(text)
        self._place = len(self.history)

    def paste(self, lines: list[str]) -> None:
        """All lines but the last are entered, one after the other."""
        prompt = self.prompt
        before, after = prompt.value[: prompt.cursor_position], prompt.value[prompt.cursor_position :]
        *whole, last = [before + lines[0], *lines[1:]]
        prompt.replace_all("")
        for text in whole:
            self._submit(text)
        prompt.replace_all(last + after)
        prompt.cursor_position = len(last)

    def walk(self, step: int) -> None:
        """An older (-1) or newer (1) line, or a move in the open menu."""
        if self.menu.is_open:
            self.menu.walk(step)
            return
        if self._place == len(self.history):
            self._draft = self.prompt.value
        find = self.history.previous if step < 0 else self.history.next
        place = find(self._place)
        if place is None and step < 0:
            return
        self._place = len(self.history) if place is None else place
        self.prompt.replace_all(self._draft if place is None else self.history[place])

    @on(PromptInput.ScrollOutput)
    def _scroll(self, event: PromptInput.ScrollOutput) -> None:
        self.output.follow = False
        self.output.scroll_relative(y=event.step * max(1, self.output.size.height - 1), animate=False)

    # -- completion ---------------------------------------------------------------------------------

    def complete(self, step: int) -> None:
        """Tab."""
        if self.menu.is_open:
            self.menu.walk(step)
            return
        choices = self._choices()
        if len(choices) == 1:
            self._insert(choices[0])
        elif not self._insert_common(choices):
            self.menu.open(choices)

    def _insert_common(self, choices: list[Choice]) -> bool:
        """Put in what all choices begin with; False if that is no more than what is typed."""
        if len({(choice.start, choice.end) for choice in choices}) != 1:
            return False
        start, end = choices[0].start, choices[0].end
        typed = self.prompt.value[start:end]
        length = 0
        for letters in zip(*(choice.text.casefold() for choice in choices), strict=False):
            if len(set(letters)) > 1:
                break
            length += 1
        common = choices[0].text[:length]
        if length <= len(typed) or not common.casefold().startswith(typed.casefold()):
            return False
        self._replace(start, end, common)
        return True

    @property
    def lab_text(self) -> Text:
        """The sentences in the language of the screen."""
        return self.output.lab_app.text

    @on(CompletionMenu.Chosen)
    def _chosen(self, event: CompletionMenu.Chosen) -> None:
        self._insert(event.choice)

    def _insert(self, choice: Choice) -> None:
        """Put a choice in place of the word at the cursor, with room for the next word behind it."""
        self.menu.close()
        value = self.prompt.value
        end = choice.end
        while choice.kind in WORDS and end < len(value) and (value[end].isalnum() or value[end] == "-"):
            end += 1  # the cursor stood inside a word: what is left of it must not stick to the new one
        gap = " " if choice.kind in WORDS and end == len(value) else ""
        self._replace(choice.start, end, choice.text + gap)

    def _replace(self, start: int, end: int, text: str) -> None:
        prompt = self.prompt
        before, after = prompt.value[:start], prompt.value[end:]
        prompt.value = before + text + after
        prompt.cursor_position = len(before) + len(text)
        prompt.focus()

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self.query_one(WholeLine).show_line(event.value, self.prompt.size.width)
        if self._waits and not self.prompt.value:
            self.question(self._waits)
        if self.menu.is_open:
            self.menu.open(self._choices() if self.prompt.value else ())

    @on(PromptInput.Dismiss)
    def _dismiss(self) -> None:
        if self.menu.is_open:
            self.menu.close()
        else:
            self.output.lab_app.action_prompt()

    def on_click(self, event: Click) -> None:
        """A click anywhere in the console goes to the prompt."""
        self.prompt.focus()
