"""Every key and every action of the screen does something one can see, walked from the program's own tables.

A new binding, pane or entry of the palette is walked by itself. One that changes nothing where it is pressed
fails here until the state in which it does something stands below.
"""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import cast

import msgspec
import pytest
from textual.app import App
from textual.binding import Binding
from textual.pilot import Pilot
from textual.widget import Widget

import hvlab.tui
from hvlab.classroom.view import ClassView
from hvlab.course import library
from hvlab.course.map import CourseMap
from hvlab.course.polls import Tally, free
from hvlab.course.progress import Progress
from hvlab.session.session import Session
from hvlab.tui.app import HvlabApp
from hvlab.tui.capture import strips_of
from hvlab.tui.class_app import ClassApp
from hvlab.tui.commands import entries
from hvlab.tui.console_pane import ConsolePane
from hvlab.tui.keys import BINDINGS
from hvlab.tui.language_screen import LanguageScreen
from hvlab.tui.pacing import SPEEDS
from tests.snapshots.test_matrix import CLUSTER
from tests.tui.conftest import CREATE, PlainLesson
from tests.tui.test_class_app import Room, a_class

BOOT = f"{CREATE}; Start-VM web01; Wait-Lab web01"
WRITE = "Start-LabWorkload web01 -Operation Write -Count 9; Wait-Lab web01 -For Idle"
READ = "Start-LabWorkload web01 -Operation Read -Count 3; Wait-Lab web01 -For Idle"
LABS: dict[str, tuple[str, tuple[str, ...]]] = {
    "worked": (
        "one-host",
        (
            f"{CREATE}; New-VM db01 -MemoryStartupBytes 64MB; New-VM app01",
            "Start-VM web01; Wait-Lab web01",
            "New-LabBookmark booted",
            WRITE,
            "New-LabBookmark written",
        ),
    ),
    "forked": ("one-host", (BOOT, WRITE, "Undo-Lab", "Stop-VM web01 -TurnOff", "Undo-Lab", READ)),
    "guests": (
        "one-host",
        (
            BOOT,
            r"New-VM nt4 -VHDPath C:\Images\NT4.vhd; Start-VM nt4; Wait-Lab nt4",
            r"New-LabBackup web01 -Path D:\Backup",
        ),
    ),
    "cluster": ("two-nodes", CLUSTER),
    "room": ("machine-room", ("New-LabP2V FILE01 D:\\ -Offline",)),
}


@dataclass(frozen=True)
class Place:
    """Where a class's keys work: what leads there, the lab, the terminal's size, and what some keys need first."""

    keys: str
    lab: str = "worked"
    size: tuple[int, int] = (110, 34)
    first: dict[str, str] = field(default_factory=dict)


SMALL, SMALLEST = (90, 26), (80, 24)
"""So little room that a list is longer than its pane."""
OUTPUT = "G e t minus C o m m a n d enter RUN"
"""More output than the console shows."""
UP = {"up": "pagedown pagedown", "pageup": "pagedown pagedown"}
TO_HISTORY = "alt+h" + " up" * 30 + " down down"
PLACES = {
    "HvlabApp": Place(
        "",
        size=SMALL,
        first={
            "escape": "f4",
            "ctrl+c": "G e t",
            "ctrl+l": OUTPUT,
            "alt+up": "alt+down alt+down",
            "alt+left": "alt+right",
            "f9": "WORK",
        },
    ),
    "EventList": Place(
        "f4 up up up up up up up up up up up up", first=dict.fromkeys(("right", "enter"), "home down")
    ),
    "InspectorPane": Place("f4 up up up enter f5 b", size=(110, 30)),
    "ArchitecturePane": Place("f3"),
    "LessonPane": Place("f2 p", first={"left": "n", "p": "n"}),
    "Scrubber": Place("alt+t left", first={"p": "end", "pageup": "end", "home": "end"}),
    "PromptInput": Place(
        "escape escape",
        first={
            "down": "down up",
            "escape": "g e t minus v tab",
            "pageup": OUTPUT,
            "pagedown": OUTPUT + " pageup pageup",
        },
    ),
    "RingsPane": Place("alt+r", size=SMALL, first=UP),
    "ProcessorsPane": Place("alt+p f plus plus left"),
    "NetworkPane": Place("alt+n"),
    "ManagerPane": Place("alt+m", size=SMALL, first={"up": "down", "k": "down"}),
    "ServerPane": Place("alt+e", "cluster", SMALL, UP),
    "DatacenterPane": Place("alt+c", "cluster", SMALL, UP),
    "TypesPane": Place("alt+y down"),
    "HistoryPane": Place(TO_HISTORY, size=SMALLEST, first={"pageup": "pagedown"}),
    "GuestViewPane": Place("alt+g", "guests", SMALLEST, first=UP),
    "BackupPane": Place("alt+k", "guests", SMALLEST, first=UP),
    "ConversionPane": Place("alt+o", "room", SMALLEST, {**UP, "up": "down", "k": "down"}),
    "WaysPane": Place("alt+w", "forked", SMALL, UP),
    "HelpScreen": Place("f1", size=SMALL, first={"up": "down down"}),
    "MapScreen": Place("alt+l"),
    "TermScreen": Place("f2 p g"),
    "RecapScreen": Place("RECAP"),
    "PanesScreen": Place("f3 alt+j", size=(130, 42), first={"0": "right right"}),
    "KeysScreen": Place("f1 k"),
    "TourScreen": Place(
        "alt+q",
        first=dict.fromkeys(("left", "up", "backspace", "shift+tab"), "enter"),
    ),
    "LanguageScreen": Place("LANGUAGE"),
}
"""For each class with keys, where they do something."""
BASES = {"ViewPane", "ActingPane"}
"""Their keys are walked on the classes that stand on them."""
ELSEWHERE = {
    "ClassApp": "test_the_instructors_keys",
    "Roster": "test_the_instructors_keys",
    "PlanScreen": "test_the_instructors_keys",
    "LectureApp": "tests/tui/test_lecture_app.py",
}
"""Apps of their own: walked below, or by the file named."""


def classes() -> Iterator[type]:
    """Every class of the screen with keys of its own."""
    for module in pkgutil.iter_modules(hvlab.tui.__path__):
        if module.name.startswith("__"):
            continue
        for found in vars(import_module(f"hvlab.tui.{module.name}")).values():
            own = isinstance(found, type) and found.__module__ == f"hvlab.tui.{module.name}"
            if own and found.__dict__.get("BINDINGS"):
                yield found


def keys_of(owner: type) -> list[str]:
    """Its keys, one by one; Enter, which may change the lab for those after it, at the end."""
    bindings: list[Binding] = owner.__dict__["BINDINGS"]
    return sorted(
        (key for binding in bindings for key in binding.key.split(",")), key=lambda key: key == "enter"
    )


def lab(name: str) -> Session:
    """A lab in which something has happened, for one test alone."""
    scenario, commands = LABS[name]
    session = Session(scenario=scenario)
    for command in commands:
        assert session.run(command).ok, command
    return session


class LongLesson(PlainLesson):
    """One whose pages have words of the glossary, and are longer than their pane."""

    def body(self) -> str:
        """The page, and more of it."""
        return super().body() + "\n\nThe hypervisor, a partition, the VMBus.\n\nMore.\n" + "\n\nMore.\n" * 30


def seen(app: App[int]) -> tuple[object, ...]:
    """All that a key may change on any screen."""
    return (
        [
            [(segment.text, segment.style) for segment in strip]
            for strip in strips_of(cast("App[object]", app))
        ],
        app.focused and app.focused.id,
        [type(screen).__name__ for screen in app.screen_stack],
        len(app._notifications),
        app.clipboard,
    )


def seen_in_lab(app: HvlabApp) -> tuple[object, ...]:
    """And what it may change in the lab, the console, the clock, before the next frame shows it."""
    console = app.query_one(ConsolePane)
    assert app.desk is not None
    runner = app.desk.runner
    return (
        *seen(app),
        sorted(app.screen_stack[0].classes),
        (runner.paused, runner.free, runner._finish, runner.pacer.speed, len(runner.queue), runner.busy),
        (console.prompt.value, console.prompt.cursor_position, len(console.logical), console.menu.is_open),
        len(app.desk.session.world.trace),
        app.desk.player.direction,
        app.desk.picture.motion.still,
        app.text.language,
        app.theme,
    )


async def back(app: HvlabApp, pilot: Pilot[int]) -> None:
    """To the prompt, with nothing typed and nothing under way."""
    while len(app.screen_stack) > 1:
        app.pop_screen()
        await pilot.pause()
    assert app.desk is not None
    for _ in range(400):
        if not app.desk.runner.busy:
            break
        app.action_finish()
        app.frame()
    console = app.query_one(ConsolePane)
    app.arrangement.reset()
    app.screen_stack[0].remove_class("timed", "inspecting", "closer", "guest")
    app.stage = "lesson"
    app._arrange()
    app.desk.runner.paused = app.desk.runner.free = False
    app.desk.player.direction = 0
    app.clear_notifications()
    console.prompt.focus()
    if not console.logical:  # as in a lab at work: an empty console would give its rows to the panes
        console.write([("said before", "")])
    console.menu.close()
    console.drop_line()
    await pilot.pause()


@dataclass
class Stage:
    """An app at work, and what was asked of it that would end it."""

    app: HvlabApp
    left: list[str]

    def now(self) -> tuple[object, ...]:
        """Everything one could see a difference in."""
        return (*seen_in_lab(self.app), len(self.left))


def stage(name: str, tmp_path: Path) -> Stage:
    """The app over a lab; it does not end when it is asked to."""
    app = HvlabApp(lab(name), LongLesson, frames=False, course=CourseMap(Progress(tmp_path), "en"))
    app.history.add("Get-VM")
    left: list[str] = []
    app.exit = lambda *args, **values: left.append("exit")  # type: ignore[method-assign]
    return Stage(app, left)


async def lead(app: HvlabApp, pilot: Pilot[int], keys: str) -> None:
    """Press what leads to a place."""
    for step in keys.split():
        if step == "LANGUAGE":
            app.push_screen(LanguageScreen("en"), app.choose_language)
            await pilot.pause()
        elif step == "WORK":
            assert app.desk is not None
            app.desk.submit("Start-Sleep 60")
            app.frame()
        elif step == "RECAP":
            app.action_recap()
            await pilot.pause()
        elif step == "RUN":
            while app.desk is None or app.desk.runner.busy:
                app.frame()
        else:
            await pilot.press(step)
    app.frame(0)
    await pilot.pause()


def test_every_class_with_keys_has_a_place() -> None:
    found = {owner.__name__ for owner in classes()}
    assert found - BASES == set(PLACES) | set(ELSEWHERE)


WALKED = [owner for owner in classes() if owner.__name__ in PLACES]


@pytest.mark.parametrize("owner", WALKED, ids=lambda owner: owner.__name__)
async def test_each_key_does_something(owner: type, tmp_path: Path) -> None:
    place = PLACES[owner.__name__]
    on_stage = stage(place.lab, tmp_path)
    app = on_stage.app
    idle = []
    async with app.run_test(size=place.size) as pilot:
        await pilot.pause()
        for key in keys_of(owner):
            await back(app, pilot)
            await lead(app, pilot, f"{place.keys} {place.first.get(key, '')}")
            if issubclass(owner, Widget) and not app.is_covered:
                assert isinstance(app.focused, owner), f"{place.keys} does not lead to {owner.__name__}"
            before = on_stage.now()
            await pilot.press(key)
            await pilot.pause()
            app.frame(0)
            if on_stage.now() == before:
                idle.append(key)
    assert not idle


SLOW, FULL = 0, len(SPEEDS) - 1
FIRST = {
    "prompt": "f4",
    "interrupt": "G e t",
    "finish": "WORK",
    "scroll_lesson_back": "alt+down alt+down",
    "previous_step": "alt+right",
}
"""What the palette's entries need before they have anything to do."""


async def test_each_entry_of_the_palette_does_something(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hvlab.paths.user_data", lambda: tmp_path)
    on_stage = stage("worked", tmp_path)
    app = on_stage.app
    idle, walked = [], set()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.pause()
        for number, name in enumerate([entry.name for entry in entries(app)]):
            await back(app, pilot)
            await lead(app, pilot, FIRST.get(name, ""))
            if name.startswith("speed_"):
                app.set_speed(SLOW if name != "speed_slow" else FULL)
            before, files = on_stage.now(), len(list(tmp_path.rglob("*.*")))
            again = list(entries(app))[number]
            done = again.action()
            if inspect.isawaitable(done):
                await done
            await pilot.pause()
            app.frame(0)
            walked.add(name)
            if on_stage.now() == before:
                idle.append(name)
            elif name.startswith("save_"):
                assert len(list(tmp_path.rglob("*.*"))) > files, name
    assert not idle
    assert {binding.id for binding in BINDINGS} <= walked


def full_class() -> ClassView:
    """A class in which everything that the keys ask about is there."""
    ballot = free("How many? | one | two")
    assert ballot is not None
    return msgspec.structs.replace(
        a_class(),
        lesson_id=library.first().id,
        questions=[("first", "?")],
        lessons=["first", "second"],
        scenarios=["one-host", "two-nodes"],
        poll=Tally(ballot, [[3, 9]], True),
    )


INSTRUCTOR: dict[str, dict[str, str]] = {
    "ClassApp": {"escape": "m"},
    "Roster": dict.fromkeys(("up", "k", "pageup", "home"), "end"),
    "PlanScreen": dict.fromkeys(("up", "k", "pageup"), "pagedown"),
}


@pytest.mark.parametrize(
    "owner", [one for one in classes() if one.__name__ in INSTRUCTOR], ids=lambda one: one.__name__
)
async def test_the_instructors_keys(owner: type) -> None:
    idle = []
    for key in keys_of(owner):
        room = Room(full_class())
        left: list[str] = []
        app = ClassApp(room, "en", looks=False)
        app.exit = lambda *args, **values: left.append("exit")  # type: ignore[method-assign]  # noqa: B023
        async with app.run_test(size=(110, 30)) as pilot:
            await pilot.pause()
            app.take(room.view)
            window = "n " if owner.__name__ == "PlanScreen" else ""
            await pilot.press(*(window + INSTRUCTOR[owner.__name__].get(key, "")).split())
            await pilot.pause()
            before = (*seen(app), len(room.pushed), len(room.polled), len(left))  # type: ignore[arg-type]
            await pilot.press(key)
            await pilot.pause()
            if (*seen(app), len(room.pushed), len(room.polled), len(left)) == before:  # type: ignore[arg-type]
                idle.append(key)
    assert not idle
