"""Attacks on what goes on in a class: groups and their roles, polls, what is shown, launches of platforms, an exam.

Each prepares what it attacks with the instructor's password, then tries as a learner or a stranger.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.classroom import testplatform
from tests.classroom.attacks import Attack, Channel, Target, heard, inputs, join
from tests.classroom.testplatform import CLAIM, ISSUER

LESSON = "scenario:one-host"
_names = itertools.count(1)


def fresh(prefix: str) -> str:
    return f"{prefix} {next(_names)}"


def hear(channel: Channel, *kinds: str) -> dict[str, Any]:
    """The next message of some kinds, or a refusal; what else is told meanwhile is passed over."""
    while True:
        message: dict[str, Any] = json.loads(channel.recv())
        if message["type"] in (*kinds, "refused") or message.get("kind") in kinds:
            return message


# -- groups ---------------------------------------------------------------------------------------


def in_a_group(target: Target) -> tuple[Target, Target]:
    """Two learners in one lab: the host's administrator, and whoever attacks, in the role network."""
    names = [fresh("host"), fresh("network")]
    members = [join(target, name) for name in names]
    with members[0].inside() as one, members[1].inside() as two:
        order = {
            "act": "make",
            "name": fresh("group"),
            "members": [f"{names[0]}=host", f"{names[1]}=network"],
        }
        target.teach("/group", **order, lesson=LESSON, lost="go-on")
        parts = [json.loads(hear(channel, "lesson")["text"]) for channel in (one, two)]
    host, network = (
        replace(member, token=part["token"]) for member, part in zip(members, parts, strict=True)
    )
    return host, network


def as_network(message: dict[str, Any]) -> Callable[[Target], str]:
    """What the role network gets for a message."""

    def attack(target: Target) -> str:
        _, network = in_a_group(target)
        with network.inside() as channel:
            channel.send(json.dumps(message))
            answer = hear(channel, "turned", "order", "kept")
            return str(answer.get("reason") or answer.get("kind") or answer["type"])

    return attack


def ask(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "ask", "text": text, **more}


def stopping(made: int, to: int = 1) -> Callable[[Target], str]:
    """What the role network gets for stopping the host's command; `made` is added to its number."""

    def attack(target: Target) -> str:
        host, network = in_a_group(target)
        with host.inside() as one, network.inside() as two:
            one.send(json.dumps(ask("Start-Sleep 60")))
            number = hear(two, "order")["number"]
            two.send(json.dumps({"type": "halt", "number": number + made, "to": to}))
            answer = hear(two, "turned", "order")
            return str(answer.get("reason") or answer["type"])

    return attack


def _from_outside(target: Target) -> str:
    in_a_group(target)
    channel = join(target, fresh("outside")).inside()
    channel.send(json.dumps(ask("Stop-VM web01")))
    return heard(channel)


def _group_by_a_learner(target: Target) -> str:
    body = json.dumps({"act": "make", "name": "mine", "members": ["Victim=storage"], "lesson": LESSON})
    learner = join(target, fresh("mallory"))
    status, _, _ = target.call("POST", "/group", body, f"Authorization: Bearer {learner.token}")
    return str(status)


# -- polls ----------------------------------------------------------------------------------------


def counted(votes: list[dict[str, int]], *, closed: bool = False) -> Callable[[Target], str]:
    """How many of somebody's votes are counted; `poll` and `round` are filled in unless they are given."""

    def attack(target: Target) -> str:
        target.teach("/poll", act="open", words="How many? | one | two")
        with join(target, fresh("voter")).inside() as channel:
            while (pushed := hear(channel, "poll")) and pushed.get("kind") != "poll":
                pass
            ballot = json.loads(pushed["text"])
            if closed:
                target.teach("/poll", act="show")
            for vote in votes:
                asked = {"type": "vote", "poll": ballot["poll"], "round": ballot["round"], **vote}
                channel.send(json.dumps(asked))
            channel.send(json.dumps(inputs(1, "Get-VM")))
            hear(channel, "kept")  # all before it has been heard
        view = json.loads(target.teach("/class", "GET"))
        return str(sum(sum(row) for row in view["poll"]["rounds"]))

    return attack


# -- what others see ------------------------------------------------------------------------------


def as_shown(name: str, text: str, path: str, forbidden: str) -> Callable[[Target], str]:
    """Whether a name or a command comes out of a page of the instructor's as it was put in."""

    def attack(target: Target) -> str:
        learner = join(target, name) if name else join(target, fresh("shown"))
        with learner.inside() as channel:
            channel.send(json.dumps(inputs(1, text)))
            hear(channel, "kept")
        page = target.teach(path, "GET")
        return "shown raw" if forbidden in page or json.dumps(forbidden)[1:-1] in page else "neutralized"

    return attack


def _the_shown_lab(target: Target) -> str:
    target.teach("/stage", act="begin")
    learner = join(target, fresh("mallory"))
    status, _, _ = target.call("GET", "/learner/%E2%98%85", "", f"Authorization: Bearer {learner.token}")
    target.teach("/stage", act="end")
    return str(status)


def _mark_of_a_push(target: Target) -> str:
    learner = join(target, fresh("mallory"))
    with learner.inside() as channel:
        channel.send(json.dumps({"type": "applied", "number": 1 << 31}))
        channel.send(json.dumps(inputs(1, "Get-VM")))
        hear(channel, "kept")
    target.teach("/push", kind="message", text="for all")
    with learner.inside() as channel:  # it must not be passed over: what was not sent yet cannot have arrived
        return str(hear(channel, "message").get("kind"))


def from_a_page(method: str, path: str) -> Callable[[Target], str]:
    """What another site's page gets in the browser of an instructor: it has no password to send."""

    def attack(target: Target) -> str:
        sent = ("Origin: https://evil.example", "Content-Type: text/plain", "Cookie: hvlab_class=x")
        return str(target.call(method, path, json.dumps({"kind": "command", "text": "Stop-VM *"}), *sent)[0])

    return attack


# -- launches -------------------------------------------------------------------------------------


class Visit:
    """A browser on its way from the platform to the class."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.asked = {"iss": ISSUER, "login_hint": "u", "target_link_uri": "https://hvlab/lti/launch"}
        _, headers, _ = target.call("GET", "/lti/login?" + urlencode(self.asked))
        sent = parse_qs(urlsplit(headers["location"]).query)
        self.state, self.nonce = sent["state"][0], sent["nonce"][0]
        self.cookie = headers["set-cookie"].partition(";")[0]

    def launch(self, token: str, *, state: str = "", cookie: str | None = None) -> str:
        form = urlencode({"state": state or self.state, "id_token": token})
        kind = "Content-Type: application/x-www-form-urlencoded"
        sent = self.cookie if cookie is None else cookie
        return str(self.target.call("POST", "/lti/launch", form, kind, f"Cookie: {sent}")[0])


def launched(**claims: Any) -> Callable[[Target], str]:
    """A launch with something wrong in it; `by` another key."""

    def attack(target: Target) -> str:
        visit = Visit(target)
        return visit.launch(testplatform.launch(visit.nonce, **claims))

    return attack


def _replayed(target: Target) -> str:
    visit = Visit(target)
    token = testplatform.launch(visit.nonce)
    first = visit.launch(token)
    assert first == "200", first
    return visit.launch(token)


def _nonce_of_ones_own(target: Target) -> str:
    visit = Visit(target)
    return visit.launch(testplatform.launch("7fffffff.00." + "0" * 48))


def _anothers_browser(target: Target) -> str:
    visit = Visit(target)
    return visit.launch(testplatform.launch(visit.nonce), cookie="")


def _unsigned(target: Target) -> str:
    visit = Visit(target)
    _, body, _ = testplatform.launch(visit.nonce).split(".")
    return visit.launch(f"eyJhbGciOiJub25lIiwia2lkIjoiazEifQ.{body}.")


def _ticket(target: Target) -> str:
    form = urlencode({"ticket": "e30=." + "0" * 48, "lesson": ""})
    kind = "Content-Type: application/x-www-form-urlencoded"
    return str(target.call("POST", "/lti/choose", form, kind)[0])


def _launched_as_instructor(target: Target) -> str:
    visit = Visit(target)
    role = ["http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"]
    form = urlencode(
        {"state": visit.state, "id_token": testplatform.launch(visit.nonce, **{f"{CLAIM}roles": role})}
    )
    kind = "Content-Type: application/x-www-form-urlencoded"
    _, _, page = target.call("POST", "/lti/launch", form, kind, f"Cookie: {visit.cookie}")
    key = page.partition("--key ")[2].partition("<")[0]
    return str(target.call("GET", "/class", "", f"Authorization: Bearer {key}")[0])


def _name_of_a_script(target: Target) -> str:
    visit = Visit(target)
    token = testplatform.launch(visit.nonce, sub=fresh("user"), name="<script>alert(1)</script>")
    form = urlencode({"state": visit.state, "id_token": token})
    kind = "Content-Type: application/x-www-form-urlencoded"
    _, _, page = target.call("POST", "/lti/launch", form, kind, f"Cookie: {visit.cookie}")
    return "shown raw" if "<script>alert" in page else "neutralized"


INSIDE = [
    Attack("a host's command by the network's role", as_network(ask("New-VM x")), ("group-denied",)),
    Attack(
        "the same behind an alias",
        as_network(ask("Set-Alias Get-Thing New-VM; Get-Thing x")),
        ("group-denied",),
    ),
    Attack(
        "the same by a name made up at run time", as_network(ask("& ('New' + '-VM') x")), ("group-denied",)
    ),
    Attack("another role with a command", as_network(ask("New-VM x", role="host")), ("malformed",)),
    Attack("an answer in another's name", as_network(ask("Get-VM", by="host 1")), ("malformed",)),
    Attack("inputs beside the group's order", as_network(inputs(1, "New-VM x")), ("group-only",)),
    Attack("going back in a group's lab alone", as_network(ask("Undo-Lab")), ("group-denied",)),
    Attack("stopping what another role has begun", stopping(0), ("group-not-yours",)),
    Attack("stopping what was done before", stopping(-1), ("group-passed",)),
    Attack("stopping at a time before all times", stopping(0, -1), ("malformed",)),
    Attack("a command for a group one is not in", _from_outside, ("no-group",)),
    Attack("a group of a learner's making", _group_by_a_learner, ("401",)),
    Attack("two votes", counted([{"choice": 1}, {"choice": 2}]), ("1",)),
    Attack("a vote for what was not to choose", counted([{"choice": 9}]), ("0",)),
    Attack("a vote after the end", counted([{"choice": 1}], closed=True), ("0",)),
    Attack("a vote in a round to come", counted([{"choice": 1, "round": 7}]), ("0",)),
    Attack("a vote in a poll of the future", counted([{"choice": 1, "poll": 9999}]), ("0",)),
    Attack(
        "a script as name, in the report",
        as_shown("<script>x</script>", "Get-VM", "/results/html", "<script>x<"),
        ("neutralized",),
    ),
    Attack(
        "a formula as name, in the table",
        as_shown("=1+1", "Get-VM", "/results/csv", "\n=1+1"),
        ("neutralized",),
    ),
    Attack(
        "an escape sequence in a command, in the list",
        as_shown("", "Get-VM '\x1b]52;c;eA==\x07'", "/class", "\x1b]52"),
        ("neutralized",),
    ),
    Attack(
        "text from right to left, in the debrief",
        as_shown("", "Get-VM '\u202egnp.exe'", "/debrief", "\u202e"),
        ("neutralized",),
    ),
    Attack("the log of the lab that is shown", _the_shown_lab, ("401",)),
    Attack("having had what is not sent yet", _mark_of_a_push, ("message",)),
    Attack("a push from another site's page", from_a_page("POST", "/push"), ("401",)),
    Attack("an erasure from another site's page", from_a_page("DELETE", "/learner/Victim"), ("401",)),
    Attack("a launch by another key", launched(by="stranger"), ("401",)),
    Attack("a launch without a signature", _unsigned, ("401",)),
    Attack("a launch twice", _replayed, ("401",)),
    Attack("a launch with a nonce of one's own", _nonce_of_ones_own, ("401",)),
    Attack("a launch in another's browser", _anothers_browser, ("401",)),
    Attack("a launch from another deployment", launched(**{f"{CLAIM}deployment_id": "other"}), ("401",)),
    Attack("a launch for another tool", launched(aud="client-8"), ("401",)),
    Attack("a launch of last year", launched(iat=1_700_000_000), ("401",)),
    Attack("a launch as instructor, then the class", _launched_as_instructor, ("401",)),
    Attack("a script as a platform's name for somebody", _name_of_a_script, ("neutralized",)),
    Attack("a choice of lessons without a ticket", _ticket, ("401",)),
]


# -- an exam --------------------------------------------------------------------------------------


def at_the_exam(*messages: dict[str, Any]) -> Callable[[Target], str]:
    """What the last of some messages gets before the exam begins."""

    def attack(target: Target) -> str:
        with join(target, fresh("early")).inside() as channel:
            for message in messages:
                channel.send(json.dumps(message))
            answer = hear(channel, "kept")
            return str(answer.get("reason") or answer["type"])

    return attack


def with_token(method: str, path: str, **order: Any) -> Callable[[Target], str]:
    """A request with a learner's token."""

    def attack(target: Target) -> str:
        learner = join(target, fresh("mallory"))
        return str(target.call(method, path, json.dumps(order), f"Authorization: Bearer {learner.token}")[0])

    return attack


AT_AN_EXAM = [
    Attack(
        "inputs before the beginning, as the start's", at_the_exam(inputs(1, "New-VM x")), ("exam-start",)
    ),
    Attack("the same, of something the exam allows", at_the_exam(inputs(1, "Get-VM")), ("exam-start",)),
    Attack("home to another lesson", at_the_exam({"type": "back"}), ("exam-lesson",)),
    Attack("one's result before the release", with_token("GET", "/mine"), ("403",)),
    Attack("the release, by a learner", with_token("POST", "/exam", act="release"), ("401",)),
    Attack("all results, by a learner", with_token("GET", "/results/csv"), ("401",)),
    Attack("the debrief with its errors, by a learner", with_token("GET", "/debrief"), ("401",)),
    Attack("another's result by their name", with_token("GET", "/mine?name=Victim&learner=1"), ("403",)),
]
