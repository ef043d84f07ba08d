"""Faults of a running class, and what is there afterwards: `python -m tests.classroom.faults [--database postgresql]`.

Learners with hvlab's own client (its link, and a lab each) type all the time, and the instructor runs commands in
their labs, while the server is killed, the database stopped and the network cut. Right after each fault, before any
client is back, the database is asked whether what had been acknowledged is in it; at the end each log on the server
must be its learner's own to the last input, and its replay must lead to the same world. Prints a table.
"""

from __future__ import annotations

import argparse
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hvlab.classroom.client import Address, Instructor
from hvlab.classroom.code import parse_place
from hvlab.classroom.link import Link, enrol
from hvlab.classroom.standing import record
from hvlab.classroom.store import Store, database_url
from hvlab.course import grading, library
from hvlab.course.companion import arrive, ordered
from tests.classroom import postgres
from tests.classroom.cable import Cable

PAUSE = 0.3
"""Seconds between two commands of a learner."""
PATIENCE = 120.0


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number: int = free.getsockname()[1]
    return number


class Server:
    """`hvlab class serve` on one folder and port, as often as it is killed."""

    def __init__(self, folder: Path, url: str) -> None:
        self.port, self._folder, self._url = free_port(), folder, url
        self.said = ""
        self.start()
        self.place = re.findall(r"class join (\S+)", self.said)[0]
        self.password = "".join(
            re.findall(r"once: (\S+)", self.said)
        )  # the second server of a class does not know it

    def start(self) -> None:
        words = [
            "--host",
            "127.0.0.1",
            "--port",
            str(self.port),
            "--folder",
            str(self._folder),
            "--lang",
            "en",
        ]
        words += ["--database", self._url] if self._url else []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "hvlab", "class", "serve", *words], stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.said = "".join(self.process.stdout.readline() for _ in range(4))

    def kill(self) -> None:
        """As a power failure does it."""
        self.process.kill()
        self.process.wait(30)

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(30)


class Desk:
    """A learner: a lab, hvlab's own link, and hands that type."""

    def __init__(self, name: str, address: Address) -> None:
        self.name = name
        self.enrolment = enrol(address, name)
        self.lesson = library.find(self.enrolment.lesson, self.enrolment.seed)
        self.session = grading.open_session(self.lesson)
        self.link = Link(address, self.enrolment)
        self.link.begin(self.session.log)
        self.typed = 0

    def go_on(self) -> None:
        """Do what the instructor has sent, and a command."""
        while (pushed := self.link.due()) is not None:
            arrive(self.session, pushed)
            if command := ordered(pushed):
                self.session.run(command)
        self.typed += 1
        shows = (
            f"New-VM {self.name.lower()}{self.typed} -NoVHD" if self.typed % 20 == 0 else f"$n = {self.typed}"
        )
        self.session.run(shows)

    @property
    def has_all(self) -> bool:
        self.session.log.flush()
        return self.link.kept == self.session.log.written


@dataclass(frozen=True)
class Row:
    """A fault: what was acknowledged when it struck, how much of that was there afterwards, and the catching up."""

    what: str
    acknowledged: int
    there: int
    meanwhile: int
    """Inputs that were typed while it lasted."""
    seconds: float
    """Until the class had everything again."""


class Trial:
    """A class, its learners, and the table."""

    def __init__(self, folder: Path, learners: int, database: postgres.Postgres | None) -> None:
        self.database = database
        self.url = database.url if database is not None else database_url(folder)
        self.server = Server(folder, database.url if database is not None else "")
        self.cable = Cable(self.server.port)
        code, host, _ = parse_place(self.server.place)
        address = Address(code, host, self.cable.port)
        self.teacher = Instructor(Address(code, host, self.server.port), self.server.password)
        self.desks = [Desk(f"Learner{number}", address) for number in range(learners)]
        self.rows: list[Row] = []
        self.pushed = 0

    def type_for(self, seconds: float) -> None:
        """Everybody types, and does what comes."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            begun = time.monotonic()
            for desk in self.desks:
                desk.go_on()
            time.sleep(max(0.0, PAUSE - (time.monotonic() - begun)))

    def push(self) -> None:
        """The instructor runs a command in all labs, which must be done once in each."""
        self.pushed += 1
        self.teacher.push("command", f"$pushed = {self.pushed}", [])

    def strike(self, what: str, begin: Callable[[], Any], lasts: float, end: Callable[[], Any]) -> None:
        """A fault from `begin` to `end` while everybody types; both while no client can put anything right."""
        self.type_for(2)
        self.push()
        self.type_for(1)
        begin()
        acknowledged = {desk.name: desk.link.kept for desk in self.desks}
        typed = self.typed
        self.type_for(lasts)
        acknowledged |= {desk.name: max(desk.link.kept, acknowledged[desk.name]) for desk in self.desks}
        self.cable.cut()  # nobody sends again what may have been lost, before it has been looked for
        end()
        there = self.stored(acknowledged)
        self.cable.mend()
        mended = time.monotonic()
        meanwhile = self.typed - typed
        while not all(desk.has_all for desk in self.desks):
            assert time.monotonic() < mended + PATIENCE, f"after {what} the class never got everything"
            time.sleep(0.05)
        seconds = time.monotonic() - mended
        self.push()  # and the class goes on as before
        self.type_for(2)
        self.rows.append(Row(what, sum(acknowledged.values()), there, meanwhile, seconds))

    @property
    def typed(self) -> int:
        return sum(desk.session.log.written for desk in self.desks)

    def stored(self, acknowledged: dict[str, int]) -> int:
        """How many of the inputs that were acknowledged the database has, each as its learner gave it."""
        store = Store(self.url)
        found = 0
        for learner in store.learners():
            desk = next(one for one in self.desks if one.name == learner.name)
            count = acknowledged[desk.name]
            pairs = zip(store.log(learner.id)[:count], desk.session.log.entries[:count], strict=False)
            found += sum(one == other for one, other in pairs)
        store.close()
        return found

    def finish(self) -> tuple[int, int, int, int]:
        """Hang up. Inputs given, stored, twice there; labs whose replay is another world than their learner's."""
        given = kept = twice = apart = 0
        for desk in self.desks:
            while (pushed := desk.link.due()) is not None:
                arrive(desk.session, pushed)
                desk.session.run(ordered(pushed))
            assert desk.link.close(PATIENCE)
        store = Store(self.url)
        for learner in store.learners():
            desk = next(one for one in self.desks if one.name == learner.name)
            stored = store.log(learner.id)
            given, kept = given + desk.session.log.written, kept + len(stored)
            texts = [entry.text or entry.name for entry in stored]
            twice += len(texts) - len(set(texts))
            replayed = grading.replay_log(desk.lesson, record(desk.lesson, stored), desk.name)
            same = replayed.world.digest() == desk.session.world.digest()
            done = [text for text in texts if text.startswith("$pushed")]
            apart += not same or done != [f"$pushed = {n}" for n in range(1, self.pushed + 1)]
        store.close()
        return given, kept, twice, apart

    def close(self) -> None:
        self.cable.close()
        self.server.close()


def all_faults(trial: Trial, away: float) -> None:
    """Each fault in turn; clients are cut off for `away` seconds."""
    server, cable, database = trial.server, trial.cable, trial.database
    trial.strike("server killed (kill -9), started again", server.kill, 3, server.start)

    def kill_twice() -> None:
        server.start()
        cable.mend()  # the clients are coming back when it is killed again
        time.sleep(1.5)
        server.kill()
        cable.cut()
        server.start()

    trial.strike("and again, killed once more as they come back", server.kill, 3, kill_twice)
    trial.strike(f"clients cut off for {away:g} s", cable.cut, away, lambda: None)
    trial.strike(f"network dead for {away:g} s, nobody told", cable.go_dead, away, lambda: None)
    if database is not None:
        trial.strike("database stopped, started", database.stop, 8, database.start)
        trial.strike("database crashed (SIGQUIT), started", database.crash, 8, database.start)

        def both() -> None:
            database.crash()
            server.kill()

        def start_both() -> None:
            database.start()
            server.start()

        trial.strike("database crashed and server killed", both, 3, start_both)


def run(learners: int, away: float, uses_postgresql: bool) -> tuple[list[Row], tuple[int, int, int, int]]:
    """The table's rows, and what `Trial.finish` finds."""
    with ExitStack() as stack:
        database = None
        if uses_postgresql:
            database = postgres.Postgres()
            stack.callback(database.close)
            database.start()
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        trial = Trial(folder, learners, database)
        stack.callback(trial.close)
        all_faults(trial, away)
        return trial.rows, trial.finish()


def table(rows: list[Row], found: tuple[int, int, int, int]) -> list[str]:
    """The table in lines."""
    said = [f"{'fault':48} {'acknowledged':>12} {'there after':>11} {'meanwhile':>9} {'caught up':>9}"]
    said += [
        f"{row.what:48} {row.acknowledged:12} {row.there:11} {row.meanwhile:9} {row.seconds:7.1f} s"
        for row in rows
    ]
    given, kept, twice, apart = found
    said.append(f"given {given}, stored {kept}, twice {twice}, labs that are not as their learner's: {apart}")
    return said


def holds(rows: list[Row], found: tuple[int, int, int, int]) -> bool:
    """Whether nothing that was acknowledged is missing, nothing is there twice, and all labs are alike."""
    given, kept, twice, apart = found
    return (
        all(row.there == row.acknowledged > 0 for row in rows) and given == kept and not twice and not apart
    )


def main() -> int:
    """All faults; 1 if something is missing or there twice."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--learners", type=int, default=8)
    parser.add_argument("--away", type=float, default=60.0, metavar="SECONDS")
    asked = parser.parse_args()
    rows, found = run(asked.learners, asked.away, asked.database == "postgresql")
    print("\n".join(table(rows, found)))  # noqa: T201
    return 0 if holds(rows, found) else 1


if __name__ == "__main__":
    sys.exit(main())
