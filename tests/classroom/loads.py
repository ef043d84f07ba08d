"""The load of a class, step by step, as one table: `python -m tests.classroom.loads` (some 18 minutes).

On the embedded database with one server, then on PostgreSQL with two that share the class: learners who type a command
every five seconds with the terminal client's protocol (tests.classroom.load), few, more, many. At the end, what one
learner in a browser costs: a process each. `--learners 30 --minutes 0.5` is a trial.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from hvlab.classroom.client import Address, Instructor
from hvlab.classroom.code import parse_place
from tests.classroom import postgres
from tests.classroom.faults import Server
from tests.classroom.load import memory

FOUND = re.compile(
    r"(\d+) learners, (\d+) inputs sent, (\d+) kept; median ([\d.]+) ms, "
    r"99th percentile ([\d.]+) ms, longest ([\d.]+) ms"
)
MEMORY = re.compile(r"(\d+) MB at first, (\d+) at most, ([\d.-]+) a learner")
HEADS = (
    "database",
    "servers",
    "learners",
    "minutes",
    "sent",
    "kept",
    "median",
    "p99",
    "longest",
    "MB",
    "MB each",
    "CPU",
)


def cpu(pid: int) -> float:
    """Seconds of work of a process and of those it has started (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    own = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
    return own + sum(cpu(int(child)) for child in children)


def measure(learners: int, minutes: float, servers: int, uses_postgresql: bool) -> list[str]:
    """One row of the table: a class of its own, from its opening to its end."""
    with ExitStack() as stack:
        url = ""
        if uses_postgresql:
            database = postgres.Postgres()
            stack.callback(database.close)
            database.start()
            url = database.url
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        opened = [Server(folder, url) for _ in range(servers)]
        for server in opened:
            stack.callback(server.close)
        pids = [server.process.pid for server in opened]
        words = [",".join(server.place for server in opened), str(learners), "--minutes", str(minutes)]
        words += ["--pids", ",".join(map(str, pids))]
        said = subprocess.run(
            [sys.executable, "-m", "tests.classroom.load", *words],
            capture_output=True,
            text=True,
            check=False,
        )
        used = sum(cpu(pid) for pid in pids) / (minutes * 60)
        found, held = FOUND.search(said.stdout), MEMORY.search(said.stdout)
        if found is None or held is None:
            raise SystemExit(f"{said.stdout}\n{said.stderr}")
        kind = "PostgreSQL" if uses_postgresql else "SQLite"
        times = [f"{float(value):.0f} ms" for value in found.groups()[3:]]
        return [
            kind, str(servers), found[1], f"{minutes:g}", found[2], found[3], *times, held[2], held[3], f"{used:.0%}",
        ]  # fmt: skip


def browser_learner() -> int:
    """What the process of a learner in a browser holds in memory, in MB, some time after it is connected."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder), "")
        code, host, port = parse_place(server.place)
        teacher = Instructor(Address(code, host, port), server.password)
        page = {"TEXTUAL_DRIVER": "textual.drivers.web_driver:WebDriver", "COLUMNS": "140", "ROWS": "40"}
        join = ["class", "join", server.place, "--name", "Ana", "--folder", f"{folder}/ana"]
        learner = subprocess.Popen(
            [sys.executable, "-m", "hvlab", *join],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **page},
        )
        try:
            end = time.monotonic() + 120
            while not any(row.here for row in teacher.look("en").rows) and time.monotonic() < end:
                time.sleep(0.5)
            time.sleep(15)
            return memory(learner.pid) >> 10
        finally:
            learner.terminate()
            learner.wait(30)
            server.close()


def main() -> int:
    """The table, row by row; 1 if an input was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--learners", default="30,100,300", help="the steps, with commas between")
    parser.add_argument("--minutes", type=float, default=5.0, help="of the last step")
    parser.add_argument("--short", type=float, default=1.5, help="minutes of the steps before it")
    asked = parser.parse_args()
    steps = [int(step) for step in asked.learners.split(",")]
    print("  ".join(f"{head:>10}" for head in HEADS), flush=True)  # noqa: T201
    lost = 0
    for servers, uses_postgresql in ((1, False), (2, True)):
        for step in steps:
            minutes = asked.minutes if step == steps[-1] else asked.short
            row = measure(step, minutes, servers, uses_postgresql)
            lost += row[4] != row[5]
            print("  ".join(f"{cell:>10}" for cell in row), flush=True)  # noqa: T201
    print(f"a learner in a browser: a process of {browser_learner()} MB")  # noqa: T201
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
