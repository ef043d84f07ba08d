"""A class as an instructor and a learner run it: processes of their own, a real connection, a server that is killed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ANA = "New-VM web01 -MemoryStartupBytes 512MB\nGet-VM nobody\n"


class Desk:
    """Where one person works: a folder and the environment of their processes."""

    def __init__(self, folder: Path) -> None:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("HVLAB", "LC_", "LANG"))}
        self.environment = {**kept, "PYTHONIOENCODING": "utf-8", "XDG_DATA_HOME": str(folder)}

    def run(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "hvlab", "class", *arguments],
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=100,
            check=False,
        )


class Server:
    """A class server on a port that the system chose."""

    def __init__(self, desk: Desk, port: int) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "hvlab", "class", "serve", "--host", "127.0.0.1", "--port", str(port)],
            env=desk.environment,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        assert self.process.stdout is not None
        said = "".join(self.process.stdout.readline() for _ in range(4))
        self.place = re.findall(r"class join (\S+)", said)[0]
        self.password = said.split()[-1]

    def kill(self) -> None:
        """Kill the server alone; its processes that replay hold its output too, and must end by themselves."""
        self.process.kill()
        self.process.communicate(timeout=30)


@pytest.fixture
def port() -> int:
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number: int = free.getsockname()[1]
    return number


@pytest.fixture
def servers() -> Iterator[list[Server]]:
    started: list[Server] = []
    yield started
    for server in started:
        if server.process.poll() is None:
            server.kill()


def until(desk: Desk, place: str, wanted: str) -> str:
    """What the instructor sees, as soon as it holds the wanted words."""
    for _ in range(40):
        shown = desk.run("watch", place).stdout
        if wanted in shown:
            return shown
    raise AssertionError(shown)


def test_a_class_from_its_opening_to_its_results_over_a_servers_death(
    tmp_path: Path, port: int, servers: list[Server]
) -> None:
    teacher, ana = Desk(tmp_path / "teacher"), Desk(tmp_path / "ana")
    servers.append(Server(teacher, port))
    place = servers[0].place
    teacher.environment["HVLAB_CLASS_PASSWORD"] = servers[0].password

    done = ana.run("join", place, "--name", "Ana", "--plain", stdin=ANA)
    assert "The class has all of your work." in done.stderr
    shown = until(teacher, place, "Get-VM nobody")
    assert "Ana: 0 of 100 points" in shown

    servers[0].kill()
    offline = ana.run("join", place, "--plain", stdin="New-VM web02\n")
    assert "web02: Off" in offline.stdout and "It is safe here" in offline.stderr

    servers.append(Server(teacher, port))
    assert servers[1].place == place
    pushed = teacher.run("push", place, "command", "New-VM web03")
    assert pushed.returncode == 0 and "Sent to 1 learner; 0 connected now." in pushed.stderr
    again = ana.run("join", place, "--plain", stdin="New-VM web04\n")
    assert "The class has all of your work." in again.stderr
    table = teacher.run("results", place).stdout.splitlines()
    odd = teacher.run("results", place, "--report", "pdf")
    assert odd.returncode == 2 and "pdf" in odd.stderr and "gradescope" in odd.stderr
    page = teacher.run("debrief", place).stdout
    assert "Ana: `Get-VM nobody`" in page and "hvlab replay log.jsonl --to" in page
    assert table[1].startswith("Ana,no,")
    (log,) = (tmp_path / "ana").rglob("session.jsonl")
    made = re.findall(r"New-VM (web\d\d)", log.read_text(encoding="utf-8"))
    assert made[:2] == ["web01", "web02"] and len(made) == len(set(made))

    kept = teacher.run("log", place, "Ana").stdout
    assert re.findall(r"New-VM (web\d\d)", kept) == made
    assert teacher.run("erase", place, "Ana", "--yes").returncode == 0
    assert teacher.run("log", place, "Ana").returncode == 2

    stranger = place.replace(place[:4], "AAAA" if place[:4] != "AAAA" else "BBBB", 1)
    refused = Desk(tmp_path / "ben").run("join", stranger, "--name", "Ben", "--plain")
    assert refused.returncode == 2 and "another one" in refused.stderr
    assert teacher.run("push", place, "message", "hi", "--to", "Ben").returncode == 2
