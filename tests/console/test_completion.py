"""Completion: what is offered where."""

from __future__ import annotations

import time

import pytest

from hvlab.console.completion import Candidates, complete
from hvlab.console.history import History
from tests.console.support import table

TABLE = table()
SOURCES = {
    "vm": lambda: ["web01", "web02", "My VM"],
    "variable": lambda: ["vm", "vms", "x"],
    "property": lambda: ["Name", "State"],
    "path": lambda: ["C:\\Images", "C:\\VMs"],
    "function": lambda: ["Get-Mine"],
}


def offered(line: str) -> list[str]:
    cursor = line.index("¦") if "¦" in line else len(line)
    return [c.text for c in complete(line.replace("¦", ""), cursor, TABLE, SOURCES)]


CASES: list[tuple[str, list[str]]] = [
    ("Get-V", ["Get-Variable", "Get-VM"]),
    ("get-m", ["Get-Member", "Get-Module", "Get-Mine"]),
    ("Get-VM | Sta", ["Start-VM"]),
    ("$x = Sta", ["Start-VM"]),
    ("if (Sta", ["Start-VM"]),
    ("Get-VM | % { Sta", ["Start-VM"]),
    ("'a'; Sta", ["Start-VM"]),
    ('"$(Sta', []),
    ("Start-VM ", ["'My VM'", "web01", "web02"]),
    ("Start-VM W", ["web01", "web02"]),
    ("Start-VM -Name w", ["web01", "web02"]),
    ("Start-VM -n w", ["web01", "web02"]),
    ("Start-VM web01,w", ["web01", "web02"]),
    ("Start-VM web01, ", ["'My VM'", "web01", "web02"]),
    ("Start-VM -Name:w", ["web01", "web02"]),
    ("Start-VM 'm", ["'My VM'"]),
    ('Start-VM "m', ['"My VM"']),
    ("Start-VM web01 ", []),
    ("Start-VM -Pas", ["-Passthru"]),
    ("Start-VM -Name x -n", []),
    ("Start-VM -w", ["-WarningAction", "-WarningVariable", "-WhatIf"]),
    ("New-VM -NewVHDPath x -N", ["-Name", "-NewVHDSizeBytes", "-Notes"]),
    ("New-VM -BootDevice ", ["CD", "Floppy", "IDE", "VHD"]),
    ("New-VM -Boot f", ["Floppy"]),
    ("New-VM -Notes ", ["first", "second"]),
    ("New-VM -Auto ", ["$false", "$true"]),
    ("New-VM -NewVHDPath C:\\I", ["C:\\Images"]),
    ("Get-VM -ErrorAction S", ["SilentlyContinue", "Stop"]),
    ("Get-VM | ? ", ["Name", "State"]),
    ("Get-VM | sort S", ["State"]),
    ("$v", ["vm", "vms"]),
    ("Start-VM $v", ["vm", "vms"]),
    ('"see $v', ["vm", "vms"]),
    ("'see $v", []),
    ("$x -li", ["-like"]),
    ("$x -eq 1 -a", ["-and", "-as"]),
    ("Get-VM | ? { $_.State -ne", ["-ne"]),
    ("# Sta", []),
    ("<# Sta", []),
    ("Sta¦ web01", ["Start-VM"]),
    ("Nonsense -x", []),
    ("wai", ["Wait-Lab"]),
    ("whi", ["while"]),
]


@pytest.mark.parametrize(("line", "expected"), CASES, ids=[case[0] for case in CASES])
def test_offered(line: str, expected: list[str]) -> None:
    assert offered(line) == expected


def test_replacing_gives_the_line_one_means() -> None:
    for line, expected in [
        ("Start-VM 'm", "Start-VM 'My VM'"),
        ("Start-VM m", "Start-VM 'My VM'"),
        ('Start-VM "m', 'Start-VM "My VM"'),
        ("New-VM -BootDevice:f", "New-VM -BootDevice:Floppy"),
        ("sta", "Start-VM"),
        ("Start-VM -pas", "Start-VM -Passthru"),
    ]:
        first = complete(line, len(line), TABLE, SOURCES)[0]
        assert line[: first.start] + first.text + line[first.end :] == expected


def test_what_only_the_lab_has_is_marked() -> None:
    [found] = complete("Wait-L", 6, TABLE, {})
    assert found.lab_only and "[lab]" in found.description
    [other] = complete("Start-V", 7, TABLE, {})
    assert not other.lab_only and "[lab]" not in other.description


def test_two_thousand_candidates_are_found_by_bisection() -> None:
    """A ratio, not a time: a prefix among 2 000 names costs no more than a few times one among 20."""

    def cost(count: int) -> float:
        names = Candidates(f"vm{i:05}" for i in range(count))
        sources = {"vm": lambda: names}
        best = 1e9
        for _ in range(7):
            start = time.perf_counter()
            for _ in range(100):
                assert [c.text for c in complete("Start-VM vm00011", 16, TABLE, sources)] == ["vm00011"]
            best = min(best, time.perf_counter() - start)
        return best

    assert cost(2_000) < 3 * cost(20)


def test_candidates() -> None:
    names = Candidates(["b", "A2", "a1", "Ä", "a1"])
    assert names.starting("a") == ["a1", "A2"]
    assert names.starting("") == ["a1", "A2", "b", "Ä"]
    assert names.starting("zz") == [] and len(names) == 4


def test_history() -> None:
    history = History(["Get-VM", "Start-VM a", "Start-VM a", "", "Get-Help"])
    assert history.entries() == ["Get-VM", "Start-VM a", "Get-Help"]
    end = len(history)
    assert history.previous(end) == 2
    assert history.previous(2) == 1
    assert history.previous(end, "get-v") == 0
    assert history.previous(0) is None
    assert history.next(0) == 1
    assert history.next(0, "get") == 2
    assert history.next(2) is None
    assert history.search("VM") == 1
    assert history.search("VM", 1) == 0
    assert history.search("nothing") is None
    small = History(limit=2)
    for line in "abc":
        small.add(line)
    assert small.entries() == ["b", "c"]
    history.add("Get-VM")
    assert history.previous(3, "Get-VM") is None  # the same line again is passed over
    assert history.previous(4, "Get-VM") == 3
