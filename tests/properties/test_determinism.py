"""The same inputs give the same world: twice in one process, and in processes with other hash seeds."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from hvlab.session.session import Session

IMAGES = {"a": "WS2008-x64", "b": "NT4", "c": "WS2012-x64"}
COMMANDS = [
    *(
        rf"New-VM {vm} -MemoryStartupBytes 256MB -VHDPath C:\Images\{image}.vhd"
        for vm, image in IMAGES.items()
    ),
    *(f"Start-VM {vm}" for vm in IMAGES),
    *(f"Wait-Lab {vm}" for vm in IMAGES),
    *(f"Start-LabWorkload {vm} -Operation Write -Count 3" for vm in IMAGES),
    "Start-LabWorkload a -Operation Read -Count 2 -Size 64KB",
    "Stop-VM a",
    "Stop-VM c",
    *(f"Stop-VM {vm} -TurnOff" for vm in IMAGES),
    "Remove-VM b -Force",
    r"New-VHD D:\x.vhd -SizeBytes 1GB -Dynamic",
    r"Add-VMHardDiskDrive a -ControllerType SCSI -Path D:\x.vhd",
    "Get-VM | Where-Object State -eq Running | Stop-VM -TurnOff",
    "Get-VM | Sort-Object Name -Descending | Start-VM",
    "Wait-Lab -Seconds 3",
    "Step-Lab 25 | Out-Null",
    "$n = (Get-LabEvent).Count; $n * 2",
]
BEGINNING = [*COMMANDS[:5], "Wait-Lab a -For Heartbeat"]
"""All three machines are there, two of them run."""


def done(commands: list[str], seed: int) -> Session:
    """A session in which these commands were given, whether they went well or not."""
    session = Session(seed=seed)
    for command in [*BEGINNING, *commands]:
        session.run(command)
    return session


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from(COMMANDS), max_size=14), st.integers(0, 5))
def test_the_same_commands_give_the_same_world(commands: list[str], seed: int) -> None:
    one, two = done(commands, seed), done(commands, seed)
    assert one.world.digest() == two.world.digest()
    assert one.world.trace.digest() == two.world.trace.digest()
    assert (one.world.now, one.world.processed) == (two.world.now, two.world.processed)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from(COMMANDS), min_size=1, max_size=10))
def test_time_and_causes_never_run_backwards(commands: list[str]) -> None:
    events = done(commands, 0).world.trace.events
    assert all(before[0] <= after[0] for before, after in pairwise(events))
    assert all(event[2] <= number for number, event in enumerate(events))


@settings(max_examples=10, deadline=None)
@given(
    st.lists(st.sampled_from(COMMANDS), max_size=8),
    st.lists(st.sampled_from(COMMANDS), min_size=1, max_size=5),
)
def test_going_back_and_doing_the_same_again_leads_to_the_same(before: list[str], after: list[str]) -> None:
    session = done(before, 0)
    world = session.world
    saved = world.save()
    digest = world.digest()
    ends = []
    for _ in range(2):
        for command in after:
            session.run(command)
        ends.append((world.digest(), world.trace.digest()))
        world.restore(saved)
        assert world.digest() == digest
    assert ends[0] == ends[1]


SCRIPT = r"""
import sys
from hvlab.session.session import Session
session = Session(seed=4)
session.run(sys.argv[1])
print(session.world.digest(), session.world.trace.digest(), len(session.world.trace))
"""
EVERYTHING = "; ".join(
    [
        *COMMANDS[:6],
        "Wait-Lab a -For Heartbeat; Wait-Lab b; Wait-Lab c -For Heartbeat",
        *COMMANDS[9:],
        "Wait-Lab -Seconds 5",
    ]
)


def test_the_hash_seed_of_the_process_plays_no_part() -> None:
    outputs = set()
    for seed in ("0", "1", "4242"):
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, EVERYTHING],
            check=True,
            capture_output=True,
            text=True,
            timeout=120,
            env={**os.environ, "PYTHONHASHSEED": seed},
        )
        outputs.add(done.stdout)
    (only,) = outputs
    here = Session(seed=4)
    here.run(EVERYTHING)
    world = here.world
    assert only.split() == [world.digest(), world.trace.digest(), str(len(world.trace))]
    assert len(world.trace) > 2000
