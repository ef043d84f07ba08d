"""The attack list over a real socket with TLS, at the server as it is served: nobody gets what is not theirs."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from hvlab.session.log import Entry
from tests.classroom.attacks import ATTACKS, Attack, Target, join
from tests.classroom.attacks_inside import AT_AN_EXAM, INSIDE
from tests.classroom.served import served as serve
from tests.classroom.support import Room, keep

VICTIMS = [Entry(0, "command", text="Get-VM secret")]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Room, Target]]:
    """A class that listens on this machine, with a learner who is a victim and one who attacks."""
    with serve(tmp_path_factory.mktemp("class")) as (room, target):
        victim, _ = room.store.join("Victim", 0, 1)
        keep(room.store, victim.id, 1, VICTIMS, 1)
        yield room, target


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """A class in which groups, polls and launches go on."""
    with serve(tmp_path_factory.mktemp("busy")) as (_, target):
        yield target


@pytest.fixture(scope="module")
def exam(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """An exam that has not begun."""
    with serve(tmp_path_factory.mktemp("exam"), exam=True) as (_, target):
        yield target


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_gets_its_refusal_and_the_class_goes_on(
    served: tuple[Room, Target], attack: Attack
) -> None:
    room, stranger = served
    learner = join(stranger, attack.name[:40])
    assert attack.act(learner) in attack.gets
    with learner.inside() as channel:
        channel.send(
            '{"type": "inputs", "first": 1, "lines": [{"at": 0, "kind": "command", "text": "Get-VM"}]}'
        )
        assert json.loads(channel.recv()) == {"type": "kept", "count": 1}
    assert room.store.log(1) == VICTIMS and room.store.pushes(0) == []
    assert room.store.learners()[0].name == "Victim"


@pytest.mark.parametrize("attack", INSIDE, ids=lambda attack: attack.name)
def test_an_attack_on_a_class_in_which_something_goes_on_gets_its_refusal(
    busy: Target, attack: Attack
) -> None:
    assert attack.act(busy) in attack.gets


@pytest.mark.parametrize("attack", AT_AN_EXAM, ids=lambda attack: attack.name)
def test_an_attack_on_an_exam_gets_its_refusal(exam: Target, attack: Attack) -> None:
    assert attack.act(exam) in attack.gets


def test_guesses_are_counted_whatever_address_they_claim(served: tuple[Room, Target]) -> None:
    _, stranger = served
    statuses = {
        stranger.http(
            f"GET /class HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 10.0.0.{guess}\r\n"
            "Authorization: Basic eDp5\r\n\r\n".encode()
        )
        for guess in range(62)
    }
    assert statuses == {"401", "429"}
