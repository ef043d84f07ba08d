"""For all tests: what hypothesis draws is the same in every run, so a run says the same twice; a booted lab to look at.

`HYPOTHESIS_PROFILE=search` looks further, with new examples each time.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

from hvlab.console import limits
from hvlab.session.session import Session
from hvlab.storage.spill import SPILL

settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("search", deadline=None, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

limits.SPARE_FAULTS = False  # a fault of hvlab's own fails a test; one test looks at how it is told

IMAGE = r"C:\Images\WS2008-x64.vhd"


@pytest.fixture(scope="session")
def booted() -> Session:
    """A session in which web01 has booted and written; nobody may change it."""
    session = Session()
    outcome = session.run(
        f"New-VM web01 -MemoryStartupBytes 512MB -VHDPath {IMAGE}; Start-VM web01; Wait-Lab -VM web01 -For Heartbeat;"
        "Start-LabWorkload web01 -Operation Write -Count 3"
    )
    assert outcome.ok, outcome.errors
    return session


@pytest.fixture(autouse=True)
def a_process_of_its_own() -> None:
    """Each test begins as a process does that has written no long runs of disks' bytes yet."""
    SPILL.seen = 0
