"""The first lesson in a real terminal: typed as a learner types, graded afterwards from the recorded session."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.conftest import Run

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")

COMMANDS = (
    r"New-VM web01 -MemoryStartupBytes 512MB -VHDPath C:\Images\WS2008-x64.vhd",
    "Start-VM web01",
    "Wait-Lab web01",
    "Start-LabWorkload web01 -Operation Write -Count 10",
    r"New-VM nt4 -VHDPath C:\Images\NT4.vhd",
    "Start-VM nt4",
    "Wait-Lab nt4",
    "Start-LabWorkload nt4 -Operation Write -Count 10",
    "Stop-VM web01",
    "Stop-VM nt4 -TurnOff",
    r"New-VM young -VHDPath C:\Images\WS2012-x64.vhd",
    "Start-VM young",
    "Wait-Lab young -For Heartbeat",
    "Start-LabWorkload young -Operation Write -Count 1 -Size 40KB",
    "Stop-VM young",
    "Submit-LabAnswer ring-bytes 168",
    "Submit-LabAnswer why registers",
)


class Terminal:
    """A terminal of a given size with hvlab in it."""

    def __init__(self, folder: Path, columns: int, rows: int, language: str) -> None:
        self.socket = str(folder / "tmux")
        self.record = folder / "session.jsonl"
        environment = f"XDG_DATA_HOME={folder} TERM=xterm-256color PYTHONPATH={os.pathsep.join(sys.path)}"
        command = f"{sys.executable} -m hvlab learn --lang {language} --session {self.record}"
        self.tmux(
            "-f",
            "/dev/null",
            "new-session",
            "-d",
            "-x",
            str(columns),
            "-y",
            str(rows),
            f"env {environment} {command}",
        )

    def tmux(self, *arguments: str) -> str:
        done = subprocess.run(
            ["tmux", "-S", self.socket, *arguments], capture_output=True, text=True, check=False
        )
        return done.stdout

    def screen(self) -> str:
        return self.tmux("capture-pane", "-p")

    def until(self, what: str, limit: float = 60.0) -> str:
        """Look until the screen shows something."""
        end = time.monotonic() + limit
        while time.monotonic() < end:
            screen = self.screen()
            if what in screen:
                return screen
        raise AssertionError(f"{what!r} did not appear:\n{self.screen()}")

    def recorded(self, commands: int, limit: float = 60.0) -> None:
        """Look until so many commands are recorded, and finish what waits."""
        end = time.monotonic() + limit
        while time.monotonic() < end:
            text = self.record.read_text(encoding="utf-8") if self.record.exists() else ""
            if sum('"kind":"command"' in line for line in text.splitlines()) >= commands:
                return
            self.tmux("send-keys", "F9")
        raise AssertionError(f"{commands} commands were not recorded:\n{self.screen()}")

    def type(self, line: str) -> None:
        self.tmux("send-keys", "-l", line)
        self.tmux("send-keys", "Enter")


@pytest.fixture(params=[(120, 40, "en"), (80, 24, "de")], ids=["120x40-en", "80x24-de"])
def terminal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Terminal]:
    found = Terminal(tmp_path, *request.param)
    yield found
    found.tmux("kill-server")


def test_the_lesson_is_solved_by_typing_and_proved_by_grading(terminal: Terminal, hvlab: Run) -> None:
    terminal.until("PS C:\\>")
    for number, command in enumerate(COMMANDS, 1):
        terminal.type(command)
        terminal.recorded(number)
    terminal.tmux("send-keys", "F9")
    terminal.until("PS C:\\> Submit-LabAnswer why registers")
    terminal.tmux("send-keys", "C-q")
    done = hvlab("grade", "first-child-partition", str(terminal.record), "--report", "json")
    report = json.loads(done.stdout)
    assert done.returncode == 0, [check for check in report["checks"] if check["verdict"] != "pass"]
    assert (report["passed"], report["points"]) == (True, 100)
