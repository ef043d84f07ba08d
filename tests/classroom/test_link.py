"""The learner's link: the log reaches the server whole and once, however often the connection goes."""

from __future__ import annotations

from collections import deque
from pathlib import Path

import msgspec
import pytest

from hvlab.classroom import link as module
from hvlab.classroom.client import Address, Refusal, Unreachable
from hvlab.classroom.code import ClassCode
from hvlab.classroom.link import Enrolment, Link, remember, remember_part, remembered
from hvlab.classroom.messages import (
    Applied,
    Ask,
    Away,
    FromLearner,
    FromServer,
    Inputs,
    Kept,
    Look,
    Push,
    Return,
    Stage,
    Vote,
    Welcome,
)
from hvlab.course.companion import MARK, Part, arrive, arrived, ordered, pending_order
from hvlab.course.exam import Terms
from hvlab.course.polls import free
from hvlab.course.teams import Member, Team
from hvlab.session.log import Entry, LogWriter, new_header
from hvlab.session.session import Session
from hvlab.text import Text

ADDRESS = Address(ClassCode(bytes(10), "ABCD2345"), "nowhere", 1)
ENROLMENT = Enrolment("token", "Ana", "first-child", "", 0)


class Far:
    """A server that keeps inputs, and connections to it that break as `failures` say before each answer."""

    def __init__(self) -> None:
        self.kept: list[Entry] = []
        self.terms: Terms | None = None
        self.stage: list[Entry] = []
        self.votes: list[Vote] = []
        self.applied = 0
        self.dead = False
        self.pushes: list[Push] = []
        self.failures: deque[str] = deque()
        self.batches: list[int] = []

    def talk(self, address: Address) -> FarTalk:
        return FarTalk(self)

    def fail(self, when: str) -> None:
        if self.dead or (self.failures and self.failures[0] == when):
            if not self.dead:
                self.failures.popleft()
            raise Unreachable(when)


class FarTalk:
    """One connection."""

    def __init__(self, far: Far) -> None:
        self.far = far
        self.answers: deque[FromServer] = deque()
        far.fail("connect")
        if far.failures and far.failures[0].startswith("refuse "):
            raise Refusal(far.failures.popleft().removeprefix("refuse "))

    def greet(self, greeting: FromLearner) -> Welcome:
        assert greeting == Return("token")
        self.answers += [push for push in self.far.pushes if push.number > self.far.applied]
        return Welcome("", "Ana", "first-child", "", 0, len(self.far.kept), 1_000_000, self.far.terms)

    def say(self, message: FromLearner) -> None:
        self.far.fail("before")
        if isinstance(message, Applied):
            self.far.applied = message.number
        elif isinstance(message, Vote):
            self.far.votes.append(message)
        elif isinstance(message, Look):
            self.answers.append(Stage(7, message.after + 1, self.far.stage[message.after :]))
        elif isinstance(message, Inputs):
            assert message.first == len(self.far.kept) + 1
            self.far.kept += message.lines
            self.far.batches.append(len(message.lines))
            self.far.fail("after")
            self.answers.append(Kept(len(self.far.kept)))

    def hear(self, seconds: float) -> FromServer | None:
        return self.answers.popleft() if self.answers else None

    def close(self) -> None:
        pass


@pytest.fixture
def far(monkeypatch: pytest.MonkeyPatch) -> Far:
    server = Far()
    monkeypatch.setattr(module, "Talk", server.talk)
    return server


def log_of(count: int) -> LogWriter:
    log = LogWriter(new_header("one-host", "ws2008", 0))
    for number in range(count):
        log.append(Entry(number, "command", text=f"Get-VM {number}"))
    return log


@pytest.mark.parametrize(
    "failures", [[], ["connect"] * 3, ["before"], ["after"], ["after", "connect", "before", "after"]]
)
def test_everything_arrives_once_whenever_the_connection_breaks(far: Far, failures: list[str]) -> None:
    far.failures.extend(failures)
    log = log_of(600)
    link = Link(ADDRESS, ENROLMENT, waits=(0.0,))
    link.begin(log)
    while far.failures:
        link.wait()
    assert link.close(patience=60)
    assert far.kept == log.entries and not far.failures
    assert max(far.batches) <= 256


def test_without_a_server_the_link_says_so_and_lets_go(far: Far) -> None:
    far.dead = True
    link = Link(ADDRESS, ENROLMENT)
    link.begin(log_of(1))
    link.wait()
    assert not link.close(patience=60)
    text = Text("en")
    assert link.news(text)[0] == text("classroom.link.off")


def test_a_refusal_ends_the_link_with_its_reason(far: Far) -> None:
    far.failures.append("refuse erased")
    link = Link(ADDRESS, ENROLMENT)
    link.begin(log_of(1))
    link.wait()
    assert not link.close(patience=60)
    text = Text("de")
    assert link.news(text) == [text("classroom.refused.erased"), text("classroom.link.ended")]


def test_what_was_pushed_is_due_once_over_connections_and_sessions(far: Far) -> None:
    far.pushes = [Push(1, "message", "one"), Push(2, "command", "a\x1b]0;x\x07\nb")]
    session = Session()
    link = Link(ADDRESS, ENROLMENT, waits=(0.0,))
    link.begin(session.log)
    texts = []
    while len(texts) < 2:
        link.wait()
        while (push := link.due()) is not None:
            arrive(session, push)
            texts.append(push.text)
    assert link.close(patience=60)
    assert texts == ["one", "a\ufffd]0;x\ufffd\nb"]
    assert far.applied == 2 == arrived(session.log.entries)

    far.applied = 0  # the server died before it had noted that
    again = Link(ADDRESS, ENROLMENT, waits=(0.0,))
    again.begin(session.log)
    assert again.close(patience=60)
    assert again.due() is None


def test_only_marks_of_the_class_count_as_such() -> None:
    names = ("mine", f"{MARK}3", f"{MARK}2", f"{MARK}x", f"{MARK}99999999999", f"{MARK}²")
    assert arrived([Entry(0, "bookmark", name=name) for name in names]) == 3


def test_an_exam_is_kept_by_the_servers_clock_and_waits_for_a_connection(far: Far) -> None:
    text, table = Text("en"), Session().table
    far.terms = Terms(10, ["Get-*"], begun=1_000_000 - 60_000)
    link = Link(ADDRESS, ENROLMENT, waits=(0.0,))
    assert (
        link.forbids("Get-VM", table, text) == "" and link.left() is None
    )  # nothing is known of an exam yet
    link.begin(log_of(1))
    while not link.news(text):
        link.wait()
    assert link.left() in (539, 540) and link.forbids("Get-VM", table, text) == ""
    assert "Start-VM" in link.forbids("Start-VM web01", table, text)
    assert link.close(patience=60)
    assert link.forbids("Get-VM", table, text) == text("classroom.exam.offline")


def test_votes_go_over_a_connection_and_a_shown_lab_comes_over_it(far: Far) -> None:
    ballot = free("q | a | b")
    assert ballot is not None
    far.pushes = [Push(1, "follow", ""), Push(2, "poll", msgspec.json.encode(ballot).decode())]
    far.stage = [Entry(n, "command", text=f"Get-VM {n}") for n in range(3)]
    session = Session()
    link = Link(ADDRESS, ENROLMENT, waits=(0.0,))
    assert not link.vote(1)
    link.begin(session.log)
    while (push := link.due()) is None or push.kind != "poll":
        link.wait()
    assert link.showing and link.vote(2)
    while (seen := link.watch()) is None:
        link.wait()
    assert seen == (7, far.stage) and link.watched(2) == far.stage[2:]
    assert link.close(patience=60)
    assert far.votes == [Vote(0, 1, 2)]


def test_a_further_lesson_has_an_enrolment_and_a_record_of_its_own(tmp_path: Path) -> None:
    remember(tmp_path / "enrolment.json", ENROLMENT)
    part = msgspec.json.encode(Part("other", "../snap/shots", "d", 7, {"en": "", "de": ""})).decode()
    given = remember_part(tmp_path, ENROLMENT, part)
    assert given == Enrolment("other", "Ana", "../snap/shots", "d", 7, "snapshots.jsonl")
    assert remembered(tmp_path / "enrolment.json") == given
    back = msgspec.json.encode(Part("third", ENROLMENT.lesson, "", 0, {"en": "", "de": ""})).decode()
    assert remember_part(tmp_path, given, back) == Enrolment(
        "third", "Ana", ENROLMENT.lesson, "", 0, "session.jsonl"
    )
    assert remember_part(tmp_path, ENROLMENT, part).record == given.record


def test_a_groups_lab_asks_for_commands_and_sends_no_log(far: Far) -> None:
    text = Text("en")
    session = Session()
    link = Link(ADDRESS, msgspec.structs.replace(ENROLMENT, team=3))
    assert link.shared
    assert link.forbids("Get-VM", session.table, text) == text("classroom.team.no_link")
    link._connected = True
    link._team = Team("Alpha", "network", [Member("Ana", "network"), Member("Ben", "storage")])
    assert link.forbids("", session.table, text) == text("classroom.team.no_time")
    assert "Ben" in link.forbids("New-VHD C:\\a.vhd", session.table, text)
    assert link.forbids("Get-VM", session.table, text) == ""
    link._away = Away(["Ben"], "pause")
    assert link.forbids("Get-VM", session.table, text) == text("classroom.team.waits", names="Ben")
    link._away = Away(["Ben"], "go-on")
    assert link.forbids("Get-VM", session.table, text) == ""
    link.order("Get-VM")
    assert list(link._says) == [Ask("Get-VM")]
    log = log_of(3)
    link.begin(log)
    assert link.close()
    assert far.kept == []


def test_an_order_that_came_but_was_not_done_comes_again(far: Far) -> None:
    log = log_of(2)
    log.append(Entry(2, "bookmark", name=f"{MARK}5"))
    assert pending_order(log.entries) == 5
    link = Link(ADDRESS, msgspec.structs.replace(ENROLMENT, team=3))
    far.pushes = [Push(5, "order", '{"by":"Ben","role":"storage","text":"Get-VHD"}')]
    link.begin(log)
    while (push := link.due()) is None:
        link.wait()
    assert push.number == 5 and ordered(push) == "Get-VHD"
    link.close()
