"""What is recorded: answers to confirmations, clock moves as one line, each input before the next."""

from __future__ import annotations

from pathlib import Path

import pytest

from hvlab.console.host import RecordingHost
from hvlab.session import log
from hvlab.session.replay import replay
from hvlab.session.session import ReplayMismatch, Session


class Doubtful(RecordingHost):
    """Answers confirmations as told."""

    def __init__(self, *answers: bool) -> None:
        super().__init__()
        self.answers = list(answers)

    def confirm(self, caption: str, question: str) -> bool:
        super().confirm(caption, question)
        return self.answers.pop(0)


def recorded(path: Path) -> bytes:
    return path.read_bytes()


def test_a_no_on_the_screen_is_a_no_in_the_replay(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    session = Session(log=path, host=Doubtful(False, True))
    session.run("New-VM a; New-VM b; Remove-VM a; Remove-VM b")
    session.close()
    kinds = [entry.kind for entry in session.log.entries]
    assert kinds == ["command", "command", "command", "confirm", "command", "confirm"]
    again = replay(recorded(path), "s.jsonl")
    assert again.world.digest() == session.world.digest()
    assert again.log.entries == session.log.entries


def test_a_forged_answer_or_one_too_few_is_found_out(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    session = Session(log=path, host=Doubtful(True))
    session.run("New-VM a; Remove-VM a")
    session.close()
    lines = recorded(path).splitlines(keepends=True)
    with pytest.raises(ReplayMismatch):
        replay(b"".join(lines[:-1]), "cut")
    with pytest.raises(ReplayMismatch):
        replay(b"".join([*lines, lines[-1]]), "doubled")


def test_clock_moves_in_a_row_are_one_line(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    session = Session(log=path)
    session.run(r"New-VM a -VHDPath C:\Images\WS2008-x64.vhd; Start-VM a")
    for _ in range(50):
        session.let_run(session.world.now + 100_000_000, 20)
    session.log.flush()
    session.let_run(session.world.now + 100_000_000)
    session.run("Get-VM")
    session.close()
    _, entries = log.read(recorded(path), "s.jsonl")
    assert [entry.kind for entry in entries] == ["command", "command", "clock", "clock", "command"]
    again = replay(recorded(path), "s.jsonl")
    assert (again.world.now, again.world.digest()) == (session.world.now, session.world.digest())
