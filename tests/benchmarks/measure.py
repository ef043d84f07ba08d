"""Ratios measured in one process: short rounds are interleaved, and the medians are compared.

Work inside this process is counted in processor time, so that whatever else the
machine does in between does not count; what other processes do is timed by the
clock on the wall. Interleaved rounds let every contender meet the same weather.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable


def seconds(work: Callable[[], object]) -> float:
    """How much processor time one call takes."""
    gc.collect()
    begin = time.process_time()
    work()
    return time.process_time() - begin


def medians(rounds: int, *contenders: Callable[[], float]) -> list[float]:
    """The median of what each contender measures over so many interleaved rounds."""
    times: list[list[float]] = [[] for _ in contenders]
    for number in range(rounds):
        # Turn about, so that none always comes behind the same other.
        for place in range(len(contenders)):
            chosen = (place + number) % len(contenders)
            times[chosen].append(contenders[chosen]())
    return [statistics.median(results) for results in times]


def best(rounds: int, *contenders: Callable[[], float]) -> list[float]:
    """The least that each contender measures over so many interleaved rounds: what others do only adds to it."""
    times: list[list[float]] = [[] for _ in contenders]
    for number in range(rounds):
        for place in range(len(contenders)):
            chosen = (place + number) % len(contenders)
            times[chosen].append(contenders[chosen]())
    return [min(results) for results in times]


def show(label: str, ratio: float, goal: str) -> None:
    """One row of the table (seen with `pytest -n 0 -m benchmark -s`)."""
    print(f"\n  {label:<68} {ratio:6.2f}   goal {goal}", end="")  # noqa: T201
