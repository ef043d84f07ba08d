"""Makes the pictures in assets/pictures: the real app, driven through a real session, at real moments.

`python -m hvlab.tui.pictures [FOLDER]`. Nothing is drawn for the occasion, so the
pictures cannot promise more than the program does; time is moved frame by frame, so
they come out the same each time.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from textual.pilot import Pilot

from hvlab import paths
from hvlab.course import cmdlets, library
from hvlab.course.shown import LessonView
from hvlab.course.view import open_lesson
from hvlab.session.session import Session
from hvlab.tui.app import HvlabApp
from hvlab.tui.console_pane import ConsolePane

MACHINE = r"New-VM web01 -MemoryStartupBytes 512MB -VHDPath C:\Images\WS2008-x64.vhd"
FRAME = 1 / 30
LIMIT = 6_000


@dataclass(frozen=True)
class Picture:
    """A moment: what is typed, until when time runs, which keys are pressed then."""

    name: str
    size: tuple[int, int]
    commands: tuple[str, ...]
    until: Callable[[HvlabApp], bool]
    keys: tuple[str, ...] = ()
    language: str = "en"
    steps: int = 0


def sent(name: str, frames: int = 6) -> Callable[[HvlabApp], bool]:
    """The moment a few frames after a VMBus message, or after the first packet of a kind."""
    left = frames

    def reached(app: HvlabApp) -> bool:
        nonlocal left
        assert app.desk is not None
        if any(
            name in (event.get("name"), event.get("packet_type")) for event in app.desk.session.world.trace
        ):
            left -= 1
        return left <= 0

    return reached


def ended(app: HvlabApp) -> bool:
    """The moment when all commands have ended."""
    return app.desk is not None and not app.desk.runner.busy


START = (MACHINE, "Start-VM web01", "Wait-Lab web01")
PICTURES = (
    Picture("screen", (120, 40), START, sent("GPA direct", 3), steps=2),
    Picture("first-offer", (120, 40), START, sent("OFFER_CHANNEL", 8), steps=2),
    Picture("small", (80, 24), START, sent("OPEN_CHANNEL", 8), ("f3",)),
    Picture(
        "bytes",
        (120, 40),
        (*START, "Start-LabWorkload web01 -Operation Write -Count 10"),
        ended,
        ("f4", "slash", *"gpa direct", "enter", "s", "up", "up", "b"),
        steps=3,
    ),
    Picture("lesson-de", (120, 40), START, sent("REQUEST_OFFERS", 10), language="de", steps=2),
    Picture("guest", (120, 40), (*START, "vmconnect localhost web01"), ended, steps=2),
)


async def take(picture: Picture, folder: Path) -> Path:
    """Take one picture; returns where it lies."""
    lesson = library.find("first-child-partition")

    def view(session: Session) -> LessonView:
        opened = open_lesson(lesson, session, picture.language)
        for _ in range(picture.steps):
            opened.next_step()
        return opened

    session = Session(
        scenario=lesson.scenario, platform=lesson.platform, seed=lesson.seed, cmdlets=cmdlets.CMDLETS
    )
    app = HvlabApp(session, view, picture.language, frames=False)
    async with app.run_test(size=picture.size) as pilot:
        await pilot.pause()
        await _play(app, pilot, picture)
        file = folder / f"{picture.name}.svg"
        file.write_text(app.export_screenshot(title="hvlab"), encoding="utf-8")
    return file


async def _play(app: HvlabApp, pilot: Pilot[int], picture: Picture) -> None:
    console = app.query_one(ConsolePane)
    for command in picture.commands:
        console.type_command(command, run=True)
    await pilot.pause()
    for _ in range(LIMIT):
        app.frame(FRAME)
        if picture.until(app):
            break
    await pilot.pause()
    for key in picture.keys:
        await pilot.press(key)
    await pilot.pause()


async def take_all(folder: Path) -> list[Path]:
    """Take all pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    return [await take(picture, folder) for picture in PICTURES]


def main() -> None:
    """The command."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else paths.assets() / "pictures"
    for file in asyncio.run(take_all(folder)):
        sys.stdout.write(f"{file}\n")


if __name__ == "__main__":
    main()
