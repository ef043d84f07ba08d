"""The attack list over a real socket with TLS, at the server as it is served: nobody gets what is not theirs."""

from __future__ import annotations

import datetime
import json
import socket
import threading
from collections.abc import Iterator

import pytest
import uvicorn

from hvlab.classroom import certificate
from hvlab.classroom.serving import settings
from hvlab.session.log import Entry
from tests.classroom.attacks import ATTACKS, Attack, Target, join
from tests.classroom.support import SECRET, Room, keep

VICTIMS = [Entry(0, "command", text="Get-VM secret")]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Room, Target]]:
    """A class that listens on this machine, with a learner who is a victim and one who attacks."""
    folder = tmp_path_factory.mktemp("class")
    room = Room(folder)
    certificate.make(folder, datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC))
    victim, _ = room.store.join("Victim", 0, 1)
    keep(room.store, victim.id, 1, VICTIMS, 1)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        server = uvicorn.Server(settings(room.server, folder))
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        yield room, Target("127.0.0.1", port, SECRET)
        server.should_exit = server.force_exit = True
        thread.join()
    room.store.close()


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
