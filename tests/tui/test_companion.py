"""The screen in a class: what the instructor sends is shown and done as soon as no command is under way."""

from __future__ import annotations

from collections import deque

import msgspec

from hvlab.console.cmdlets import CmdletTable
from hvlab.course.companion import FOLLOW, MARK
from hvlab.course.polls import Ballot, free
from hvlab.course.teams import Order, halted
from hvlab.session.session import Session
from hvlab.text import Text
from hvlab.tui.app import HvlabApp
from hvlab.tui.console_pane import ConsolePane
from tests.tui.conftest import CREATE


class Sent(msgspec.Struct, frozen=True):
    """Something pushed."""

    number: int
    kind: str
    text: str = ""


class Class:
    """A class that has sent what lies in `sent`."""

    def __init__(self) -> None:
        self.paused = False
        self.ballot: Ballot | None = None
        self.votes: list[int] = []
        self.connected = True
        self.forbidden = ""
        self.showing = False
        self.seconds: int | None = None
        self.shared = False
        self.orders: list[str] = []
        self.halts: list[tuple[int, int]] = []
        self.ends: deque[Sent] = deque()
        self.sent: deque[Sent] = deque()
        self.said: list[str] = []

    def vote(self, choice: int) -> bool:
        self.votes.append(choice)
        return self.connected

    def forbids(self, command: str, table: CmdletTable, text: Text) -> str:
        return self.forbidden

    def order(self, command: str) -> None:
        self.orders.append(command)

    def halt(self, number: int, to: int) -> None:
        self.halts.append((number, to))

    def halting(self, number: int) -> Sent | None:
        if not self.ends:
            return None
        assert halted(self.ends[0].text) == number
        return self.ends.popleft()

    def back(self, text: Text) -> str:
        return text("classroom.back.home")

    def left(self) -> int | None:
        return self.seconds

    def due(self) -> Sent | None:
        if not self.sent:
            return None
        sent = self.sent.popleft()
        if sent.kind in ("pause", "resume"):
            self.paused = sent.kind == "pause"
        return sent

    def wait(self) -> None:
        raise AssertionError("a screen never waits")

    def news(self, text: Text) -> list[str]:
        said, self.said = self.said, []
        return said


def output(app: HvlabApp) -> str:
    return "\n".join(text for text, _ in app.query_one(ConsolePane).logical)


async def test_what_is_sent_is_shown_done_and_recorded() -> None:
    companion, session, text = Class(), Session(), Text("en")
    app = HvlabApp(session, companion=companion, frames=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert app.desk is not None
        companion.said = [text("classroom.link.on")]
        companion.sent.extend([Sent(1, "message", "Look at me."), Sent(2, "command", CREATE)])
        app.look_at_class()
        app.look_at_class()
        assert text("classroom.link.on") in output(app)
        assert text("classroom.pushed.message", text="Look at me.") in output(app)
        assert "web01" in output(app)

        companion.sent.append(Sent(3, "pause"))
        app.look_at_class()
        app.desk.submit("Remove-VM web01 -Force")
        assert output(app).count(text("classroom.pushed.pause")) == 2
        companion.sent.append(Sent(4, "resume"))
        app.look_at_class()
        app.desk.submit("Get-VM")
    recorded = [entry.text or entry.name for entry in session.log.entries]
    assert recorded == [f"{MARK}1", f"{MARK}2", CREATE, f"{MARK}3", f"{MARK}4", "Get-VM"]


async def test_a_command_under_way_is_not_disturbed() -> None:
    companion, session = Class(), Session()
    app = HvlabApp(session, companion=companion, frames=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert app.desk is not None
        app.desk.submit("Start-Sleep 5")
        companion.sent.append(Sent(1, "command", "Get-VM"))
        app.look_at_class()
        assert app.desk.runner.busy and len(companion.sent) == 1
        app.desk.finish()
        app.frame()
        app.look_at_class()
        assert not companion.sent
    assert [entry.text for entry in session.log.entries if entry.kind == "command"] == [
        "Start-Sleep 5",
        "Get-VM",
    ]


async def test_a_number_votes_while_a_poll_is_open() -> None:
    companion, session, text = Class(), Session(), Text("de")
    ballot = free("Wie viele? | eine | zwei")
    assert ballot is not None
    app = HvlabApp(session, language="de", companion=companion, frames=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert app.desk is not None
        companion.sent.append(Sent(1, "poll", msgspec.json.encode(ballot).decode()))
        companion.ballot = ballot
        app.look_at_class()
        app.desk.submit("1")
        assert text("course.poll.asked", prompt="Wie viele?") in output(app)
        assert text("course.poll.voted", choice="eine") in output(app) and companion.votes == [1]
    assert not [entry for entry in session.log.entries if entry.kind == "command"]


async def test_a_lab_that_is_shown_takes_the_screen_only_while_it_is_shown() -> None:
    companion, session = Class(), Session()
    app = HvlabApp(session, companion=companion, frames=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        companion.sent.append(Sent(1, "follow"))
        app.look_at_class()
        assert app.wanted == ""
        companion.showing = True
        companion.sent.append(Sent(2, "follow"))
        app.look_at_class()
        assert app.wanted == FOLLOW


async def test_an_exam_forbids_and_tells_the_time() -> None:
    companion, session = Class(), Session()
    companion.seconds, companion.forbidden = 61, "Not this one."
    app = HvlabApp(session, companion=companion, frames=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert app.desk is not None
        app.look_at_class()
        assert "1:01" in "".join(words for row in app.desk.status.shown for words, _ in row)
        app.desk.submit("Get-VM")
        app.desk.pause()
        assert output(app).count("Not this one.") == 2 and not session.log.entries
        app.desk.runner.free, companion.seconds = True, 0
        app.look_at_class()
        assert not app.desk.runner.free


async def test_in_a_groups_lab_a_command_is_done_when_it_comes_back_and_time_stands() -> None:
    companion, session, text = Class(), Session(), Text("en")
    companion.shared = True
    order = msgspec.json.encode(Order("Ben", "storage", "New-VHD C:\\a.vhd -SizeBytes 1GB")).decode()
    app = HvlabApp(session, companion=companion, frames=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert app.desk is not None
        app.look_at_class()
        app.desk.submit("Get-VM")
        assert companion.orders == ["Get-VM"] and not session.log.entries
        companion.sent.append(Sent(1, "order", order))
        app.look_at_class()
        assert text("classroom.team.ordered", by="Ben", role="storage") in output(app)
        app.desk.submit("back")
        assert text("classroom.back.home") in output(app)
        companion.forbidden = text("classroom.team.no_time")
        app.desk.pause()
        app.desk.step()
        assert not app.desk.runner.free
        assert output(app).count(companion.forbidden) == 2
    assert [entry.text for entry in session.log.entries if entry.kind == "command"] == [
        "New-VHD C:\\a.vhd -SizeBytes 1GB"
    ]


async def test_a_groups_command_is_stopped_for_all_and_until_then_says_whose_it_is() -> None:
    companion, session, text = Class(), Session(), Text("en")
    companion.shared = True

    def order(**more: int) -> str:
        words = "" if more else "New-VM web01; Start-Sleep 600; New-VM web02"
        return msgspec.json.encode(Order("Ben", "storage", words, **more)).decode()

    app = HvlabApp(session, companion=companion, frames=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert app.desk is not None
        app.look_at_class()
        companion.sent.append(Sent(5, "order", order()))
        app.look_at_class()
        assert app.desk.runner.busy
        app.desk.submit("Get-VM")  # held back, not sent behind what may not end
        assert not companion.orders and "Ben is at work: New-VM web01; Start-Sleep 600" in output(app)
        app.desk.interrupt()
        ((number, to),) = companion.halts
        assert (number, to) == (
            5,
            session.world.now,
        ) and app.desk.runner.busy  # it goes on until the group's word
        companion.ends.append(Sent(6, "order", order(halts=5, to=7_000_000_000)))
        app.look_at_class()
        assert not app.desk.runner.busy and session.world.now == 7_000_000_000
        assert text("classroom.team.stopped", by="Ben") in output(app)
        app.desk.submit("Get-VM")
        assert companion.orders == ["Get-VM"]
    done = [step.entry.text for step in session.travel.past()]
    assert done == ["New-VM web01", "Start-Sleep 600"]
