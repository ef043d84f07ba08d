"""A PostgreSQL of one's own on a port of this machine, in a folder that goes with it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

PATIENCE = 60.0


def is_there() -> bool:
    """Whether this machine has PostgreSQL's server."""
    return sys.platform != "win32" and all(shutil.which(name) for name in ("postgres", "initdb"))


def _as_somebody() -> dict[str, Any]:
    """PostgreSQL refuses to run as root: then it runs as whoever has no rights."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return {}
    import pwd

    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    return {}


class Postgres:
    """Started and stopped as a test likes; `url` stays the same."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="hvlab-pg-"))
        self._who = _as_somebody()
        if self._who:
            os.chown(self.folder, self._who["user"], self._who["group"])
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"postgresql://hvlab@127.0.0.1:{self.port}/postgres"
        self._process: subprocess.Popen[bytes] | None = None
        subprocess.run(
            [
                "initdb",
                "-D",
                self.data,
                "-A",
                "trust",
                "-U",
                "hvlab",
                "-E",
                "UTF8",
                "--no-sync",
                "--locale=C",
            ],
            check=True,
            capture_output=True,
            cwd=self.folder,
            **self._who,
        )

    @property
    def data(self) -> str:
        return str(self.folder / "data")

    def start(self) -> None:
        """Until it answers."""
        arguments = ["-D", self.data, "-p", str(self.port), "-h", "127.0.0.1", "-k", str(self.folder)]
        with (self.folder.parent / f"{self.folder.name}.log").open("ab") as log:
            self._process = subprocess.Popen(
                ["postgres", *arguments], cwd=self.folder, stdout=log, stderr=log, **self._who
            )
        import psycopg

        end = time.monotonic() + PATIENCE
        while True:
            try:
                psycopg.connect(self.url, connect_timeout=5).close()
                return
            except psycopg.OperationalError:
                if self._process.poll() is not None or time.monotonic() > end:
                    raise

    def stop(self) -> None:
        """At once; whoever is connected is cut off. What was committed is kept."""
        self._signal("SIGINT")

    def crash(self) -> None:
        """Without a goodbye to the disk either: at its next start it recovers from its log."""
        self._signal("SIGQUIT")

    def _signal(self, name: str) -> None:
        if self._process is not None:
            import signal

            self._process.send_signal(getattr(signal, name))
            self._process.wait(PATIENCE)
            self._process = None

    def clear(self) -> None:
        """An empty database."""
        import psycopg

        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")

    def close(self) -> None:
        """Nothing is left."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
        (self.folder.parent / f"{self.folder.name}.log").unlink(missing_ok=True)
