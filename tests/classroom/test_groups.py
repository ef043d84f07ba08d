"""Groups that share one lab: one order of commands for all, roles that hold, and the rule for the lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import msgspec
import pytest
from sqlalchemy import select
from starlette.testclient import TestClient, WebSocketTestSession

from hvlab.classroom import standing
from hvlab.classroom.messages import Push
from hvlab.classroom.tables import Base, PushRow
from hvlab.course import freelab, grading, library, teams
from hvlab.course.companion import Orders
from hvlab.course.teams import GOING_BACK, denied, may, roles
from hvlab.session.log import Entry
from hvlab.session.session import Session
from hvlab.session.task import Task
from hvlab.text import LANGUAGES, Text
from tests.classroom.support import Room
from tests.classroom.test_server import AUTH, command, join, say

LESSON = "scenario:one-host"
MEMBERS = {"Ana": "host", "Ben": "storage", "Cem": "network"}


def hear(socket: WebSocketTestSession, kind: str) -> dict[str, Any]:
    """The next message of a kind; what else is told meanwhile is passed over."""
    while True:
        heard: dict[str, Any] = json.loads(socket.receive_text())
        if kind in (heard["type"], heard.get("kind")):
            return heard
        assert heard["type"] != "refused", heard


class Group:
    """Three learners, of whom each has a place in one lab."""

    def __init__(self, room: Room, client: TestClient) -> None:
        self.room, self.client = room, client
        self.tokens: dict[str, str] = {}
        with ExitStack() as stack:
            sockets = {}
            for name in MEMBERS:
                sockets[name] = stack.enter_context(client.websocket_connect("/learn"))
                join(sockets[name], name)
            self.made = self.make("Alpha", MEMBERS)
            self.tell()
            for name, socket in sockets.items():
                part = json.loads(hear(socket, "lesson")["text"])
                assert part["lesson"] == LESSON and part["team"]
                self.tokens[name] = part["token"]

    def make(self, name: str, members: dict[str, str], **more: str) -> int:
        order = {"act": "make", "name": name, "members": [f"{n}={r}" for n, r in members.items()]}
        return self.client.post("/group", json={"lesson": LESSON, **order, **more}, auth=AUTH).status_code

    def tell(self) -> None:
        assert self.client.portal is not None
        self.client.portal.call(self.room.server.tell)

    def perform(self) -> None:
        assert self.client.portal is not None
        self.client.portal.call(self.room.server.perform)

    def enter(self, stack: ExitStack, name: str) -> WebSocketTestSession:
        socket: WebSocketTestSession = stack.enter_context(self.client.websocket_connect("/learn"))
        welcome = say(socket, type="return", token=self.tokens[name])
        assert welcome["team"]["role"] == MEMBERS[name] and welcome["name"] == name
        return socket

    def texts(self) -> list[str]:
        lab = next(iter(self.room.store.teams())).lab.id
        return [json.loads(order)["text"] for order in self.room.store.orders(lab)]


@pytest.fixture
def group(room: Room) -> Iterator[Group]:
    with TestClient(room.server.app()) as client:
        yield Group(room, client)


def ask(socket: WebSocketTestSession, text: str) -> None:
    socket.send_text(json.dumps({"type": "ask", "text": text}))


def test_all_hear_each_command_once_and_in_one_order_and_the_server_does_them_too(group: Group) -> None:
    given = [
        ("Ana", "New-VM web01 -MemoryStartupBytes 512MB"),
        ("Ben", "New-VHD C:\\VHDs\\a.vhd -SizeBytes 10GB"),
        ("Cem", "New-VMSwitch outside -SwitchType Private"),
        ("Ben", "Add-VMHardDiskDrive web01 -Path C:\\VHDs\\a.vhd"),
        ("Ana", "Start-VM web01; Get-VM"),
    ]
    with ExitStack() as stack:
        sockets = {name: group.enter(stack, name) for name in MEMBERS}
        heard: dict[str, list[str]] = {name: [] for name in MEMBERS}
        for name, text in given:
            ask(sockets[name], text)
            for other, socket in sockets.items():
                order = json.loads(hear(socket, "order")["text"])
                assert (order["by"], order["role"]) == (name, MEMBERS[name])
                heard[other].append(order["text"])
        assert heard == {name: [text for _, text in given] for name in MEMBERS}
        group.perform()
        rows = group.client.get("/class", auth=AUTH).json()["rows"]
        assert [(row["name"], row["role"], row["commands"], row["here"]) for row in rows] == [
            (name, role, 6, True) for name, role in MEMBERS.items()
        ]
    logs = {group.client.get(f"/learner/{name}", auth=AUTH).text for name in MEMBERS}
    assert len(logs) == 1  # it is one lab
    replayed = grading.replay_log(library.find(LESSON), logs.pop().encode(), "log")
    member = grading.open_session(
        library.find(LESSON)
    )  # what a member's program does: the texts, as they come
    for _, text in given:
        member.bookmark("class-push-1")
        member.run(text)
    assert replayed.world.digest() == member.world.digest()
    assert len(replayed.log.entries) == 6


def test_a_restarted_server_does_the_groups_log_again_and_finds_the_same(group: Group) -> None:
    with ExitStack() as stack:
        sockets = {name: group.enter(stack, name) for name in MEMBERS}
        ask(sockets["Ana"], "New-VM web01")
        hear(sockets["Ana"], "order")
        group.perform()
        group.room.server._performed.clear()
        standing._groups.clear()
        for text in ("Start-VM web01", "Get-VM"):
            ask(sockets["Ana"], text)
            hear(sockets["Ana"], "order")
        group.perform()
    lab = group.room.store.teams()[0].lab
    entries = group.room.store.log(lab.id)
    assert [entry.text for entry in entries] == ["New-VM web01", "Start-VM web01", "Get-VM"]
    assert entries[2].at > 0  # where it was given follows from the lab, not from what a client says


FORGED: list[tuple[str, dict[str, Any], str]] = [
    ("another role in the message", {"type": "ask", "text": "New-VM x", "role": "host"}, "malformed"),
    ("another name in the message", {"type": "ask", "text": "New-VM x", "by": "Ana"}, "malformed"),
    ("another group in the message", {"type": "ask", "text": "New-VM x", "team": 1}, "malformed"),
    (
        "an order of one's own making",
        {"type": "push", "kind": "order", "text": "{}", "number": 9},
        "malformed",
    ),
    ("nothing", {"type": "ask", "text": ""}, "malformed"),
    ("a giant", {"type": "ask", "text": "x" * 5000}, "malformed"),
    ("a list", {"type": "ask", "text": ["New-VM x"]}, "malformed"),
    (
        "a log beside the group's",
        {"type": "inputs", "first": 1, "lines": [command("New-VM x")]},
        "group-only",
    ),
    ("the other's place by name", {"type": "join", "secret": "ABCD2345", "name": "Ana"}, "known-already"),
]
"""What a member who knows the protocol tries, and why the connection ends."""

SMUGGLED = [
    "New-VM x",
    "Get-VM; New-VM x",
    "Get-VM | Stop-VM",
    "1 | % { Remove-VM web01 }",
    '"$(New-VM x)"',
    "function Get-Thing { New-VM x }",
    "Set-Alias Get-Thing New-VM",
    "New-Alias -Name Get-Thing -Value New-VM",
    "sal Get-Thing $what",
    "& ('New' + '-VM') x",
    "$do = { New-VM x }; & $do",
    ". C:\\evil.ps1",
    "(Get-WmiObject Msvm_ComputerSystem -Namespace root\\virtualization).RequestStateChange(3)",
    "$service.InvokeMethod('DestroyVirtualSystem', $null)",
    "$service.$method(1)",
    "gwmi Msvm_ComputerSystem | % RequestStateChange",
    "Undo-Lab",
    "Redo-Lab",
    "Move-Lab -Event 1",
    "NEW-vhd C:\\a.vhd -SizeBytes 1GB",
    "Import-LabFile C:\\secrets.vhd",
    "Add-LabFault LostInterrupt",
]
"""What somebody in the role network tries in order to do what only others may."""


@pytest.mark.parametrize(("what", "message", "reason"), FORGED, ids=[row[0] for row in FORGED])
def test_a_member_who_forges_something_is_refused(
    group: Group, what: str, message: dict[str, Any], reason: str
) -> None:
    with ExitStack() as stack:
        for name in ("Ana", "Ben"):
            group.enter(stack, name)
        cem = group.enter(stack, "Cem")
        cem.send_text(json.dumps(message))
        while (heard := json.loads(cem.receive_text()))["type"] in ("away", "push"):
            pass
        assert (heard["type"], heard["reason"]) == ("refused", reason), what
    assert group.texts() == []


def test_no_way_of_writing_a_command_gets_around_a_role(group: Group) -> None:
    with ExitStack() as stack:
        for name in ("Ana", "Ben"):
            group.enter(stack, name)
        cem = group.enter(stack, "Cem")
        for text in SMUGGLED:
            ask(cem, text)
            turned = hear(cem, "turned")
            assert (turned["reason"], turned["text"]) == ("group-denied", text)
        ask(cem, "Get-VMSwitch")
        assert json.loads(hear(cem, "order")["text"])["text"] == "Get-VMSwitch"
    assert group.texts() == ["Get-VMSwitch"]


def test_who_is_in_no_group_or_left_it_puts_nothing_into_its_log(group: Group) -> None:
    with group.client.websocket_connect("/learn") as dora:
        join(dora, "Dora")
        ask(dora, "Get-VM")
        assert json.loads(dora.receive_text())["reason"] == "no-group"
    order = {"kind": "lesson", "text": group.room.lesson.id, "to": ["Cem"]}
    assert group.client.post("/push", json=order, auth=AUTH).status_code == 204
    with ExitStack() as stack:
        group.enter(stack, "Ana")
        group.enter(stack, "Ben")
        socket = stack.enter_context(group.client.websocket_connect("/learn"))
        say(socket, type="return", token=group.tokens["Cem"])  # an old token of a place that was left
        ask(socket, "Get-VMSwitch")
        while (heard := json.loads(socket.receive_text()))["type"] != "refused":
            pass
        assert heard["reason"] == "no-group"
    assert group.texts() == []


def test_a_lost_connection_pauses_the_lab_or_does_not_as_the_instructor_says(group: Group) -> None:
    with ExitStack() as stack:
        ana = group.enter(stack, "Ana")
        group.enter(stack, "Ben")
        with ExitStack() as cems:
            group.enter(cems, "Cem")
            group.tell()
            ask(ana, "Get-VM")
            hear(ana, "order")
        group.tell()
        assert hear(ana, "away")["names"] == ["Cem"]
        ask(ana, "New-VM web01")
        assert hear(ana, "turned")["reason"] == "group-waits"
        rule = {"act": "rule", "name": "Alpha", "lost": "go-on"}
        assert group.client.post("/group", json=rule).status_code == 401
        assert group.client.post("/group", json=rule, auth=AUTH).status_code == 204
        ask(ana, "New-VM web01")
        assert json.loads(hear(ana, "order")["text"])["text"] == "New-VM web01"
        with ExitStack() as cems:  # and who was away is told what was done meanwhile, in its order
            cem = group.enter(cems, "Cem")
            told = [json.loads(hear(cem, "order")["text"])["text"] for _ in range(2)]
            assert told == ["Get-VM", "New-VM web01"]
            group.tell()
            while hear(ana, "away")["names"]:
                pass
    assert group.texts() == ["Get-VM", "New-VM web01"]


def test_what_the_instructor_runs_is_in_the_groups_order_and_comes_once(group: Group) -> None:
    order = {"kind": "command", "text": "Get-VM nobody", "to": ["Ana", "Ben"]}
    with ExitStack() as stack:
        ana = group.enter(stack, "Ana")
        cem = group.enter(stack, "Cem")
        assert group.client.post("/push", json=order, auth=AUTH).status_code == 204
        assert (
            group.client.post("/push", json={"kind": "message", "text": "hi"}, auth=AUTH).status_code == 204
        )
        group.tell()
        for socket in (ana, cem):  # Cem too: it is one lab
            assert json.loads(hear(socket, "push")["text"]) == {"by": "", "role": "", "text": "Get-VM nobody"}
            assert hear(socket, "push")["text"] == "hi"
    assert group.texts() == ["Get-VM nobody"]


def test_groups_are_made_of_learners_once_each_in_known_roles(group: Group) -> None:
    assert group.made == 204
    assert group.make("Alpha", MEMBERS) == 409
    assert group.make("Beta", {"Ana": "king"}) == 400
    assert group.make("Beta", {"Nobody": "host"}) == 400
    assert group.make("Beta", {}) == 400
    assert group.make("Beta", MEMBERS, lesson="../first") == 404
    assert group.make("Beta", MEMBERS, lesson="scenario:../one-host") == 404
    (found,) = group.client.get("/group", auth=AUTH).json()
    assert [(one["name"], one["role"]) for one in found["members"]] == list(MEMBERS.items())
    assert group.client.get("/group").status_code == 401


def test_who_is_erased_leaves_the_others_their_lab_but_not_a_name(group: Group) -> None:
    with ExitStack() as stack:
        sockets = {name: group.enter(stack, name) for name in MEMBERS}
        ask(sockets["Ana"], "New-VM web01")
        hear(sockets["Ana"], "order")
    assert group.client.delete("/learner/Ana", auth=AUTH).status_code == 204
    assert group.texts() == ["New-VM web01"]
    with group.room.store._engine.connect() as connection:
        assert all("Ana" not in text for text in connection.scalars(select(PushRow.text)))


def test_a_class_that_is_kept_for_a_time_forgets_everybody_after_it(group: Group) -> None:
    room = group.room
    assert group.client.portal is not None
    room.server.keep_days = 2
    with ExitStack() as stack:
        sockets = {name: group.enter(stack, name) for name in MEMBERS}
        ask(sockets["Ana"], "New-VM web01")
        hear(sockets["Ana"], "order")
        group.perform()
        room.clock.seconds = room.data.expires / 1000 + 2 * 86400
        group.client.portal.call(room.server.forget)
        assert len(room.store.learners()) == 3  # to the end of the last day
        room.clock.seconds += 1
        group.client.portal.call(room.server.forget)
        while (heard := json.loads(sockets["Ben"].receive_text()))["type"] != "refused":
            pass
        assert heard["reason"] == "erased"
    with room.store._engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            kept = connection.execute(select(table)).all()
            assert bool(kept) == (table.name == "class"), table.name
    group.client.portal.call(room.server.forget)  # there is nobody left


# -- the roles ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def lab() -> Session:
    return grading.open_session(library.find(LESSON))


def test_each_command_of_the_lab_is_for_somebody_unless_it_goes_back(lab: Session) -> None:
    names = {cmdlet.name for cmdlet in lab.table}
    nobody = {name for name in names if not any(may(role.id, name) for role in roles().role)}
    assert nobody == GOING_BACK


def test_each_pattern_of_a_role_means_a_command(lab: Session) -> None:
    names = [cmdlet.name for cmdlet in lab.table]
    for role in roles().role:
        for pattern in role.commands:
            alone = teams.Role(role.id, role.title, [pattern])
            assert any(teams.fits(name, alone.commands) for name in names), pattern


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refusal_names_the_command_and_who_may(lab: Session, language: str) -> None:
    text = Text(language)
    members = [teams.Member(name, role) for name, role in MEMBERS.items()]
    team = teams.Team("Alpha", "network", members)
    why = denied("Get-VM | % { New-VHD C:\\a.vhd }", "network", lab.table)
    assert why is not None
    said = teams.told_denied(why, team, text)
    assert "New-VHD" in said and "Ben" in said and teams.title("storage", language) in said
    back = denied("Undo-Lab", "host", lab.table)
    assert back is not None and "Undo-Lab" in teams.told_denied(back, team, text)


# -- scenarios ----------------------------------------------------------------------------------------


def test_a_scenario_is_given_and_the_lab_before_it_gone_back_to(room: Room) -> None:
    def push(client: TestClient, kind: str, text: str, to: list[str]) -> int:
        order = {"kind": kind, "text": text, "to": to}
        return client.post("/push", json=order, auth=AUTH).status_code

    with TestClient(room.server.app()) as client:
        assert client.portal is not None
        with client.websocket_connect("/learn") as ana, client.websocket_connect("/learn") as ben:
            home = join(ana)["token"]
            join(ben, "Ben")
            say(ana, type="inputs", first=1, lines=[command("Get-VM first")])
            assert push(client, "scenario", "no-such", []) == 404
            assert push(client, "scenario", "../one-host", []) == 404
            assert push(client, "scenario", "two-nodes", ["Ana"]) == 204
            client.portal.call(room.server.tell)
            part = json.loads(hear(ana, "lesson")["text"])
            assert part["lesson"] == "scenario:two-nodes" and part["title"]["de"]
            assert push(client, "message", "to Ben too", []) == 204
            client.portal.call(room.server.tell)
            assert hear(ben, "push")["text"] == "to Ben too"  # and nothing was given to him
        with client.websocket_connect("/learn") as ana:
            say(ana, type="return", token=part["token"])
            ana.send_text(json.dumps({"type": "inputs", "first": 1, "lines": [command("Get-ClusterNode")]}))
            hear(ana, "kept")
            client.portal.call(room.server.assess)
            row = client.get("/class", auth=AUTH).json()["rows"][0]
            assert (row["name"], row["commands"], row["maximum"], row["refusal"]) == ("Ana", 1, 0, "")
            ana.send_text('{"type": "back"}')
            again = json.loads(hear(ana, "lesson")["text"])
            assert again["lesson"] == room.lesson.id
        with client.websocket_connect("/learn") as ana:
            assert say(ana, type="return", token=home)["reason"] == "unknown-token"  # a new one was given
        with client.websocket_connect("/learn") as ana:
            assert say(ana, type="return", token=again["token"])["kept"] == 1
    assert [entry.text for entry in room.store.log(1)] == ["Get-VM first"]


@pytest.mark.parametrize("name", freelab.names())
def test_each_scenario_can_be_given(name: str) -> None:
    lesson = library.find(name)
    found = msgspec.json.decode(
        standing.assess(name, 0, msgspec.json.encode([Entry(0, "command", text="Get-VM")])),
        type=standing.Standing,
    )
    assert not found.refusal and found.commands == 1
    assert set(lesson.sections) == set(LANGUAGES)


def halt(socket: WebSocketTestSession, number: int, to: int) -> None:
    socket.send_text(json.dumps({"type": "halt", "number": number, "to": to}))


SLEEP = "New-VM web01 -MemoryStartupBytes 64MB; Start-Sleep 600; New-VM web02"
SECOND = 1_000_000_000


def member(text: str, to: int, *, slow: bool) -> Session:
    """A member's lab in which an order ends at a moment: it has done it already, or is in its middle before that."""
    session = grading.open_session(library.find(LESSON))
    orders = Orders(session)
    session.run("Get-VM")
    orders.begin(Push(7, "order", msgspec.json.encode(teams.Order("Ana", "host", text)).decode()))
    if slow:
        task = Task(session, text)
        task.pump(2 * SECOND, 1 << 62)
        assert session.world.now == 2 * SECOND and not task.done
        task.cancel()
    else:
        session.run(text)
    ends = teams.Order("Ana", "host", "", 7, to)
    assert orders.end(Push(8, "order", msgspec.json.encode(ends).decode()))
    return session


def test_who_may_stops_a_command_for_all_at_one_moment_of_the_lab(group: Group) -> None:
    with ExitStack() as stack:
        sockets = {name: group.enter(stack, name) for name in MEMBERS}
        ana, ben = sockets["Ana"], sockets["Ben"]
        ask(ana, "Get-VM")
        first = hear(ana, "order")["number"]
        ask(ana, SLEEP)
        number = hear(ana, "order")["number"]
        group.perform()  # the server's own lab has come to the end of it
        halt(ben, number, 5 * SECOND)
        assert hear(ben, "turned") == {"type": "turned", "reason": "group-not-yours", "text": SLEEP}
        halt(ana, first, 0)
        assert hear(ana, "turned")["reason"] == "group-passed"
        halt(ana, number, 5 * SECOND)
        for socket in sockets.values():
            while not (order := json.loads(hear(socket, "order")["text"])).get("halts"):
                pass
            assert (order["by"], order["halts"], order["to"]) == ("Ana", number, 5 * SECOND)
        halt(ana, number, 4 * SECOND)
        assert hear(ana, "turned")["reason"] == "group-passed"
        group.perform()
        ask(ben, "New-VHD C:\\VHDs\\a.vhd -SizeBytes 1GB")  # and the group goes on
        hear(ben, "order")
        group.perform()
    lab = group.room.store.teams()[0].lab
    kept = group.room.store.log(lab.id)
    (shared,) = standing._groups.values()
    assert shared.session.world.now >= 5 * SECOND
    assert [step.entry.text for step in shared.session.travel.past()][:3] == [
        "Get-VM",
        *SLEEP.split("; ")[:2],
    ]
    standing._groups.clear()
    group.room.server._performed.clear()
    group.perform()  # as another server would
    assert (
        group.room.store.log(lab.id)
        == kept
        == list(next(iter(standing._groups.values())).session.log.entries)
    )
    replayed = grading.replay_log(
        library.find(LESSON), group.client.get("/learner/Ben", auth=AUTH).content, "log"
    )
    assert replayed.world.digest() == next(iter(standing._groups.values())).session.world.digest()


def test_labs_that_were_before_and_behind_the_moment_are_alike_afterwards() -> None:
    labs = [member(SLEEP, to, slow=slow) for to in (5 * SECOND,) for slow in (True, False)]
    assert [lab.world.now for lab in labs] == [5 * SECOND] * 2
    assert labs[0].world.digest() == labs[1].world.digest()
    over = [member(SLEEP, 1 << 62, slow=slow).world.digest() for slow in (True, False)]
    assert over[0] == over[1] != labs[0].world.digest()  # a moment that never comes ends nothing
    early = [member(SLEEP, 0, slow=slow) for slow in (True, False)]
    assert {lab.world.now for lab in early} == {0}
    assert early[0].world.digest() == early[1].world.digest()
    assert (
        next(step.entry.text for step in early[0].travel.past()) == "Get-VM"
    )  # and nobody's work before is undone


def test_who_keeps_the_host_stops_others_commands_too(group: Group) -> None:
    with ExitStack() as stack:
        sockets = {name: group.enter(stack, name) for name in MEMBERS}
        ask(sockets["Ben"], "Start-Sleep 500")
        number = hear(sockets["Ana"], "order")["number"]
        halt(sockets["Ana"], number, SECOND)
        assert json.loads(hear(sockets["Ana"], "order")["text"])["halts"] == number
    with group.client.websocket_connect("/learn") as dora:
        join(dora, "Dora")
        halt(dora, number, 1)
        assert json.loads(dora.receive_text())["reason"] == "no-group"
