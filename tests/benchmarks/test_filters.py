"""500 machines filtered at the prompt, by a cmdlet's pipeline and by WQL, against a list comprehension over them."""

from __future__ import annotations

import time

import pytest

from hvlab.console.host import RecordingHost
from hvlab.console.hyperv.objects import vmms
from hvlab.host.machine import OFF
from hvlab.session.session import Session
from tests.benchmarks.measure import best, show

pytestmark = pytest.mark.benchmark

MACHINES, ROUNDS, TIMES = 500, 15, 20
GOAL = 50
WAYS = {
    "Get-VM | Where-Object": "Get-VM | Where-Object State -eq Off | Out-Null",
    "WQL": r"Get-WmiObject -Namespace root\virtualization -Query "
    "'SELECT * FROM Msvm_ComputerSystem WHERE EnabledState = 3' | Out-Null",
}


@pytest.mark.parametrize("way", WAYS)
def test_a_filter_over_500_machines(way: str) -> None:
    session = Session(host=RecordingHost())
    assert session.run(
        f"1..{MACHINES} | ForEach-Object {{ New-VM vm$_ -MemoryStartupBytes 64MB | Out-Null }}"
    ).ok
    machines = list(vmms(session).machines.values())

    def at_the_prompt() -> float:
        begin = time.process_time()
        assert session.run(WAYS[way]).ok
        return time.process_time() - begin

    def in_python() -> float:
        begin = time.process_time()
        for _ in range(TIMES):
            found = [machine for machine in machines if machine.state == OFF]
        assert len(found) == MACHINES
        return (time.process_time() - begin) / TIMES

    ours, theirs = best(ROUNDS, at_the_prompt, in_python)
    show(
        f"{MACHINES} machines filtered by {way}: times a list comprehension",
        ours / theirs,
        f"<= {GOAL}",
    )
    assert ours / theirs <= GOAL
