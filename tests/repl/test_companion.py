"""The plain console in a class: what the instructor sends comes between two inputs, in order, and is on the record."""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Iterator

import msgspec
import pytest

from hvlab.console.cmdlets import CmdletTable
from hvlab.console.history import History
from hvlab.course.companion import MARK, PART, Part
from hvlab.course.polls import Ballot, free
from hvlab.course.teams import Order, halted
from hvlab.repl.plain import PlainConsole, run_plain
from hvlab.repl.words import Desk
from hvlab.session.session import Session
from hvlab.session.task import Task
from hvlab.text import Text


class Sent(msgspec.Struct, frozen=True):
    """Something pushed."""

    number: int
    kind: str
    text: str = ""


class Class:
    """A class that sends a list of things, one each time the console asks; `late` come only when it waits."""

    def __init__(self, now: list[Sent], late: list[Sent]) -> None:
        self.paused = False
        self.ballot: Ballot | None = None
        self.votes: list[int] = []
        self.connected = True
        self.forbidden = ""
        self.showing = False
        self.shared = False
        self.seconds: int | None = None
        self.shared = False
        self.orders: list[str] = []
        self.halts: list[tuple[int, int]] = []
        self.ends: deque[Sent] = deque()
        self.waits = 0
        self._now, self._late = deque(now), deque(late)

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
        if not self._now:
            return None
        sent = self._now.popleft()
        if sent.kind in ("pause", "resume"):
            self.paused = sent.kind == "pause"
        return sent

    def wait(self) -> None:
        self.waits += 1
        self._now.append(self._late.popleft())

    def news(self, text: Text) -> list[str]:
        return []


def test_what_is_sent_is_said_done_and_recorded_in_order() -> None:
    session = Session()
    written: list[str] = []
    lines: Iterator[str] = iter(["New-VM mine"])
    companion = Class(
        [Sent(1, "message", "Look at me."), Sent(2, "pause")],
        [Sent(3, "command", "New-VM pushed"), Sent(4, "resume")],
    )
    console = PlainConsole(
        Desk(session, Text("en"), History()),
        lambda prompt: next(lines, None),
        written.append,
        lambda record: "",
        companion,
    )
    console.run()
    said = "".join(written)
    text = Text("en")
    parts = [
        text("classroom.pushed.message", text="Look at me."),
        text("classroom.pushed.pause"),
        text("classroom.pushed.command", text="New-VM pushed"),
        text("classroom.pushed.resume"),
        "mine: Off.",
    ]
    places = [said.index(part) for part in parts]
    assert places == sorted(places) and companion.waits == 2
    assert [(entry.kind, entry.text or entry.name) for entry in session.log.entries] == [
        ("bookmark", f"{MARK}1"),
        ("bookmark", f"{MARK}2"),
        ("bookmark", f"{MARK}3"),
        ("command", "New-VM pushed"),
        ("bookmark", f"{MARK}4"),
        ("command", "New-VM mine"),
    ]


def test_a_number_votes_while_a_poll_is_open() -> None:
    session, text = Session(), Text("en")
    written: list[str] = []
    lines: Iterator[str] = iter(["2", "Get-VM"])
    ballot = free("How many? | one | two")
    assert ballot is not None
    companion = Class([Sent(1, "poll", msgspec.json.encode(ballot).decode())], [])
    companion.ballot = ballot
    PlainConsole(
        Desk(session, text, History()),
        lambda prompt: next(lines, None),
        written.append,
        lambda record: "",
        companion,
    ).run()
    assert text("course.poll.asked", prompt="How many?") in "".join(written)
    assert text("course.poll.voted", choice="two") in "".join(written) and companion.votes == [2]
    assert [entry.text for entry in session.log.entries if entry.kind == "command"] == ["Get-VM"]


def test_another_lesson_ends_this_ones_console_at_once() -> None:
    session, text = Session(), Text("en")
    written: list[str] = []
    part = msgspec.json.encode(
        Part("token", "snapshots", "", 0, {"en": "Snapshots", "de": "Snapshots"})
    ).decode()
    desk = Desk(session, text, History())
    lines: Iterator[str] = iter(["Get-VM"])
    companion = Class([Sent(1, "lesson", part), Sent(2, "command", "Get-VM")], [])
    PlainConsole(desk, lambda prompt: next(lines, None), written.append, lambda record: "", companion).run()
    assert text("classroom.pushed.lesson", title="Snapshots") in "".join(written)
    assert desk.wanted == PART + part and next(lines) == "Get-VM"


def test_a_second_lesson_goes_on_in_the_stream_that_the_first_has_read_from(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "sys.stdin", io.TextIOWrapper(io.BytesIO(b"New-VM web01 -NoVHD\nexit\nGet-VM nobody\n"))
    )
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(io.BytesIO()))
    outcomes = [run_plain(Session(), Text("en"), History(), lambda record: "") for _ in range(2)]
    assert outcomes == [(0, ""), (1, "")]


@pytest.mark.parametrize("agrees", [True, False])
def test_ctrl_c_in_a_groups_lab_stops_for_all_or_for_nobody(agrees: bool) -> None:
    session = Session()
    text = "New-VM web01; Start-Sleep 600; New-VM web02"
    given = msgspec.json.encode(Order("Ben", "storage", text)).decode()
    ends = msgspec.json.encode(Order("Ana", "host", "", 5, 7_000_000_000)).decode()
    companion = Class([Sent(5, "order", given)], [Sent(0, "message")])
    companion.shared = True
    companion.ends.extend([Sent(6, "order", ends)] if agrees else [])
    companion.news = lambda text: [] if agrees else ["no"]  # type: ignore[method-assign]
    said: list[str] = []
    desk = Desk(session, Text("en"), History())
    console = PlainConsole(desk, lambda prompt: None, said.append, lambda error: "", companion)

    def stopped(text: str) -> bool:
        """What the driver does when Ctrl+C comes after two seconds of the lab."""
        task = Task(session, text)
        task.pump(2_000_000_000, 1 << 62)
        task.cancel()
        return True

    console._driver.run = stopped  # type: ignore[method-assign]
    companion.due = lambda: companion._now.popleft() if companion._now and not companion.halts else None  # type: ignore[method-assign]
    console._class()
    assert companion.halts == [(5, 2_000_000_000)]
    assert session.world.now == (7 if agrees else 600) * 1_000_000_000
    done = [step.entry.text for step in session.travel.past()]
    assert done == text.split("; ")[: 2 if agrees else 3]
