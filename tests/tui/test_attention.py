"""A key goes before the lab; no key and no number of keys stops the lab."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import App
from textual.drivers.headless_driver import HeadlessDriver
from textual.events import Key, MouseMove
from textual.message import Message

from hvlab.session.session import Session
from hvlab.tui.app import HvlabApp
from hvlab.tui.attention import AGAIN, LIMIT, TYPING, WRITING, Attention, attentive
from hvlab.tui.bars import StatusBar
from hvlab.tui.canvas import line
from hvlab.tui.console_pane import ConsolePane
from hvlab.tui.event_list import EventList
from hvlab.tui.pacing import EVENTS
from hvlab.tui.runner import Runner
from tests.tui.conftest import CREATE

FULL_SPEED = 3


class Clock:
    """Time that the test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_lab_waits_until_a_key_is_painted() -> None:
    clock = Clock()
    attention = Attention(clock)
    assert not attention.wanted() and not attention.comes()
    attention.press()
    assert attention.wanted() and attention.comes()
    attention.handled()
    assert attention.wanted() and not attention.comes()
    attention.painted()
    assert attention.wanted()  # while it is being written
    clock.now = WRITING
    assert not attention.wanted()
    attention.painted()
    assert not attention.wanted()


def test_one_who_types_types_on() -> None:
    clock = Clock()
    attention = Attention(clock)
    assert not attention.is_typing()
    attention.press()
    attention.painted()
    assert attention.is_typing()
    clock.now = TYPING
    assert not attention.is_typing()


def test_a_key_that_changes_nothing_holds_the_lab_for_a_moment_only() -> None:
    clock = Clock()
    attention = Attention(clock)
    attention.press()
    clock.now = LIMIT
    assert not attention.wanted()
    waited = 0.0
    for _ in range(1000):  # a key that is held: each hundredth of a second one, none of them painted
        clock.now += 0.01
        attention.press()
        waited += 0.01 * attention.wanted()
    assert 0 < waited <= 10 * (LIMIT + 0.01) / AGAIN


async def test_the_driver_tells_of_keys_before_they_are_queued() -> None:
    told: list[str] = []

    class Silent(HeadlessDriver):
        def send_message(self, message: Message) -> None:
            told.append(type(message).__name__)

    app: App[None] = App()
    driver = attentive(Silent, lambda: told.append("told"))(app, size=(80, 24))
    driver.process_message(Key("a", "a"))
    driver.process_message(MouseMove(None, 1, 1, 0, 0, 0, False, False, False))
    assert told == ["told", "Key", "MouseMove"]


async def test_panes_are_painted_after_the_letter_and_not_before() -> None:
    app = HvlabApp(Session(), None, frames=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        clock = Clock()
        app.attention = app.screen.attention = Attention(clock)  # type: ignore[attr-defined]
        prompt = app.query_one(ConsolePane).prompt
        prompt.handled = app.attention.handled
        app.attention.press()
        status = app.query_one(StatusBar)
        status.show([line(("changed", ""))])
        for _ in range(3):
            await pilot.pause()
        assert status in app.screen._dirty_widgets
        await pilot.press("x")
        for _ in range(3):
            await pilot.pause()
        assert status not in app.screen._dirty_widgets
        clock.now = WRITING
        assert not app.attention.wanted()
        app.attention.press()  # a key that changes nothing
        status.show([line(("again", ""))])
        clock.now += LIMIT
        for _ in range(3):
            await pilot.pause()
        assert status not in app.screen._dirty_widgets


def rushing(timer: Callable[[], float]) -> Runner:
    runner = Runner(Session(), timer)
    runner.set_speed(FULL_SPEED)
    runner.submit(f"{CREATE}; Start-VM web01; Wait-Lab web01")
    return runner


def test_a_slice_ends_as_soon_as_a_key_comes() -> None:
    runner = rushing(Clock())  # a clock that stands: nothing else ends it
    looks = iter([False, False, True])
    runner.pacer.holds = lambda: next(looks)
    before = runner.world.processed
    runner.frame(0)
    assert before < runner.world.processed <= before + 3 * EVENTS


def test_at_story_speed_too() -> None:
    runner = rushing(Clock())
    runner.set_speed(1)
    runner.pacer.holds = lambda: True
    before = runner.world.processed
    runner.frame(1 / 30)
    assert runner.world.processed == before


async def test_what_happened_between_two_frames_is_shown_by_the_next() -> None:
    app = HvlabApp(Session(), None, frames=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert app.desk is not None
        desk = app.desk
        desk.sliced = True
        desk.set_speed(FULL_SPEED)
        desk.submit(f"{CREATE}; Start-VM web01; Wait-Lab web01")
        app.frame()
        events = app.query_one(EventList)
        rows, moved = len(events.lines()), len(desk.session.world.trace)
        app.frame()
        assert len(desk.session.world.trace) == moved  # a frame only shows
        while desk.runner.busy:
            desk.go_on()
        assert len(events.lines()) == rows
        app.frame()
        assert len(events.lines()) > rows
        assert desk.feed.seq == sum(desk.feed.sums.kinds.values()) == len(desk.session.world.trace)
