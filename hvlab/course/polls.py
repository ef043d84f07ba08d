"""A poll of a class: what is asked, and how the answers are distributed, round by round, in lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import msgspec

from hvlab.course.model import Question
from hvlab.text import LANGUAGES, Text

BAR = 20
MOST = 9
"""Choices: one key each."""

Words = Annotated[str, msgspec.Meta(min_length=1, max_length=400)]


class Ballot(msgspec.Struct, frozen=True):
    """What is asked, by language. `round` counts from 1: who has discussed it may vote again."""

    poll: int
    round: int
    prompt: dict[str, Words]
    choices: Annotated[list[dict[str, Words]], msgspec.Meta(min_length=2, max_length=MOST)]


class Tally(msgspec.Struct, frozen=True):
    """A ballot and the votes for each choice, a list a round. `open`: votes still count."""

    ballot: Ballot
    rounds: list[list[int]]
    open: bool = False


def _shown(words: dict[str, str]) -> dict[str, str]:
    """Words of another person as a terminal may show them."""
    return {name: "".join(c if c.isprintable() else "\ufffd" for c in said) for name, said in words.items()}


def _harmless(ballot: Ballot) -> Ballot:
    return msgspec.structs.replace(
        ballot, prompt=_shown(ballot.prompt), choices=[_shown(choice) for choice in ballot.choices]
    )


def read_ballot(data: str) -> Ballot:
    """A ballot as it was sent. msgspec.DecodeError."""
    return _harmless(msgspec.json.decode(data, type=Ballot))


def read_tally(data: str) -> Tally:
    """A distribution as it was sent. msgspec.DecodeError."""
    tally = msgspec.json.decode(data, type=Tally)
    return msgspec.structs.replace(tally, ballot=_harmless(tally.ballot))


def free(words: str) -> Ballot | None:
    """A ballot that is written as `question | answer | answer`; None if it is not."""
    prompt, *choices = (part.strip() for part in words.split("|"))
    if not prompt or not 2 <= len(choices) <= MOST or not all(choices) or len(words) > 2000:
        return None
    return Ballot(0, 1, dict.fromkeys(LANGUAGES, prompt), [dict.fromkeys(LANGUAGES, one) for one in choices])


def of_question(question: Question) -> Ballot | None:
    """A lesson's question as a ballot; None if there is nothing to choose from."""
    if question.kind != "choice" or not 2 <= len(question.choices) <= MOST:
        return None
    return Ballot(0, 1, dict(question.prompt), [dict(choice.text) for choice in question.choices])


def asked(ballot: Ballot, text: Text) -> list[str]:
    """The question as it is put to a learner."""
    head = "course.poll.again" if ballot.round > 1 else "course.poll.asked"
    said = [text(head, prompt=ballot.prompt[text.language])]
    said += [f"  {number}) {one[text.language]}" for number, one in enumerate(ballot.choices, 1)]
    return [*said, text("course.poll.how", count=len(ballot.choices))]


def distribution(tally: Tally, text: Text, width: int = 100) -> list[str]:
    """How the votes are distributed, a row a choice, a bar a round."""
    ballot, rounds = tally.ballot, tally.rounds
    bar = BAR if width >= 90 else 8
    said = [ballot.prompt[text.language]]
    size = max(12, min(48, width - (bar + 12) * max(1, len(rounds)) - 4))
    for number, choice in enumerate(ballot.choices):
        words = choice[text.language]
        words = words if len(words) <= size else words[: size - 1] + "…"
        bars = [_bar(votes[number], sum(votes), bar) for votes in rounds]
        said.append(f"{number + 1}) {words:<{size}} {'  '.join(bars)}".rstrip())
    said += [text("course.poll.sum", round=n, count=sum(votes)) for n, votes in enumerate(rounds, 1)]
    return said


def _bar(votes: int, all_votes: int, width: int) -> str:
    full = width * votes // all_votes if all_votes else 0
    share = 100 * votes // all_votes if all_votes else 0
    return f"{'█' * full}{'░' * (width - full)} {votes:>3} {share:>3}%"


def counts(ballot: Ballot, votes: Sequence[tuple[int, int]], rounds: int) -> list[list[int]]:
    """Votes (round, choice) as numbers a choice, a list a round."""
    found = [[0] * len(ballot.choices) for _ in range(rounds)]
    for round_, choice in votes:
        if 1 <= round_ <= rounds and 1 <= choice <= len(ballot.choices):
            found[round_ - 1][choice - 1] += 1
    return found
