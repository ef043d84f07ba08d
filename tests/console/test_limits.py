"""Hostile scripts end in one clear error, at the line at fault, with the shell alive."""

from __future__ import annotations

import sys

import pytest

from tests.console.support import shell

HOSTILE: list[tuple[str, str, int]] = [
    ("while ($true) { }", "StepBudgetExceeded", 1),
    ("'a'\nfor (;;) {\n  $x++\n}", "StepBudgetExceeded", 3),
    ("do { } until ($false)", "StepBudgetExceeded", 1),
    ("function f { f }\nf", "CallDepthOverflow", 1),
    ("function f($n) { f ($n + 1) }; f 0", "CallDepthOverflow", 1),
    ("$b = { & $b }; & $b", "CallDepthOverflow", 1),
    ("$b = { 1 | % $b }; & $b", "CallDepthOverflow", 1),
    ("$b = { $b.Invoke() }; & $b", "CallDepthOverflow", 1),
    ("function f { 1 | ? { f } }; f", "CallDepthOverflow", 1),
    ("function f { try { f } finally { } }; f", "CallDepthOverflow", 1),
    ('function f { "$(f)" }; f', "CallDepthOverflow", 1),
    ("1..2000000000", "SizeLimitExceeded", 1),
    ("$x = 'ab' * 1000000000", "SizeLimitExceeded", 1),
    ("$x = 'x'\n while (1) { $x += $x }", "SizeLimitExceeded", 2),
    ("$x = 1,2\n while (1) { $x += $x }", "SizeLimitExceeded", 2),
    ("$x = (1..1000) * 100000", "SizeLimitExceeded", 1),
    ("$x = 'x' * 3000000; $y = \"$x$x\"", "SizeLimitExceeded", 1),
    ("$x = 'x' * 3000000; $y = $x,$x -join '-'", "SizeLimitExceeded", 1),
    ("$x = 'x' * 3000; $x -replace 'x', $x", "SizeLimitExceeded", 1),
    ("'{0,999999}' * 3 | % { $_ -f 1 } | % { $_ * 2 }; 'x'.PadLeft(9999999)", "SizeLimitExceeded", 1),
    ("$h = @{}; $i = 0; while (1) { $h[$i++] = 'x' }", "StepBudgetExceeded", 1),
    ("try { while (1) { } } catch { 'no' }", "StepBudgetExceeded", 1),
    ("1..1000 | % { 1..1000 | % { 1..1000 } } | Out-Null", "StepBudgetExceeded", 1),
    ("1..900000 | sort -Descending | Out-Null", "StepBudgetExceeded", 1),
    ("('a' * 300000) -match '(a|b|ab)*c'; while (1) { }", "StepBudgetExceeded", 1),
    ("$a = @(1); while (1) { $a = ,$a * 2 }", "StepBudgetExceeded", 1),
]


@pytest.mark.parametrize(("source", "error_id", "line"), HOSTILE, ids=[case[0][:50] for case in HOSTILE])
def test_hostile(source: str, error_id: str, line: int) -> None:
    running, host, _ = shell(step_limit=400_000)
    outcome = running.run(source + "\n'never'")
    assert [e.error_id for e in host.errors] == [error_id]
    assert host.errors[0].position is not None and host.errors[0].position.line == line
    assert "never" not in host.objects
    assert outcome.exit_code == 1 and outcome.stopped_at is not None
    host.errors.clear()
    host.objects.clear()
    assert running.run("1 + 1").ok and host.objects == [2]


def test_the_budget_is_for_each_run() -> None:
    running, host, _ = shell(step_limit=10_000)
    for _ in range(5):
        assert running.run("foreach ($i in 1..500) { $x = $i }").ok
    assert not host.errors


def test_more_work_costs_more() -> None:
    running, _, _ = shell()
    running.run("foreach ($i in 1..100) { $x = $i }")
    few = running.runtime.step_limit - running.runtime.steps
    running.run("foreach ($i in 1..1000) { $x = $i }")
    many = running.runtime.step_limit - running.runtime.steps
    assert 8 * few < many < 12 * few


def test_limits_do_not_depend_on_the_stack_below() -> None:
    """The same script ends the same way however deep its caller stands."""

    def at_depth(depth: int) -> str:
        if depth:
            return at_depth(depth - 1)
        running, host, _ = shell()
        running.run("function f($n) { if ($n -gt 0) { f ($n - 1) } else { 'end' } }; f 90; f 200")
        return f"{host.objects} {[e.error_id for e in host.errors]}"

    assert at_depth(0) == at_depth(500) == "['end'] ['CallDepthOverflow']"


def test_the_recursion_limit_is_put_back() -> None:
    before = sys.getrecursionlimit()
    running, _, _ = shell()
    running.run("1")
    assert sys.getrecursionlimit() == before


def test_cyclic_values_print() -> None:
    running, host, _ = shell()
    running.run('$a = @(1, 2); $a[0] = $a; "$a"; $a | Out-String; $a | ConvertTo-Json')
    running.run("$h = @{}; $h.self = $h; $h | ConvertTo-Json -Compress -Depth 9; $h")
    assert not host.errors
