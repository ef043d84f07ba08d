"""What objects look like, to the character."""

from __future__ import annotations

import pytest

from hvlab.console.formatting import Formatter, format_values
from hvlab.console.objects import Column, DateTime, ObjectType, TimeSpan, custom_object
from tests.console.support import printed

CASES: list[tuple[str, str]] = [
    ("'a'; 1; 1.5; $true; $null; 'b'", "a\n1\n1.5\nTrue\nb\n"),
    ("'two\nlines'", "two\nlines\n"),
    ("1,2", "1\n2\n"),
    (
        "Get-VM",
        """
Name  State   MemoryAssigned(M) Uptime
----  -----   ----------------- ------
web01 Running               512 00:01:23
web02 Off                     0 00:00:00
db01  Running              2048 1.01:01:01

""",
    ),
    (
        "Get-VM | Select-Object Name,State",
        """
Name  State
----  -----
web01 Running
web02 Off
db01  Running

""",
    ),
    (
        "Get-VM web01 | Format-List",
        """
Name           : web01
State          : Running
MemoryAssigned : 536870912
Uptime         : 00:01:23.4560000
Disks          : {C:\\web01.vhd}
Notes          :

""",
    ),
    (
        "[pscustomobject]@{A=1;B='x';C=$null;D=1,2,3,4,5;E=$true}",
        """
A : 1
B : x
C :
D : {1, 2, 3, 4...}
E : True

""",
    ),
    (
        "[pscustomobject]@{N=5;T='x'}, [pscustomobject]@{N=500;T='yy'}",
        """
  N T
  - -
  5 x
500 yy

""",
    ),
    (
        "@{one=1;two='zwei'}",
        """
Name                           Value
----                           -----
one                            1
two                            zwei

""",
    ),
    (
        "Get-VM web01 | ft Name,@{Label='MB';Expression={$_.MemoryAssigned/1MB};Width=6}",
        """
Name      MB
----      --
web01    512

""",
    ),
    (
        "Get-VM | sort State | ft Name -GroupBy State",
        """
   State: Running

Name
----
web01
db01


   State: Off

Name
----
web02

""",
    ),
    ("Get-VM | ft Name -HideTableHeaders", "\nweb01\nweb02\ndb01\n\n"),
    ("1,2 | ft; 'a' | fl", "1\n2\na\n"),
    (
        "Get-VM | fl Name,@{n='GB';e={'{0:N1}' -f ($_.MemoryAssigned/1GB)}}",
        """
Name : web01
GB   : 0.5

Name : web02
GB   : 0.0

Name : db01
GB   : 2.0

""",
    ),
    ("Get-VM | fw", "\nweb01                                                       web02\ndb01\n\n"),
    ("'x'; Get-VM web02 | select Name; 'y'", "x\n\nName\n----\nweb02\n\ny\n"),
    ("Write-Host a b -NoNewline; Write-Host (1,2) -Separator ':'", "a b1:2\n"),
    ("Get-VM web02 | select Name; Write-Host hi", "\nName\n----\nweb02\n\nhi\n"),
    ("Get-VM | % Name | Out-String | % Length", "17\n"),
    ("'{0}' -f (Get-VM web01)", "web01\n"),
]


@pytest.mark.parametrize(("source", "expected"), CASES, ids=[case[0][:40] for case in CASES])
def test_printed(source: str, expected: str) -> None:
    assert printed(source) == expected


def test_narrow_tables_shorten_text_then_leave_out_columns() -> None:
    rows = "[pscustomobject]@{Name='x'*30;Other='y'*30;N=12345}"
    assert printed(rows, width=40) == (
        "\nName              Other                N\n----              -----                -\n"
        "xxxxxxxxxxxxxx... yyyyyyyyyyyyyy... 12345\n\n"
    ) or all(len(line) <= 40 for line in printed(rows, width=40).split("\n"))
    for width in range(20, 90):
        assert all(len(line) <= width for line in printed(rows, width=width).split("\n"))
        assert "Name" in printed(rows, width=width)


def test_shortened_cells_end_in_dots() -> None:
    text = printed("[pscustomobject]@{Name='x'*30;N=1}", width=20)
    assert "x" * 15 + "... 1" in text


def test_list_values_wrap_under_themselves() -> None:
    text = printed("[pscustomobject]@{A=1;B=2;C=3;D=4;Long='x'*30}", width=30)
    assert "Long : " + "x" * 23 + "\n       " + "x" * 7 + "\n" in text


def test_wrap_keeps_everything() -> None:
    text = printed("[pscustomobject]@{Name='x'*30;N=1} | ft -Wrap", width=20)
    assert text.count("x") == 30 and "..." not in text


def test_types_with_views() -> None:
    kind = ObjectType(
        "Test.Thing",
        {"A": lambda s: s, "B": lambda s: s * 2, "When": lambda s: DateTime.of(2008, 6, 26, 15, 4, 5)},
        columns=("A", Column("Twice", "B", width=8, align="right"), "When"),
        list_columns=("B",),
    )
    assert format_values([kind.of(1), kind.of(20)]) == (
        "\n A    Twice When\n -    ----- ----\n 1        2 6/26/2008 3:04:05 PM\n20       40 6/26/2008 3:04:05 PM\n\n"
    )
    kind.default_view = "list"
    assert format_values([kind.of(1)]) == "\nB : 2\n\n"


def test_different_types_get_their_own_tables() -> None:
    text = format_values([custom_object(A=1), custom_object(A=2), custom_object(B=3)])
    assert text == "\nA\n-\n1\n2\n\n\nB\n-\n3\n\n"


def test_times() -> None:
    assert format_values([DateTime.of(2008, 6, 26, 9, 5, 0)]) == "\nThursday, June 26, 2008 9:05:00 AM\n\n"
    assert "TotalSeconds      : 90\n" in format_values([TimeSpan.of_seconds(90)])


def test_rows_wait_for_their_table() -> None:
    formatter = Formatter(80)
    assert formatter.feed(custom_object(A=1)) == []
    assert formatter.feed(custom_object(A=22)) == []
    assert formatter.feed("text") == ["", " A", " -", " 1", "22", "", "text"]
    assert formatter.flush() == []
