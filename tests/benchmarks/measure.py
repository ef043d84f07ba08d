"""Ratios measured in one process: rounds are interleaved, the best of each is compared.

The best round is the one least disturbed by whatever else the machine does; both
sides get the same chance of one.
"""

from __future__ import annotations

import time
from collections.abc import Callable


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def best(rounds: int, *contenders: Callable[[], float]) -> list[float]:
    """The best time of each contender over so many interleaved rounds."""
    times: list[list[float]] = [[] for _ in contenders]
    for _ in range(rounds):
        for results, contender in zip(times, contenders, strict=True):
            results.append(contender())
    return [min(results) for results in times]


def show(label: str, ratio: float, goal: str) -> None:
    """One row of the table (seen with `pytest -m benchmark -s`)."""
    print(f"\n  {label:<68} {ratio:6.2f}   goal {goal}")  # noqa: T201
