"""Servers killed, databases stopped, networks cut: what was acknowledged is there afterwards, and nothing twice."""

from __future__ import annotations

import pytest

from tests.classroom import faults, postgres

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("uses_postgresql", [False, True], ids=["sqlite", "postgresql"])
def test_every_acknowledged_input_is_there_after_each_fault_and_none_twice(uses_postgresql: bool) -> None:
    if uses_postgresql and not postgres.is_there():
        pytest.skip("there is no PostgreSQL here")
    rows, found = faults.run(learners=4, away=60, uses_postgresql=uses_postgresql)
    assert faults.holds(rows, found), "\n".join(faults.table(rows, found))
