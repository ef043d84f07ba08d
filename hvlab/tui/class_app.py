"""The instructor's screen: a class as a list or as a wall, and what one says and sends to it.

It asks the class in a thread, so that a slow server does not stop the keys. Opening a lab ends this screen with
the learner's name; whoever runs it shows the lab and opens it again.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from textual import events, on, work
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.driver import Driver
from textual.message import Message
from textual.widgets import Input, Static

from hvlab import paths
from hvlab.course.classes import ClassPicture, ClassRoom, LearnerView, Trouble
from hvlab.course.polls import distribution
from hvlab.course.teams import roles
from hvlab.text import Text
from hvlab.tui.bars import BarKey, KeyBar
from hvlab.tui.canvas import Line, line
from hvlab.tui.class_plan import PlanScreen
from hvlab.tui.class_rows import heading, in_order, learner_rows, list_rows, wall_rows
from hvlab.tui.colourless import without_colours
from hvlab.tui.driving import driver_for
from hvlab.tui.line_pane import LinePane, ScrollPane
from hvlab.tui.palette import LAYER_VARIABLES, THEMES, Palette

LOOK = 2.0
"""Seconds between two looks at the class."""
EARLY = {"backspace": "delete_left", "ctrl+u": "delete_left_all", "home": "home", "end": "end"}
"""Keys of the field that count before it has them."""
ORDERS = ("help", "progress", "joined")
KEYS = (
    ("Enter", "open", "open"),
    ("M", "message", "write('message')"),
    ("C", "command", "write('command')"),
    ("F", "fault", "write('fault')"),
    ("L", "lesson", "write('lesson')"),
    ("E", "scenario", "write('scenario')"),
    ("G", "group", "write('group')"),
    ("N", "plan", "plan"),
    ("D", "demo", "demo"),
    ("P", "pause", "pause"),
    ("Q", "poll", "write('poll')"),
    ("V", "again", "poll('again')"),
    ("X", "show", "poll('show')"),
    ("W", "wall", "wall"),
    ("Space", "mark", "mark"),
    ("S", "order", "order"),
    ("^Q", "quit", "quit"),
)
PREFILL = {"fault": "Add-LabFault "}
DEMO = "\n"
"""What the screen ends with, in place of a name, when the lesson's demo is to be shown."""
CHOSEN = ("poll", "lesson", "scenario")
"""What is written by choosing with up and down."""


class Roster(ScrollPane):
    """The learners, one a row; the row of the cursor is the one that is meant."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("pageup", "move(-10)", show=False),
        Binding("pagedown", "move(10)", show=False),
        Binding("home", "move(-9999)", show=False),
        Binding("end", "move(9999)", show=False),
    ]

    class Moved(Message):
        """Another learner is meant."""

    def put(self, rows: list[Line], row: int | None) -> None:
        """Take over new rows, and where the cursor is among them."""
        self.cursor_row = row
        self.show(rows)
        self.refresh()

    def action_move(self, by: int) -> None:
        """The cursor up or down."""
        if self.shown:
            self.cursor_row = max(0, min(len(self.shown) - 1, (self.cursor_row or 0) + by))
            top, height = self.scroll_offset.y, max(1, self.size.height)
            if not top <= self.cursor_row < top + height:
                self.scroll_to(y=max(0, self.cursor_row - height // 2), animate=False)
            self.refresh()
            self.post_message(self.Moved())

    def on_click(self, event: events.Click) -> None:
        """A row that is clicked is meant."""
        self.action_move(event.y + self.scroll_offset.y - (self.cursor_row or 0))


class ClassApp(App[str]):
    """Ends with the name of the learner whose lab is to be opened, or with an empty text. `looks=False`: no clock."""

    CSS_PATH = str(paths.assets() / "styles" / "class.tcss")
    TITLE = "hvlab class"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", show=False, priority=True),
        Binding("m", "write('message')", show=False, priority=True),
        Binding("c", "write('command')", show=False, priority=True),
        Binding("f", "write('fault')", show=False, priority=True),
        Binding("l", "write('lesson')", show=False, priority=True),
        Binding("e", "write('scenario')", show=False, priority=True),
        Binding("g", "write('group')", show=False, priority=True),
        Binding("n", "plan", show=False, priority=True),
        Binding("d", "demo", show=False, priority=True),
        Binding("p", "pause", show=False, priority=True),
        Binding("q", "write('poll')", show=False, priority=True),
        Binding("v", "poll('again')", show=False, priority=True),
        Binding("x", "poll('show')", show=False, priority=True),
        Binding("w", "wall", show=False, priority=True),
        Binding("space", "mark", show=False, priority=True),
        Binding("s", "order", show=False, priority=True),
        Binding("escape", "leave_it", show=False, priority=True),
        Binding("ctrl+q", "quit", show=False, priority=True),
    ]

    def __init__(
        self, room: ClassRoom, language: str, *, wall: bool = False, said: str = "", looks: bool = True
    ) -> None:
        super().__init__()
        self.text = Text(language)
        self._room = room
        self._looks = looks
        self._picture: ClassPicture | None = None
        self._rows: list[LearnerView] = []
        self._chosen = ""
        self._marked: set[str] = set()
        self._order = ORDERS[0]
        self._writing = ""
        self._put_away = (0, 0)
        """The poll and the round that one wants to see no more."""
        self._wall = wall
        self._first_words = said
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = "hvlab"
        self.palette = Palette({})
        without_colours(self)

    def get_driver_class(self) -> type[Driver]:
        """In a browser one page serves for the class and the labs that are opened from it."""
        return driver_for(super().get_driver_class())

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Layers have colours in every theme."""
        return LAYER_VARIABLES

    # -- building -------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Both looks at the class; one of them is in sight."""
        self.palette = Palette(self.get_css_variables(), coloured=not self.no_color)
        yield LinePane(id="heading")
        with Vertical(id="list"):
            yield LinePane(id="columns")
            yield Roster(id="roster")
            yield LinePane(id="learner", classes="pane")
        yield LinePane(id="wall")
        yield LinePane(id="poll", classes="pane")
        yield LinePane(id="said")
        with Horizontal(id="writing"):
            yield Static(id="to")
            yield Input(id="words", select_on_focus=False)
        yield KeyBar()
        yield KeyBar("more-keys")

    def on_mount(self) -> None:
        """Show nothing yet, and look."""
        keys = [BarKey(key, self.text(f"tui.class.bar.{name}"), action) for key, name, action in KEYS]
        half = (len(keys) + 1) // 2
        self.query_one("#keys", KeyBar).set_keys(keys[:half])
        self.query_one("#more-keys", KeyBar).set_keys(keys[half:])
        self.screen.set_class(self._wall, "walled")
        self.say(self._first_words or self.text("tui.class.asking"), "warn" if self._first_words else "dim")
        self.query_one(Roster).focus()
        if self._looks:
            self.look()
            self.set_interval(LOOK, self.look)

    def on_resize(self) -> None:
        """The room has changed."""
        self.call_after_refresh(self.draw)

    # -- the class ------------------------------------------------------------------------------------

    @work(thread=True, exclusive=True, group="look")
    def look(self) -> None:
        """Ask how the class stands."""
        try:
            picture = self._room.look(self.text.language)
        except Trouble as trouble:
            self.call_from_thread(self.say, self._sentence(trouble), "bad")
        else:
            self.call_from_thread(self.take, picture)

    def take(self, picture: ClassPicture) -> None:
        """Show a class."""
        if self._picture is None and not self._first_words:
            self.say("", "")
        self._picture = picture
        self.draw()

    def _sentence(self, trouble: Trouble) -> str:
        known = self.text.has(trouble.message)
        return self.text(trouble.message, **trouble.values) if known else trouble.message

    def say(self, words: str, style: str) -> None:
        """One line above the keys."""
        self.query_one("#said", LinePane).show([line((" " + words, style))])

    def draw(self) -> None:
        """Everything that is in sight."""
        if self._picture is None:
            return
        width = self.size.width
        self.query_one("#heading", LinePane).show([heading(self._picture, self.text, width)])
        self._draw_poll(self._picture, width)
        if self._wall:
            rows = wall_rows(self._picture, self.text, width, self.query_one("#wall").size.height)
            self.query_one("#wall", LinePane).show(rows)
            return
        self._rows = in_order(self._picture, self._order)
        names = [one.name for one in self._rows]
        self._marked &= set(names)
        if self._chosen not in names:
            self._chosen = names[0] if names else ""
        head, rows = list_rows(self._rows, self._marked, self.text, width)
        self.query_one("#columns", LinePane).show([head])
        self.query_one(Roster).put(rows, names.index(self._chosen) if names else None)
        pane = self.query_one("#learner", LinePane)
        pane.border_title = self.text("tui.class.learner")
        pane.show(learner_rows(self._one, self.text, width - 2))

    def _draw_poll(self, picture: ClassPicture, width: int) -> None:
        """The last poll, until one puts it away."""
        pane, poll = self.query_one("#poll", LinePane), picture.poll
        is_shown = poll is not None and (poll.ballot.poll, poll.ballot.round) != self._put_away
        pane.set_class(is_shown, "shown")
        if poll is None or not is_shown:
            return
        pane.border_title = self.text("tui.class.poll_open" if poll.open else "tui.class.poll_closed")
        rows = distribution(poll, self.text, width - 2)
        pane.styles.height = len(rows) + 1
        pane.show([line((rows[0], "bold")), *(line((row, "")) for row in rows[1:])])

    @property
    def _one(self) -> LearnerView | None:
        return next((one for one in self._rows if one.name == self._chosen), None)

    @on(Roster.Moved)
    def _moved(self) -> None:
        row = self.query_one(Roster).cursor_row
        if row is not None and row < len(self._rows):
            self._chosen = self._rows[row].name
            self.draw()

    # -- actions --------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While one writes, letters are letters; a window over the class has keys of its own."""
        if action == "quit":
            return True
        return len(self.screen_stack) == 1 and (not self._writing or action == "leave_it")

    def action_open(self) -> None:
        """A copy of the lab of whoever is meant, which goes on as theirs does."""
        if self._chosen and not self._wall:
            self.exit(self._chosen)

    def action_mark(self) -> None:
        """Choose one more whom things are sent to; without any, they go to all."""
        if self._chosen and not self._wall:
            self._marked ^= {self._chosen}
            self.query_one(Roster).action_move(1)
            self._moved()

    def action_order(self) -> None:
        """Those who need help first, by progress, or as they joined."""
        self._order = ORDERS[(ORDERS.index(self._order) + 1) % len(ORDERS)]
        self.say(self.text(f"tui.class.order.{self._order}"), "dim")
        self.draw()

    def action_wall(self) -> None:
        """The class from afar, or the list."""
        self._wall = not self._wall
        self.screen.set_class(self._wall, "walled")
        self.call_after_refresh(self.draw)

    def action_pause(self) -> None:
        """Everybody looks up, or everybody goes on."""
        if self._picture is not None:
            self.send("resume" if self._picture.paused else "pause", "", [])

    def action_write(self, kind: str) -> None:
        """Begin to write to all, or to those who are marked."""
        self._writing = kind
        to = ", ".join(sorted(self._marked)) or self.text("tui.class.all")
        self.query_one("#to", Static).update(self.text(f"tui.class.write.{kind}", to=to), layout=True)
        words = self.query_one("#words", Input)
        words.value = PREFILL.get(kind, "")
        if kind in CHOSEN:
            self.choose(1)
        if kind == "group":
            words.value = self._group_words()
        words.cursor_position = len(words.value)
        self.screen.add_class("writing")
        words.focus()

    def choose(self, by: int) -> None:
        """The next of the lesson's questions, or of the lessons, in place of what is written."""
        if self._picture is None:
            return
        ids = {
            "poll": [name for name, _ in self._picture.questions],
            "scenario": self._picture.scenarios,
        }.get(self._writing, self._picture.lessons)
        if ids:
            words = self.query_one("#words", Input)
            place = (ids.index(words.value) + by) % len(ids) if words.value in ids else 0
            words.value = ids[place]
            words.cursor_position = len(words.value)

    def _group_words(self) -> str:
        """Those who are marked, each with a role: what is to be sent may be written differently."""
        names = sorted(self._marked)
        known = [role.id for role in roles().role]
        members = [f"{name}={known[number % len(known)]}" for number, name in enumerate(names)]
        return f"{self.text('tui.class.group')}: {', '.join(members)}"

    def _make_group(self, words: str) -> None:
        """`NAME: ANA=host, BEN=storage | LESSON`; without a lesson, the class's own."""
        said, _, lesson = words.partition("|")
        name, _, members = said.partition(":")
        self.send_group(
            name.strip(), [one.strip() for one in members.split(",") if one.strip()], lesson.strip()
        )

    @work(thread=True, group="send")
    def send_group(self, name: str, members: list[str], lesson: str) -> None:
        """Let them share a lab, and say what became of it."""
        try:
            self._room.group("make", name, members, lesson, "pause")
        except Trouble as trouble:
            self.call_from_thread(self.say, self._sentence(trouble), "bad")
            return
        said = self.text("tui.class.grouped", name=name, members=", ".join(members))
        self.call_from_thread(self.say, said, "good")
        self.call_from_thread(self.look)

    def action_plan(self) -> None:
        """The lesson plan."""
        if self._picture is not None:
            self.push_screen(PlanScreen(self._picture, self.text), self._planned)

    def _planned(self, wanted: str | None) -> None:
        if wanted:
            self.action_demo()

    def action_demo(self) -> None:
        """The lesson's demo, on a projector; all follow."""
        self.exit(DEMO)

    async def on_event(self, event: events.Event) -> None:
        """Keys that come while the field has them not yet belong into it: whoever types fast, or pastes, loses none."""
        if isinstance(event, events.Key) and self._writing:
            words = self.query_one("#words", Input)
            if self.focused is not words and self._is_early(event, words):
                return
        await super().on_event(event)

    def on_key(self, event: events.Key) -> None:
        """Up and down choose among the lesson's questions while a poll is written, or among lessons."""
        if self._writing in CHOSEN and event.key in ("up", "down"):
            event.stop()
            self.choose(1 if event.key == "down" else -1)

    def _is_early(self, event: events.Key, words: Input) -> bool:
        """Do what a key would do in the field; False if it would do nothing there."""
        if event.is_printable and event.character is not None:
            words.insert_text_at_cursor(event.character)
        elif event.key in EARLY:
            getattr(words, f"action_{EARLY[event.key]}")()
        elif event.key == "enter":
            self._take_written(words.value)
        else:
            return False
        return True

    def action_poll(self, act: Literal["again", "show"]) -> None:
        """Let all vote once more, or show them how they have voted."""
        if self._picture is not None and self._picture.poll is not None:
            self.send_poll(act, "")

    def action_leave_it(self) -> None:
        """Do not write; leave the wall; put the poll away."""
        if self._writing:
            self._writing = ""
            self.screen.remove_class("writing")
            self.query_one(Roster).focus()
        elif self._wall:
            self.action_wall()
        elif self._picture is not None and self._picture.poll is not None:
            ballot = self._picture.poll.ballot
            self._put_away = ballot.poll, ballot.round
            self.draw()

    @on(Input.Submitted)
    def _written(self, event: Input.Submitted) -> None:
        self._take_written(event.value)

    def _take_written(self, value: str) -> None:
        kind, words = self._writing, value.strip()
        self.action_leave_it()
        if kind == "poll" and words:
            self.send_poll("open", words)
        elif kind == "group" and words:
            self._make_group(words)
        elif words and words != PREFILL.get(kind, "").strip():
            self.send("command" if kind == "fault" else kind, words, sorted(self._marked))

    @work(thread=True, group="send")
    def send(self, kind: str, words: str, to: list[str]) -> None:
        """Send, and say what became of it."""
        try:
            self._room.push(kind, words, to)
        except Trouble as trouble:
            self.call_from_thread(self.say, self._sentence(trouble), "bad")
            return
        whom = ", ".join(to) or self.text("tui.class.all")
        self.call_from_thread(self.say, self.text(f"tui.class.sent.{kind}", to=whom, text=words), "good")
        self.call_from_thread(self.look)

    @work(thread=True, group="send")
    def send_poll(self, act: Literal["open", "again", "show"], words: str) -> None:
        """Have all vote, and say what became of it."""
        try:
            self._room.poll(act, words)
        except Trouble as trouble:
            self.call_from_thread(self.say, self._sentence(trouble), "bad")
            return
        self.call_from_thread(self.say, self.text(f"tui.class.polled.{act}"), "good")
        self.call_from_thread(self.look)

    @on(KeyBar.Pressed)
    async def _bar_pressed(self, event: KeyBar.Pressed) -> None:
        await self.run_action(event.action)


def run_class(room: ClassRoom, language: str, *, wall: bool = False, said: str = "") -> str:
    """Show a class until the instructor leaves (an empty text) or opens somebody's lab (their name)."""
    app: ClassApp = ClassApp(room, language, wall=wall, said=said)
    result: Any = app.run()
    return result if isinstance(result, str) else ""
