"""The console's language beside plain Python: ten thousand statements of everyday work.

The same steps are written in both: assignments and sums in a loop, text, a function's calls, and
pipelines over a hundred objects.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from hvlab.console.host import RecordingHost
from hvlab.session.session import Session
from tests.benchmarks.measure import medians, seconds, show

pytestmark = pytest.mark.benchmark

ROUNDS = 7


def script(session: Session, text: str) -> Callable[[], float]:
    """One run of a script that has been parsed and logged like any other."""

    def run() -> float:
        return seconds(lambda: session.run(text))

    return run


ARITHMETIC = """
$sum = 0
for ($i = 0; $i -lt 2500; $i++) {
    $double = $i * 2 + 1
    $rest = $double % 7
    if ($rest -gt 3) { $sum += $rest } else { $sum -= 1 }
}
$sum
"""


def arithmetic() -> int:
    total = 0
    i = 0
    while i < 2500:
        double = i * 2 + 1
        rest = double % 7
        if rest > 3:
            total += rest
        else:
            total -= 1
        i += 1
    return total


PIPELINES = """
$machines = foreach ($i in 1..100) {
    [pscustomobject]@{ Name = "vm$i"; State = @('Off','Running')[$i % 2]; Memory = $i * 32 }
}
foreach ($round in 1..33) {
    $off = $machines | Where-Object { $_.State -eq 'Off' }
    $names = $machines | ForEach-Object { $_.Name }
    $whole = $machines | Where-Object State -eq Running | Measure-Object -Property Memory -Sum
}
$whole.Sum
"""


@dataclass
class Machine:
    Name: str
    State: str
    Memory: int


def pipelines() -> int:
    machines = [Machine(f"vm{i}", ("Off", "Running")[i % 2], i * 32) for i in range(1, 101)]
    total = 0
    for _ in range(33):
        [machine for machine in machines if machine.State.lower() == "off"]
        [machine.Name for machine in machines]
        total = sum(machine.Memory for machine in machines if machine.State.lower() == "running")
    return total


FUNCTIONS = """
function Get-Share([int]$Part, [int]$Whole) { if ($Whole -eq 0) { return 0 }; 100 * $Part / $Whole }
$texts = foreach ($i in 1..800) {
    $share = Get-Share $i 800
    $text = "vm$i has $share of it"
    if ($text -like '*9 has*') { $text.ToUpper() }
}
$texts.Count
"""


def functions() -> int:
    from fnmatch import fnmatchcase

    def share_of(part: int, whole: int) -> float:
        if whole == 0:
            return 0
        return 100 * part / whole

    texts = []
    for i in range(1, 801):
        share = share_of(i, 800)
        text = f"vm{i} has {share} of it"
        if fnmatchcase(text.lower(), "*9 has*"):
            texts.append(text.upper())
    return len(texts)


WORK: dict[str, tuple[str, Callable[[], int]]] = {
    "arithmetic": (ARITHMETIC, arithmetic),
    "pipelines": (PIPELINES, pipelines),
    "functions": (FUNCTIONS, functions),
}


def test_statements_beside_plain_python() -> None:
    """The three kinds of work one after the other, as one sum; each alone is shown beside it."""
    ours_total = theirs_total = 0.0
    for name, (text, plain) in WORK.items():
        host = RecordingHost()
        session = Session(host=host)
        assert session.run(text).ok
        assert host.objects[-1] == plain()
        ours, theirs = medians(ROUNDS, script(session, text), repeated(plain))
        show(f"{name}: times the same in plain Python", ours / theirs, "")
        ours_total += ours
        theirs_total += theirs
    show("10 000 statements: times the same in plain Python", ours_total / theirs_total, "<= 30")
    assert ours_total / theirs_total <= 30


def repeated(work: Callable[[], int]) -> Callable[[], float]:
    """Seconds for one call; plain Python is too quick to be measured once."""
    return lambda: seconds(lambda: [work() for _ in range(20)]) / 20
