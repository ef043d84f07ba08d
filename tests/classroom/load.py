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
    parser.add_argument("place")
    parser.add_argument("learners", type=int)
    parser.add_argument("--minutes", type=float, default=5.0)
    asked = parser.parse_args()
    code, host, port = parse_place(asked.place)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
    uri = f"wss://{host}:{port}/learn"
    delays: list[float] = []
    work = []
    for number in range(asked.learners):
        work.append(asyncio.create_task(learner(number, uri, code.secret, tls, asked.minutes * 60, delays)))
        await asyncio.sleep(0.02)
    results = await asyncio.gather(*work)
    sent, kept = sum(one for one, _ in results), sum(one for _, one in results)
    delays.sort()
    print(  # noqa: T201
        f"{asked.learners} learners, {sent} inputs sent, {kept} kept; "
        f"median {statistics.median(delays) * 1000:.1f} ms, "
        f"99th percentile {delays[int(len(delays) * 0.99)] * 1000:.1f} ms, longest {delays[-1] * 1000:.1f} ms"
    )
    return 0 if sent == kept else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
