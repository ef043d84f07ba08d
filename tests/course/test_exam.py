"""An exam's clock, and which commands it lets through, whatever they are called."""

from __future__ import annotations

import pytest

from hvlab.course.exam import GRACE, Terms, forbidden
from hvlab.session.session import Session

MINUTE = 60_000
TABLE = Session().table
ALLOWED = ["Get-*", "ForEach-Object", "new-vm"]


@pytest.mark.parametrize(
    "text",
    [
        "Get-VM",
        "gvm",
        "get-vm | % { $_.Name }",
        "New-VM web01 | Get-VM",
        "1 + 1",
        "vm",
        "$x = Get-VM; $x",
        "Get-VM (",
    ],
)
def test_what_is_allowed_goes_through_by_any_of_its_names(text: str) -> None:
    assert forbidden(text, ALLOWED, TABLE) == ""


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Start-VM web01", "Start-VM"),
        ("Get-VM; start-vm web01", "Start-VM"),
        ("sasv web01", "sasv"),
        ("Get-VM | % { Start-VM $_.Name }", "Start-VM"),
        ("if ($true) { while ($false) { Stop-VM x } }", "Stop-VM"),
        ('"name: $(Start-VM web01)"', "Start-VM"),
        ("@{ a = (Start-VM web01) }", "Start-VM"),
        ("function Get-It { Start-VM web01 }", "Start-VM"),
        ("& 'Start-VM' web01", "Start-VM"),
        ("& $name web01", "&"),
        ("& { Start-VM web01 }", "&"),
        (". D:\\work.ps1", "&"),
        ("D:\\work.ps1", "&"),
        ("Set-Alias Get-It Start-VM", "Set-Alias"),
        ("Invoke-Expression 'Start-VM web01'", "Invoke-Expression"),
    ],
)
def test_what_is_not_allowed_is_found_wherever_it_hides(text: str, name: str) -> None:
    assert forbidden(text, ALLOWED, TABLE) == name
    assert forbidden(text, [], TABLE) == "" == forbidden(text, ["*"], TABLE)


def test_the_clock_stands_while_it_is_paused_and_ends_when_it_must() -> None:
    terms = Terms(10)
    assert (terms.state(5), terms.left(5), terms.ends) == ("waiting", 10 * MINUTE, 0)
    terms = terms.begin(MINUTE)
    assert terms.begin(99 * MINUTE) == terms
    assert (terms.state(11 * MINUTE), terms.state(11 * MINUTE + 1)) == ("runs", "over")
    paused = terms.pause(4 * MINUTE)
    assert paused.state(6 * MINUTE) == "paused" and paused.left(6 * MINUTE) == 7 * MINUTE
    assert paused.state(4 * MINUTE + GRACE, GRACE) == "runs" != paused.state(4 * MINUTE + GRACE + 1, GRACE)
    on = paused.resume(9 * MINUTE)
    assert (on.left(9 * MINUTE), on.ends, on.state(16 * MINUTE)) == (7 * MINUTE, 16 * MINUTE, "runs")
    ended = paused.end(9 * MINUTE)
    assert (ended.state(9 * MINUTE), ended.left(9 * MINUTE), ended.ended) == ("over", 0, True)
    assert not Terms(1).end(5).ended
