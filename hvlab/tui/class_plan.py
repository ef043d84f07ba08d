"""The lesson plan on the instructor's screen: minutes, notes, the demo scene by scene, and what comes next."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from hvlab.course import library
from hvlab.course.classes import ClassPicture
from hvlab.course.lecture import Lecture, lecture
from hvlab.text import Text
from hvlab.tui.line_pane import ScrollPane
from hvlab.tui.markdown import lay_out


def plan_page(picture: ClassPicture, text: Text) -> str:
    """The plan as Markdown; it is told where the lesson cannot be read here."""
    try:
        found = lecture(library.find(picture.lesson_id))
    except library.BadLesson as error:
        return str(error)
    language = text.language
    lesson = found.lesson
    passed = picture.minutes
    said = [f"# {lesson.title[language]}", ""]
    over = "free" if not lesson.minutes else "over" if passed > lesson.minutes else "time"
    said += [text(f"tui.plan.{over}", minutes=lesson.minutes, passed=passed, steps=len(lesson.plan.step)), ""]
    said += _where(picture, found, text)
    said += [
        "",
        f"## {text('tui.plan.notes')}",
        "",
        found.notes.get(language) or text("tui.plan.no_notes"),
        "",
    ]
    said += [f"## {text('tui.plan.demo')}", ""]
    said += _scenes(found, text) if found.scenes else [text("tui.plan.no_demo")]
    said += ["", f"## {text('tui.plan.next')}", ""]
    if found.following is None:
        said.append(text("tui.plan.last" if lesson.minutes else "tui.plan.open_end"))
    else:
        name, title, minutes = found.following
        said.append(text("tui.plan.following", title=title[language], minutes=minutes, id=name))
    return "\n".join(said)


def _where(picture: ClassPicture, found: Lecture, text: Text) -> list[str]:
    """How many are at which step, with the heading of its page."""
    language = text.language
    counts = [0] * len(found.lesson.plan.step)
    for row in picture.rows:
        if row.steps == len(counts):
            counts[row.step - 1] += 1
    rows = []
    for number, (step, count) in enumerate(zip(found.lesson.plan.step, counts, strict=True), 1):
        heading = found.lesson.sections[language].get(step.id, step.id).splitlines()[0].lstrip("# ")
        rows.append(f"{number}. {heading}" + (f" **{text('tui.plan.here', count=count)}**" if count else ""))
    return rows


def _scenes(found: Lecture, text: Text) -> list[str]:
    rows = []
    for number, scene in enumerate(found.scenes, 1):
        words = [scene.words[text.language]] if scene.words[text.language] else []
        if scene.poll:
            words.append(text("tui.plan.poll", question=scene.poll))
        if scene.command:
            words.append(f"`{' '.join(scene.command.split())}`")
        rows.append(f"{number}. {' '.join(words)}")
    return rows


class PlanBox(ScrollPane):
    """The text of the plan."""


class PlanScreen(ModalScreen[str]):
    """A window over the class; D closes it with the word that opens the projector."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,n,q,enter", "dismiss('')", show=False),
        Binding("d", "dismiss('demo')", show=False),
        Binding("up,k", "scroll(-1)", show=False),
        Binding("down,j", "scroll(1)", show=False),
        Binding("pageup", "scroll(-10)", show=False),
        Binding("pagedown,space", "scroll(10)", show=False),
    ]

    def __init__(self, picture: ClassPicture, text: Text) -> None:
        super().__init__()
        self._picture, self._text = picture, text

    def compose(self) -> ComposeResult:
        """One box."""
        yield PlanBox(id="plan")

    def on_mount(self) -> None:
        """Fill it."""
        box = self.query_one(PlanBox)
        box.border_title = self._text("tui.plan.title")
        box.border_subtitle = self._text("tui.plan.keys")
        width = min(90, max(30, self.app.size.width - 6))
        box.show(list(lay_out(plan_page(self._picture, self._text), width).lines))
        box.focus()

    def action_scroll(self, rows: int) -> None:
        """Up or down."""
        self.query_one(PlanBox).scroll_relative(y=rows, animate=False)
