"""From the start of the process to the first paint that shows the lesson and the prompt, in a real pseudo-terminal."""

from __future__ import annotations

import os
import re
import select
import sys
import time
from pathlib import Path

import pytest

from hvlab.course import library
from tests.benchmarks.measure import medians, show

pytestmark = pytest.mark.benchmark

MINIMAL = """
from textual.app import App, ComposeResult
from textual.widgets import Static

class Minimal(App[None]):
    def compose(self) -> ComposeResult:
        yield Static("ready to begin")

Minimal().run()
"""
ROUNDS = 7
LIMIT = 30.0
_ESCAPES = re.compile(rb"\x1b\[[0-9;?<>=]*[A-Za-z]|\x1b\][^\x07]*\x07|\x1b[()][A-B0-2]|\x1bP[^\x1b]*\x1b\\\\")


def first_paint(arguments: list[str], environment: dict[str, str], *wanted: bytes) -> float:
    """Seconds until everything wanted has been written to a terminal of 120x40."""
    import fcntl
    import pty
    import struct
    import termios

    begin = time.perf_counter()
    child, terminal = pty.fork()
    if child == 0:
        os.execve(arguments[0], arguments, environment)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    seen = b""
    taken = LIMIT
    try:
        while time.perf_counter() - begin < LIMIT:
            ready, _, _ = select.select([terminal], [], [], 0.5)
            if ready:
                try:
                    seen += os.read(terminal, 65536)
                except OSError:
                    break
            text = b" ".join(_ESCAPES.sub(b" ", seen).split())
            if all(phrase in text for phrase in wanted):
                taken = time.perf_counter() - begin
                break
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)
        os.close(terminal)
    assert taken < LIMIT, _ESCAPES.sub(b" ", seen)[-2000:]
    return taken


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_the_first_paint_of_the_lesson(tmp_path: Path) -> None:
    lesson = library.find("first-child-partition")
    step = lesson.plan.step[0].id
    sentence = lesson.sections["en"][step].splitlines()[2].split()
    script = tmp_path / "minimal.py"
    script.write_text(MINIMAL, encoding="utf-8")
    environment = {**os.environ, "TERM": "xterm-256color", "HVLAB_LANG": "en", "XDG_DATA_HOME": str(tmp_path)}
    environment.pop("NO_COLOR", None)
    lesson_words = " ".join(sentence[:4]).encode()
    minimal, ours = medians(
        ROUNDS,
        lambda: first_paint([sys.executable, str(script)], environment, b"ready to begin"),
        lambda: first_paint([sys.executable, "-m", "hvlab", "learn"], environment, lesson_words, b"PS C:\\>"),
    )
    show("first paint of the lesson: times a minimal Textual app's", ours / minimal, "<= 2.3")
    assert ours / minimal <= 2.3
