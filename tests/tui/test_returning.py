"""Coming back to a lesson: the page one had reached stands there at once, and the console says what was done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hvlab.course import learning, library
from hvlab.course.view import OpenLesson
from hvlab.session.session import Session
from hvlab.text import LANGUAGES, Text
from hvlab.tui.app import HvlabApp
from hvlab.tui.canvas import plain
from hvlab.tui.console_pane import ConsolePane
from hvlab.tui.lesson_pane import LessonPane
from hvlab.tui.returning import SHOWN

PLAN = library.find("first-child-partition")
CREATE = r"New-VM web01 -MemoryStartupBytes 512MB -VHDPath C:\Images\WS2008-x64.vhd"
MADE = [CREATE, "Get-VM", "Get-LabPartition"]


def opener(**arguments: Any) -> Session:
    if arguments.pop("resume") and arguments["log"].exists():
        return Session.resume(arguments["log"], cmdlets=arguments["cmdlets"], language=arguments["language"])
    return Session(**arguments)


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hvlab.paths.user_data", lambda: tmp_path)


class Sitting:
    """Opens the lesson as `hvlab learn` does, does something, and leaves."""

    def __init__(self, act: Callable[[OpenLesson], object], language: str = "en") -> None:
        self._act = act
        self.first_page = ""
        learning.learn(PLAN.id, None, None, Text(language), opener, self._show)

    def _show(
        self, session: Callable[[], Session], lesson: Any, language: str, *, first_page: str, **_: Any
    ) -> tuple[int, str]:
        self.first_page = first_page
        self.view: OpenLesson = lesson(session())
        self.opened_at = self.view.steps()[0]
        self._act(self.view)
        return 0, ""


def work(view: OpenLesson, *commands: str, turns: int = 0) -> None:
    for command in commands:
        view.session.run(command)
    view.refresh()
    for _ in range(abs(turns)):
        assert view.next_step() if turns > 0 else view.previous_step()


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_one_comes_back_to_the_page_that_was_open(turns: int) -> None:
    Sitting(lambda view: work(view, *MADE, turns=turns))
    again = Sitting(lambda view: work(view, turns=-1))
    assert again.opened_at == turns + 1
    section = PLAN.sections["en"][PLAN.plan.step[turns].id]
    assert again.first_page and section.startswith(again.first_page), "the first frame shows that page"
    assert Sitting(lambda view: None).opened_at == turns


def test_the_first_frame_holds_back_what_the_page_holds_back() -> None:
    Sitting(lambda view: work(view, *MADE, turns=3))
    again = Sitting(lambda view: view.question().answer("3"))  # type: ignore[union-attr]
    assert "Start-LabWorkload" not in again.first_page, "the guess comes first"
    assert "Start-LabWorkload" in Sitting(lambda view: None).first_page


def test_a_new_record_begins_with_the_first_page() -> None:
    Sitting(lambda view: work(view, turns=2))  # nothing was entered: no record is left
    again = Sitting(lambda view: None)
    assert again.opened_at == 1 and again.first_page.startswith("## Three boxes")


def resumed(tmp_path: Path, language: str, *commands: str) -> HvlabApp:
    file = tmp_path / "record.jsonl"
    lab = learning.lab_of(PLAN, file, language, opener)
    for command in commands:
        lab.run(command)
    lab.close()

    def open_lesson(session: Session) -> OpenLesson:
        return OpenLesson(PLAN, session, language)

    return HvlabApp(
        lambda: learning.lab_of(PLAN, file, language, opener), open_lesson, language, frames=False
    )


def said(app: HvlabApp) -> list[str]:
    return [text for text, _ in app.query_one(ConsolePane).logical]


async def opened(app: HvlabApp, pilot: Any) -> None:
    while app.desk is None:
        await pilot.pause()
    await pilot.pause()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_console_says_what_was_done_and_where_one_is(
    tmp_path: Path, language: str, size: tuple[int, int]
) -> None:
    app = resumed(tmp_path, language, CREATE, "Get-VM", "Undo-Lab", CREATE)
    async with app.run_test(size=size) as pilot:
        await opened(app, pilot)
        text = Text(language)
        where = text(
            "tui.back.lesson", step=2, steps=len(PLAN.plan.step), reached=1, total=len(PLAN.plan.check)
        )
        assert said(app) == [text("tui.back.commands"), f"PS C:\\> {CREATE}", where], (
            "what was undone is not told"
        )
        console = app.query_one(ConsolePane)
        top = console.output.scroll_offset.y
        seen = "".join(
            plain(row) + " " for row in console.output.shown[top : top + console.output.size.height]
        )
        assert where in " ".join(seen.split())
        assert console.prompt.placeholder == text("tui.lesson.invite.command", command="Get-VM")
        assert f" 2/{len(PLAN.plan.step)} " in str(app.query_one(LessonPane).border_title)


async def test_of_many_commands_the_latest_are_shown(tmp_path: Path) -> None:
    app = resumed(tmp_path, "en", *(f"New-VM a{number}" for number in range(SHOWN + 2)))
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot)
        rows = said(app)
        assert rows[1] == "2 commands before these: Get-LabStep"
        assert rows[2] == "PS C:\\> New-VM a2" and rows[-2] == f"PS C:\\> New-VM a{SHOWN + 1}"


async def test_a_new_lab_has_nothing_to_tell(tmp_path: Path) -> None:
    app = resumed(tmp_path, "en")
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot)
        assert said(app) == []
