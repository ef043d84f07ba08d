"""A lesson's demo on a projector: three large panes, above them what is said, and one key that goes on.

Page Down, which is what the button of a presenter sends, goes on: it says a remark, puts a question to the class,
shows how they voted, or types a command into the prompt, where everybody sees it. Page Up undoes the last command.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar, Literal

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from hvlab.course.classes import Trouble
from hvlab.course.lecture import Act, Lecture, Scene, Showing
from hvlab.course.polls import Tally, distribution, of_question
from hvlab.session.session import Session
from hvlab.tui.app import HvlabApp
from hvlab.tui.canvas import Line, line, wrap
from hvlab.tui.console_pane import ConsolePane
from hvlab.tui.keys import BINDINGS
from hvlab.tui.line_pane import LinePane

LOOK = 2.0
"""Seconds between two looks at the votes."""
ROWS = 14
"""The most rows that what is said may take."""

Vote = Callable[[Literal["open", "again", "show"], str], object]
"""Lets a class vote. Trouble."""
Look = Callable[[], Tally | None]
"""How it has voted. Trouble."""


class LectureApp(HvlabApp):
    """The screen of a lab, with a demo above it. Without `vote` there is no class to ask."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *BINDINGS,
        Binding("pagedown", "advance", show=False, priority=True),
        Binding("pageup", "take_back", show=False, priority=True),
    ]

    def __init__(
        self,
        session: Session | Callable[[], Session],
        lecture: Lecture,
        language: str,
        *,
        vote: Vote | None = None,
        look: Look | None = None,
        frames: bool = True,
    ) -> None:
        super().__init__(session, None, language, frames=frames)
        self.lecture = lecture
        self._vote, self._look_at_votes = vote, look
        self.showing = Showing(lecture.scenes, votes=vote is not None)
        self._said: list[Line] = []
        self._tally: Tally | None = None

    def compose(self) -> ComposeResult:
        """What is said, above the panes of the lab."""
        yield LinePane(id="lecture")
        yield from super().compose()

    def on_mount(self) -> None:
        """The title, and how to go on."""
        super().on_mount()
        if self._look_at_votes is not None:
            self.set_interval(LOOK, self.look_at_votes)
        title = self.lecture.lesson.title[self.text.language]
        self._tell([(title, "title"), (self.text("tui.lecture.begin"), "dim")])

    # -- what is said ---------------------------------------------------------------------------------

    def _tell(self, parts: Iterable[tuple[str, str]]) -> None:
        width = max(30, self.size.width - 4)
        rows = [line((" " + row, style)) for words, style in parts for row in wrap(words, width) or [""]]
        self._said = rows
        self._draw()

    def _draw(self) -> None:
        rows = list(self._said)
        if self._tally is not None and {"ask", "again", "tell"} & set(self.showing.done[-1:]):
            rows += [
                line((" " + row, "")) for row in distribution(self._tally, self.text, self.size.width - 4)[1:]
            ]
        pane = self.query_one("#lecture", LinePane)
        pane.styles.height = min(ROWS, len(rows) + 1)
        pane.show(rows[:ROWS])

    # -- going on -------------------------------------------------------------------------------------

    def action_advance(self) -> None:
        """The one key."""
        if self.desk is None or self.desk.runner.busy:
            return  # what runs is to be seen
        act, scene = self.showing.advance()
        place, count = min(self.showing.place + 1, len(self.showing.scenes)), len(self.showing.scenes)
        words = scene.words[self.text.language] if scene is not None else ""
        said = [(f"{place}/{count}  {words}" if words else f"{place}/{count}", "bold")]
        if act == "end":
            following = self.lecture.following
            title = following[1][self.text.language] if following is not None else ""
            name = "end" if title else "last"
            self._tell([(self.text(f"tui.lecture.{name}", following=title), "title")])
        elif act == "run" and scene is not None:
            self._tell(said)
            self.query_one(ConsolePane).type_command(scene.command, run=True)
        elif act == "say":
            self._tell([*said, *([("PS> " + scene.command, "code")] if scene and scene.command else [])])
        elif scene is not None:
            self._tell([*said, *self._question(act, scene)])
            self._let_vote(act, scene)

    def _question(self, act: Act, scene: Scene) -> list[tuple[str, str]]:
        question = self.lecture.lesson.question(scene.poll)
        ballot = of_question(question) if question is not None else None
        if ballot is None:
            return []
        language = self.text.language
        said = [(ballot.prompt[language], "title")]
        if act == "ask" and self._vote is None:
            said += [(f"{n}) {one[language]}", "") for n, one in enumerate(ballot.choices, 1)]
        how = (
            "hands"
            if self._vote is None
            else "talk"
            if act == "tell" and "again" not in self.showing.done
            else act
        )
        return [*said, (self.text(f"tui.lecture.{how}"), "accent")]

    def _let_vote(self, act: Act, scene: Scene) -> None:
        if self._vote is None:
            return
        if act == "ask":
            self._tally = None
            self.vote("open", scene.poll)
        else:
            self.vote("again" if act == "again" else "show", "")

    @work(thread=True, group="vote")
    def vote(self, act: Literal["open", "again", "show"], words: str) -> None:
        """Let the class vote, in a thread; what went wrong is said."""
        try:
            assert self._vote is not None
            self._vote(act, words)
        except Trouble as trouble:
            known = self.text.has(trouble.message)
            said = self.text(trouble.message, **trouble.values) if known else trouble.message
            self.call_from_thread(self._tell, [(said, "bad")])
            return
        self.look_at_votes()

    @work(thread=True, exclusive=True, group="look")
    def look_at_votes(self) -> None:
        """How the class has voted so far."""
        if self._look_at_votes is None or not {"ask", "again", "tell"} & set(self.showing.done[-1:]):
            return
        try:
            tally = self._look_at_votes()
        except Trouble:
            return  # the next look may find the class again
        self.call_from_thread(self._took, tally)

    def _took(self, tally: Tally | None) -> None:
        self._tally = tally
        self._draw()

    def action_take_back(self) -> None:
        """To the scene before; what its command did is undone."""
        if self.desk is None or self.desk.runner.busy:
            return
        session = self.desk.session
        if ran := self.showing.back():
            steps = [one for one in session.parse(ran).statements if not session.shell.is_read_only(one)]
            if steps:
                self.query_one(ConsolePane).type_command(f"Undo-Lab {len(steps)}", run=True)
        self._tell([(self.text("tui.lecture.back"), "dim")])


def run_lecture(
    session: Session | Callable[[], Session],
    lecture: Lecture,
    language: str,
    *,
    vote: Vote | None = None,
    look: Look | None = None,
) -> int:
    """Show a demo until it is left; the exit status."""
    app = LectureApp(session, lecture, language, vote=vote, look=look)
    app.run()
    return app.return_code or 0
