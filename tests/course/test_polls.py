"""Polls: what is asked, who may vote for what, and a distribution that adds up and steers no terminal."""

from __future__ import annotations

import msgspec
import pytest

from hvlab.console.cmdlets import CmdletTable
from hvlab.course import polls
from hvlab.course.companion import announced, voted
from hvlab.course.library import all_lessons
from hvlab.course.polls import Ballot, Tally
from hvlab.text import LANGUAGES, Text


class Sent(msgspec.Struct, frozen=True):
    """Something pushed."""

    number: int
    kind: str
    text: str


class Voter:
    """A companion that has a ballot, and a connection or none."""

    def __init__(self, ballot: Ballot | None, connected: bool = True) -> None:
        self.ballot, self.connected, self.paused = ballot, connected, False
        self.votes: list[int] = []
        self.forbidden, self.seconds, self.showing, self.shared = "", None, False, False

    def vote(self, choice: int) -> bool:
        if self.connected:
            self.votes.append(choice)
        return self.connected

    def forbids(self, command: str, table: CmdletTable, text: Text) -> str:
        return self.forbidden

    def order(self, command: str) -> None:
        raise AssertionError("nobody shares this lab")

    def back(self, text: Text) -> str:
        return ""

    def left(self) -> int | None:
        return self.seconds

    def due(self) -> None:
        return None

    def wait(self) -> None:
        raise AssertionError

    def news(self, text: Text) -> list[str]:
        return []


def ballot(words: str = "How many? | one | two | three") -> Ballot:
    made = polls.free(words)
    assert made is not None
    return made


@pytest.mark.parametrize(
    "words",
    [
        "",
        "How many?",
        "How many? | one",
        "| a | b",
        "q | a |  ",
        "q" + "| a" * 10,
        "q | " + "a" * 2000 + "| b",
    ],
)
def test_what_is_no_poll_is_none(words: str) -> None:
    assert polls.free(words) is None


def test_the_lessons_guesses_with_choices_can_be_put_to_all() -> None:
    found = [polls.of_question(question) for lesson in all_lessons() for question in lesson.plan.question]
    ballots = [one for one in found if one is not None]
    assert len(ballots) > 20
    for one in ballots:
        assert set(one.prompt) == set(LANGUAGES) and 2 <= len(one.choices) <= 9


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_distribution_shows_both_rounds_and_fits(language: str) -> None:
    text = Text(language)
    tally = Tally(ballot(), [[12, 6, 2], [1, 19, 0]])
    for width in (100, 75, 58):
        assert max(len(row) for row in polls.distribution(tally, text, width)) <= width
    rows = polls.distribution(tally, text, 100)
    assert rows[0] == "How many?" and max(len(row) for row in rows) <= 100
    assert " 12  60%" in rows[1] and "  1   5%" in rows[1] and " 19  95%" in rows[2]
    assert text("course.poll.sum", round=2, count=20) in rows
    assert polls.counts(ballot(), [(1, 1), (1, 1), (2, 3), (3, 1), (1, 9)], 2) == [[2, 0, 0], [0, 0, 1]]


def test_a_number_is_a_vote_only_while_it_names_an_answer() -> None:
    text = Text("en")
    voter = Voter(ballot())
    assert voted(voter, " 2 ", text) == [text("course.poll.voted", choice="two")]
    assert [voted(voter, line, text) for line in ("4", "0", "22", "Get-VM", "²", "")] == [None] * 6
    assert voter.votes == [2]
    assert voted(Voter(None), "2", text) is None
    assert voted(Voter(ballot(), connected=False), "1", text) == [text("course.poll.not_voted")]


def test_what_is_told_of_a_poll_steers_no_terminal() -> None:
    text = Text("en")
    nasty = ballot("Which\x1b]0;x\x07? | a\x1b[2J | b\u202e")
    sent = Sent(1, "poll", msgspec.json.encode(nasty).decode())
    shown = Sent(2, "tally", msgspec.json.encode(Tally(nasty, [[1, 2]])).decode())
    for one in (sent, shown):
        rows = announced(one, text)
        assert len(rows) >= 3 and all(row.isprintable() for row in rows)
    assert announced(Sent(3, "poll", "{}"), text) == [text("classroom.refused.malformed")]
    assert announced(Sent(4, "tally", '{"ballot": 1}'), text) == [text("classroom.refused.malformed")]
