"""`hvlab console` in a real terminal, with a prompt that helps and in plain lines; and plain from a pipe."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.acceptance.conftest import Run
from tests.conftest import IMAGE

CREATE = f"New-VM web01 -MemoryStartupBytes 512MB -VHDPath {IMAGE}"
needs_tmux = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")


class Terminal:
    """A terminal with hvlab in it; `until` looks until something stands on its screen."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.socket = ""
        self._opened = 0

    def open(self, columns: int, rows: int, *arguments: str, term: str = "xterm-256color") -> None:
        path = os.pathsep.join(sys.path)
        environment = [f"XDG_DATA_HOME={self.folder}", f"TERM={term}", f"PYTHONPATH={path}"]
        command = shlex.join(["env", *environment, sys.executable, "-m", "hvlab", *arguments])
        keep = f"{command}; echo left with $?; exec cat"
        self.close()
        self._opened += 1
        self.socket = str(self.folder / f"tmux{self._opened}")  # a server that ends may still hold its own
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", str(rows), keep)

    def close(self) -> None:
        if self.socket:
            self.tmux("kill-server")

    def tmux(self, *arguments: str) -> str:
        done = subprocess.run(
            ["tmux", "-S", self.socket, *arguments], capture_output=True, text=True, check=False
        )
        return done.stdout

    def screen(self) -> str:
        return self.tmux("capture-pane", "-p", "-J", "-S", "-2000")

    def until(self, *wanted: str, limit: float = 60.0) -> str:
        end = time.monotonic() + limit
        while time.monotonic() < end:
            screen = self.screen()
            if all(what in screen for what in wanted):
                return screen
        raise AssertionError(f"{wanted!r} did not appear:\n{self.screen()}")

    def until_count(self, wanted: str, count: int, limit: float = 60.0) -> None:
        end = time.monotonic() + limit
        while self.screen().count(wanted) < count:
            assert time.monotonic() < end, f"{wanted!r} did not appear {count} times:\n{self.screen()}"

    def type(self, line: str) -> None:
        self.tmux("send-keys", "-l", line)
        self.tmux("send-keys", "Enter")

    def keys(self, *names: str) -> None:
        self.tmux("send-keys", *names)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    found = Terminal(tmp_path)
    yield found
    found.close()


@needs_tmux
@pytest.mark.parametrize(("columns", "rows", "language"), [(120, 40, "en"), (80, 24, "de")])
def test_the_prompt_completes_continues_remembers_and_leaves(
    terminal: Terminal, columns: int, rows: int, language: str
) -> None:
    terminal.open(columns, rows, "console", "--lang", language)
    leave = {"en": "Ctrl+D leaves", "de": "Strg+D beendet"}[language]
    terminal.until("PS C:\\>", f"| {leave}")
    terminal.type(CREATE)
    terminal.until("Operating normally", {"en": "| web01 Off |", "de": "| web01 Aus |"}[language])
    terminal.keys("-l", "Start-VM w")
    terminal.keys("Tab")
    terminal.until("Start-VM web01")
    terminal.keys("Enter")
    terminal.until({"en": "web01 Running", "de": "web01 Läuft"}[language])
    terminal.keys("-l", "Get-VMS")
    terminal.keys("Tab")
    terminal.until("Get-VMSnapshot", "Get-VMSwitch", {"en": "Lists", "de": "Listet"}[language])
    terminal.keys("C-c")
    terminal.type("if ($true) {")
    terminal.until(">>")
    terminal.type("'in' + 'side'")
    terminal.type("}")
    terminal.until("inside")
    terminal.type("Wait-Lab -Seconds 30000000")
    terminal.until({"en": "Ctrl+C stops", "de": "Strg+C bricht ab"}[language])
    terminal.keys("C-c")
    terminal.type("'still' + 'here'")
    terminal.until("stillhere\nPS C:\\>")
    terminal.keys("C-d")
    terminal.until("left with 0")
    terminal.open(columns, rows, "console", "--lang", language)
    terminal.until("PS C:\\>", leave)
    terminal.keys("C-r")
    terminal.keys("-l", "til")
    terminal.until("'still' + 'here'")
    terminal.keys("Enter", "Enter")
    terminal.until("stillhere")
    terminal.type("exit")
    terminal.until("left with 0")


@needs_tmux
@pytest.mark.parametrize("mode", [[], ["--plain"]])
def test_a_confirmation_is_left_with_ctrl_c_and_ctrl_d(terminal: Terminal, mode: list[str]) -> None:
    terminal.open(80, 24, "console", "--lang", "en", *mode)
    terminal.until("PS C:\\>")
    terminal.type("New-VM a; New-VM b; 'ma' + 'de'")
    terminal.until("\nmade\n")
    for count, key in enumerate(("C-c", "C-d"), 1):
        terminal.type("Get-VM | Remove-VM")
        terminal.until_count('(default is "Y")', count)
        terminal.keys(key)
        terminal.until_count("PS C:\\>", 2 * count + 1)
        terminal.type(f"'{count} left ' + (Get-VM).Count")
        terminal.until(f"\n{count} left 2\n")
    terminal.type("Get-VM | Remove-VM")
    terminal.until_count('(default is "Y")', 3)
    terminal.type("a")
    terminal.type("'all: ' + @(Get-VM).Count")
    terminal.until("\nall: 0\n")
    terminal.type("exit")
    terminal.until("left with 0")


@needs_tmux
@pytest.mark.parametrize("term", ["dumb", "xterm-256color"])
def test_plain_lines_in_a_terminal(terminal: Terminal, term: str) -> None:
    plain = [] if term == "dumb" else ["--plain"]
    terminal.open(80, 24, "console", "--lang", "de", *plain, term=term)
    terminal.until("einfacher Modus", "PS C:\\>")
    for line in (CREATE, "Start-VM web01", "Wait-Lab web01", ":state"):
        terminal.type(line)
    screen = terminal.until("web01: Anmeldebildschirm.", "Laborzeit")
    assert screen.index("web01: Startet.") < screen.index("web01: Läuft.")
    terminal.type("Remove-VM web01")
    terminal.until('(default is "Y")')
    terminal.type("n")
    terminal.until(
        '(default is "Y"): n\nPS C:\\>'
    )  # a Ctrl+C throws away what the terminal has not handed over yet
    terminal.keys("C-c")
    terminal.type("(Get-VM).Name + '!'")
    terminal.until("web01!")
    terminal.keys("C-d")
    terminal.until("left with 0")


@needs_tmux
@pytest.mark.parametrize("language", ["en", "de"])
def test_a_lesson_in_plain_lines(terminal: Terminal, language: str) -> None:
    terminal.open(80, 24, "learn", "first-child-partition", "--plain", "--lang", language)
    terminal.until({"en": "Step 1 of", "de": "Schritt 1 von"}[language], "PS C:\\>")
    terminal.type(CREATE)
    terminal.until({"en": "Goal reached: ", "de": "Ziel erreicht: "}[language])
    terminal.type(":goals")
    terminal.until({"en": "Open: ", "de": "Offen: "}[language])
    terminal.type("exit")
    terminal.until("hvlab grade first-child-partition", "left with 0")


def test_a_pipe_is_answered_in_bytes_that_only_say_something(hvlab: Run) -> None:
    lines = [CREATE, "Start-VM web01", "Wait-Lab web01", ":state", "foreach ($n in 1..3) {", "$n * 100", "}"]
    done = hvlab("console", "--plain", "--lang", "de", stdin="\n".join(lines))
    assert (done.returncode, done.stderr) == (0, "")
    assert "web01: Anmeldebildschirm." in done.stdout
    assert done.stdout.endswith("100\n200\n300\n")
    assert not any(character in done.stdout for character in "\x1b\r\x08│─┌█")
    assert "PS C:" not in done.stdout


def test_a_command_that_fails_in_a_pipe_is_told_by_the_exit_status(hvlab: Run) -> None:
    done = hvlab("console", "--plain", "--lang", "en", stdin="Get-VM nothing\n'on'\n")
    assert done.returncode == 1
    assert done.stdout.endswith("on\n")


def test_without_a_terminal_the_prompt_names_the_way(hvlab: Run) -> None:
    done = hvlab("console")
    assert done.returncode == 2
    assert "hvlab console --plain" in done.stderr


def test_pygmentize_knows_the_language(script: Callable[[str], str]) -> None:
    """As a user runs it: the plug-in of the installed package is found by its name."""
    path = script("Get-VM -Name 'web01' # all")
    done = subprocess.run(
        [sys.executable, "-m", "pygments", "-l", "hvlab", "-f", "raw", path],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = [tuple(line.split("\t")) for line in done.stdout.splitlines()]
    assert ("Token.Name.Function", "'Get-VM'") in found
    assert ("Token.Name.Attribute", "'-Name'") in found
    assert ("Token.Literal.String", "\"'web01'\"") in found
    assert ("Token.Comment", "'# all'") in found
