"""A class is announced only when it can be reached: a port that is taken is told before anything else."""

from __future__ import annotations

import socket

import pytest

from hvlab.classroom.serving import CannotServe, listen


def test_a_port_that_is_taken_is_refused_and_a_free_one_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotServe) as caught:
            listen("127.0.0.1", port)
    assert caught.value.reason == "port" and caught.value.values["port"] == port
    with listen("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()):
        pass
