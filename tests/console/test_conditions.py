"""Checks: the answer, what was expected, what was found, and the part that decided."""

from __future__ import annotations

import pytest

from hvlab.console.errors import CmdletError, ParseError
from tests.console.support import shell

CASES: list[tuple[str, bool, str, str, str]] = [
    ("(Get-VM web01).State -eq 'Running'", True, "Running", "Running", ""),
    ("(Get-VM web02).State -eq 'Running'", False, "Running", "Off", ""),
    ("(Get-VM).Count -ge 5", False, "at least 5", "3", ""),
    ("(Get-VM).Name -contains 'web09'", False, "containing web09", "web01, web02, db01", ""),
    ("'x' -in 'a','b'", False, "one of a, b", "x", ""),
    ("(Get-VM web01).Name -like 'db*'", False, "like db*", "web01", ""),
    ("(Get-VM web01).Notes -ne ''", False, 'not ""', '""', ""),
    ("1..20 -contains 30", False, "containing 30", "1, 2, 3, 4, 5, 6, … (20 in all)", ""),
    ("$null -eq (Get-VM | ? Name -eq 'zz')", True, "nothing", "nothing", ""),
    ("1 -eq 1 -and 2 -eq 3", False, "3", "2", "2 -eq 3"),
    ("1 -eq 2 -and 2 -eq 2", False, "2", "1", "1 -eq 2"),
    ("1 -eq 2 -or 3 -eq 3", True, "3", "3", "3 -eq 3"),
    ("1 -eq 2 -or 1 -eq 3", False, "2 or 3", "1", ""),
    ("-not (1 -eq 1)", False, "not 1", "1", ""),
    ("Get-VM | ? State -eq Saved", False, "something", "nothing", ""),
    ("Get-VM web01", True, "something", "web01", ""),
    ("$true", True, "True", "True", ""),
    ("$x = 5; $x -gt 7", False, "more than 7", "5", "$x -gt 7"),
    ("((1 -eq 1) -and (2 -lt 1))", False, "less than 1", "2", "(2 -lt 1)"),
    ("(Get-VM web01).MemoryAssigned -eq 1GB", False, "1073741824", "536870912", ""),
]


@pytest.mark.parametrize(("source", "value", "expected", "actual", "part"), CASES, ids=[c[0] for c in CASES])
def test_verdict(source: str, value: bool, expected: str, actual: str, part: str) -> None:
    running, host, _ = shell()
    verdict = running.evaluate_condition(source)
    assert (verdict.value, verdict.expected, verdict.actual) == (value, expected, actual)
    assert verdict.source == (part or source)
    assert host.objects == []


def test_and_does_not_look_further_than_it_must() -> None:
    running, _, lab = shell()
    running.evaluate_condition("1 -eq 2 -and (Get-VM web01)")
    assert lab.log == []


def test_errors_reach_the_caller() -> None:
    running, _, _ = shell()
    with pytest.raises(ParseError):
        running.evaluate_condition("1 -eq")
    with pytest.raises(CmdletError) as caught:
        running.evaluate_condition("Get-Nothing -eq 5")
    assert caught.value.record is not None and "Get-Nothing" in caught.value.record.render()
    with pytest.raises(CmdletError):
        running.evaluate_condition("while ($true) { }")
    with pytest.raises(CmdletError):
        running.evaluate_condition("")


def test_a_condition_may_be_a_long_list() -> None:
    running, _, _ = shell()
    verdict = running.evaluate_condition("(1..100 | % { 'x' * 500 }) -contains 'y'")
    assert len(verdict.actual) < 1500 and verdict.actual.endswith("(100 in all)")
