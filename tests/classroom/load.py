"""Many simulated learners who type at one class server: `python -m tests.classroom.load CODE@HOST 300 --minutes 5`.

Speaks the terminal client's protocol, each learner over a connection of its own. Prints the time from an
input's leaving to the server's word that it is kept (median, 99th percentile), and whether anything is missing.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import ssl
import statistics
import sys
import time
from contextlib import suppress
from pathlib import Path

from websockets.asyncio.client import connect

from hvlab.classroom.code import parse_place
from hvlab.course import grading, library

PAUSE = 5.0
"""Seconds between two commands of a learner."""


def script() -> list[dict[str, object]]:
    """What a learner types, over and over: the first lesson's solution, then looks at the machine."""
    lesson = library.first()
    source = (lesson.folder / "solution.ps1").read_text(encoding="utf-8")
    session = grading.run_script(lesson, source, "solution")
    session.run("Get-VM")
    return [
        {"at": e.at, "kind": e.kind, "text": e.text, "name": e.name, "to": e.to} for e in session.log.entries
    ]


SCRIPT = script()


PEAK = [0]


def memory(pid: int) -> int:
    """What a process and those it has started hold in memory, in kB; what they share counts once for each."""
    total = 0
    with suppress(OSError):
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
        total = next((int(row.split()[1]) for row in status.splitlines() if row.startswith("VmRSS")), 0)
        for task in Path(f"/proc/{pid}/task").iterdir():
            total += sum(memory(int(child)) for child in (task / "children").read_text().split())
    return total


async def highest(pids: list[int]) -> None:
    """Note the most memory that is seen."""
    while pids:
        PEAK[0] = max(PEAK[0], sum(memory(pid) for pid in pids))
        await asyncio.sleep(2)


async def learner(
    number: int, uri: str, secret: str, tls: ssl.SSLContext, seconds: float, delays: list[float]
) -> tuple[int, int]:
    """One learner's work; how many inputs were sent and how many the server has in the end."""
    lines = SCRIPT
    sent = 0
    async with connect(uri, ssl=tls, server_hostname="hvlab", compression=None) as socket:
        joined = {"type": "join", "secret": secret, "name": f"load {number} {time.time_ns()}"}
        await socket.send(json.dumps(joined))
        welcome = json.loads(await socket.recv())
        if welcome["type"] != "welcome":
            raise SystemExit(welcome)
        end = time.monotonic() + seconds
        await asyncio.sleep(PAUSE * (number % 50) / 50)
        kept = 0
        while time.monotonic() < end:
            line = lines[min(sent, len(lines) - 1)]
            begun = time.perf_counter()
            await socket.send(json.dumps({"type": "inputs", "first": sent + 1, "lines": [line]}))
            sent += 1
            kept = json.loads(await socket.recv())["count"]
            delays.append(time.perf_counter() - begun)
            await asyncio.sleep(max(0.0, PAUSE - delays[-1]))
    return sent, kept


async def main() -> int:
    """All learners at once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("places", help="one, or more of servers that share a class, with commas between")
    parser.add_argument(
        "--pids", default="", help="servers whose memory is to be read, with commas between (Linux)"
    )
    parser.add_argument("learners", type=int)
    parser.add_argument("--minutes", type=float, default=5.0)
    asked = parser.parse_args()
    places = [parse_place(place) for place in asked.places.split(",")]
    pids = [int(pid) for pid in asked.pids.split(",") if pid]
    before = sum(memory(pid) for pid in pids)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
    delays: list[float] = []
    work = []
    for number in range(asked.learners):
        code, host, port = places[number % len(places)]
        uri = f"wss://{host}:{port}/learn"
        work.append(asyncio.create_task(learner(number, uri, code.secret, tls, asked.minutes * 60, delays)))
        await asyncio.sleep(0.02)
    watching = asyncio.create_task(highest(pids))
    results = await asyncio.gather(*work)
    watching.cancel()
    sent, kept = sum(one for one, _ in results), sum(one for _, one in results)
    delays.sort()
    print(  # noqa: T201
        f"{asked.learners} learners, {sent} inputs sent, {kept} kept; "
        f"median {statistics.median(delays) * 1000:.1f} ms, "
        f"99th percentile {delays[int(len(delays) * 0.99)] * 1000:.1f} ms, longest {delays[-1] * 1000:.1f} ms"
    )
    if pids:
        used = (before >> 10, PEAK[0] >> 10, (PEAK[0] - before) / asked.learners / 1024)
        print("memory of servers and replays: %d MB at first, %d at most, %.2f a learner" % used)  # noqa: T201, UP031
    return 0 if sent == kept else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
