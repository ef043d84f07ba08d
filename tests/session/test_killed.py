"""A process that is killed in the middle of its work loses nothing that it had acknowledged."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

from hvlab.session.replay import replay
from hvlab.session.session import Session
from tests.session.test_replay import digests

WORKER = """
import sys
from pathlib import Path
from hvlab.session.session import Session
session = Session(log=Path(sys.argv[1]))
print("ready", flush=True)
number = 0
for text in sys.stdin:
    session.run(text)
    number += 1
    print(number, session.world.digest(), flush=True)
"""
COMMANDS = [
    r"New-VM web01 -MemoryStartupBytes 512MB -VHDPath C:\Images\WS2008-x64.vhd",
    "Start-VM web01",
    "Step-Lab 150",
    "New-LabBookmark here",
    "New-VM other",
    "Undo-Lab",
    "Step-Lab 60",
    "New-VHD D:\\a.vhd -SizeBytes 5MB -Dynamic",
    "Move-Lab here",
    "Wait-Lab -Seconds 2",
    "Undo-Lab",
    "Redo-Lab",
]


def killed(path: Path, chosen: random.Random) -> bool:
    """Run a worker, kill it somewhere, and compare what it had said with what can be resumed.

    Returns whether it fell in the middle of a command: recorded, and not acknowledged.
    """
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert worker.stdin is not None and worker.stdout is not None
    assert worker.stdout.readline() == "ready\n"
    acknowledged = {0: Session().world.digest()}
    stop = chosen.randrange(len(COMMANDS) + 1)
    for number, command in enumerate(COMMANDS[:stop], 1):
        worker.stdin.write(command + "\n")
        worker.stdin.flush()
        said, digest = worker.stdout.readline().split()
        assert int(said) == number
        acknowledged[number] = digest
    if stop < len(COMMANDS):  # the next one is under way, or not, or half way, when the blow falls
        before = path.stat().st_size
        worker.stdin.write(COMMANDS[stop] + "\n")
        worker.stdin.flush()
        if chosen.random() < 0.7:  # surely under way: it is on the record
            while path.stat().st_size == before and worker.poll() is None:
                pass
        for _ in range(chosen.randrange(60_000)):
            pass
    worker.kill()
    late, _ = worker.communicate()
    in_the_middle = path.read_bytes().count(b"\n") == stop + 2 and not late
    session = Session.resume(path)
    reference = Session()
    for command in COMMANDS[:stop]:
        reference.run(command)
    assert reference.world.digest() == acknowledged[stop]
    begun = Session()
    for command in COMMANDS[: stop + 1]:
        begun.run(command)
    assert digests(session) in ([digests(begun)] if late else [digests(reference), digests(begun)])
    session.run("New-VM after")
    session.close()
    assert digests(replay(path.read_bytes(), "x")) == digests(session)
    return in_the_middle


def test_a_few_kills(tmp_path: Path) -> None:
    for number in (3, 8):
        killed(tmp_path / f"{number}.jsonl", random.Random(number))


@pytest.mark.slow
def test_fifty_kills(tmp_path: Path) -> None:
    fallen = [killed(tmp_path / f"{number}.jsonl", random.Random(1000 + number)) for number in range(50)]
    assert sum(fallen) >= 10
