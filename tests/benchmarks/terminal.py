"""A program in a pseudo-terminal, as a user meets it: what it writes, how soon, and what it holds in memory."""

from __future__ import annotations

import os
import re
import select
import signal
import struct
import time
from pathlib import Path
from types import TracebackType

_ESCAPES = re.compile(
    rb"\x1b\[[0-9;?<>=]*[A-Za-z]|\x1b\][^\x07]*\x07|\x1b[()][A-B0-2]|\x1bP[^\x1b]*\x1b\\\\|\x1b\[[0-9;?<>=]*$"
)
LIMIT = 60.0


class Terminal:
    """`arguments` run in a terminal of a size; use it in a `with`, which ends the program."""

    def __init__(
        self, arguments: list[str], environment: dict[str, str], columns: int = 120, rows: int = 40
    ) -> None:
        import fcntl
        import pty
        import termios

        self.begin = time.perf_counter()
        self.child, self.terminal = pty.fork()
        if self.child == 0:
            os.execve(arguments[0], arguments, environment)
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.seen = b""
        self.written = 0
        """Bytes that the program has written so far."""

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.kill(self.child, signal.SIGKILL)
        os.waitpid(self.child, 0)
        os.close(self.terminal)

    def read(self, seconds: float) -> bytes:
        """What comes next, waiting for so long at most."""
        ready, _, _ = select.select([self.terminal], [], [], seconds)
        if not ready:
            return b""
        try:
            data = os.read(self.terminal, 1 << 16)
        except OSError:
            raise AssertionError(f"the program has ended: {self.words()[-300:]!r}") from None
        self.written += len(data)
        self.seen += data
        return data

    def rest(self, seconds: float) -> int:
        """Read on for so long; how many bytes came."""
        before, end = self.written, time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            self.read(left)
            self.seen = b""
        return self.written - before

    def words(self) -> bytes:
        """What was written since the last `forget`, without the terminal's own language."""
        return b" ".join(_ESCAPES.sub(b" ", self.seen).split())

    def forget(self) -> None:
        """What comes from now on is looked at alone."""
        self.seen = b""

    def until(self, *wanted: bytes, limit: float = LIMIT) -> float:
        """Read until all of these have been written; seconds since the program was started."""
        end = time.perf_counter() + limit
        while not all(phrase in self.words() for phrase in wanted):
            assert time.perf_counter() < end, self.words()[-300:]
            self.read(0.5)
        return time.perf_counter() - self.begin

    def type(self, keys: bytes) -> None:
        """What a keyboard sends."""
        os.write(self.terminal, keys)

    def key(self, character: str, limit: float = LIMIT) -> float:
        """Type a character that stands nowhere on the screen; seconds until it is painted."""
        wanted = character.encode()
        begin = time.perf_counter()
        self.type(wanted)
        tail = b""
        while True:
            tail = tail[-8:] + self.read(0.5)
            now = time.perf_counter()
            if wanted in tail:
                return now - begin
            assert now - begin < limit, self.words()[-300:]

    def processor(self) -> float:
        """Seconds of processor time that the program has had, in all its threads."""
        total = 0
        for task in Path(f"/proc/{self.child}/task").iterdir():
            total += int((task / "schedstat").read_text().split()[0])
        return total / 1e9

    def resident(self) -> float:
        """MiB of memory that the program holds."""
        status = Path(f"/proc/{self.child}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]
