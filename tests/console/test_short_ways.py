"""The short ways of the evaluator lead where the long ones do.

A filter that looks at nothing but ``$_``, and a call whose arguments have the shape of one before it, are
done more quickly. Here the same is done in both ways.
"""

from __future__ import annotations

import pytest

from hvlab.console.convert import to_text
from tests.console.support import shell

RECORDS = """
$records = @(
    [pscustomobject]@{ Name = 'web01'; State = 'Running'; Size = 3 },
    [pscustomobject]@{ Name = 'DB01'; State = 'off'; Size = -1 },
    [pscustomobject]@{ Name = $null; State = @('a', 'b'); Size = 4294967296 },
    [pscustomobject]@{ Size = 2.5 },
    @{ Name = 'table'; Size = 7 },
    'text', 12, $null, @(1, 2, 3), $true, [timespan]'00:00:07'
) + @(Get-VM)
"""
EXPRESSIONS = [
    "$_",
    "$PSItem.Name",
    "$_.State -eq 'Off'",
    "$_.State -ceq 'Off'",
    "$_.State -ne 'Off'",
    "$_.Size -gt 2",
    "$_.Size -eq 3",
    "$_.Size * 2 + 1",
    "$_.Size / 2",
    "$_.Size % 0",
    "$_.Name -like '*01'",
    "$_.Name -match '(\\d+)'",
    "-not $_.Name",
    "$_.Name -and ($_.Size -lt 5)",
    "$_.State -eq 'Off' -or $_.Size",
    "$_.Name.Length -ge 4",
    "$_ -is [string]",
    "$_.Name -replace '0', 'O'",
    "($_.Size)",
    "1 / ($_.Size - 3)",
]


def done(script: str) -> tuple[list[str], list[str], list[str]]:
    """What a script puts out, and the identity and place of each of its errors."""
    lab, host, _ = shell()
    lab.run(RECORDS + script)
    errors = lab.runtime.error_list
    return (
        [f"{type(item).__name__} {to_text(item)}" for item in host.objects],
        [error.error_id for error in errors],  # type: ignore[attr-defined]
        [error.position.source.slice(error.position.span) for error in errors],  # type: ignore[attr-defined]
    )


@pytest.mark.parametrize("expression", EXPRESSIONS)
@pytest.mark.parametrize("command", ["Where-Object", "ForEach-Object"])
def test_a_filter_of_the_item_alone_is_the_general_one(command: str, expression: str) -> None:
    # Two statements in a block are run in the general way.
    assert done(f"$records | {command} {{ {expression} }}") == done(
        f"$records | {command} {{ $x = 0; {expression} }}"
    )


CALLS = """
function Show($First, [int]$Second = 5, [switch]$Third) { "$First|$Second|$Third|$args" }
function Give { param([Parameter(Mandatory)]$Name, $Rest) "$Name/$Rest" }
foreach ($value in 1, 'x', $null, 2.5, $true, @(1, 2), @{}, 'last') {
    Show $value 3
    Show -Second 4 $value
    Show $value -Third
    Show -Fir $value -Third:$false 8 9 10
    Show @{ First = $value }
    Give $value
    Give -Rest $value one
}
foreach ($number in '12', 7, 'none', $null) { Show a $number }
"""


def test_a_call_in_a_loop_binds_every_value_as_if_it_were_the_first() -> None:
    """Each pass meets the calls' shapes with another type, and with types that were there before."""
    again = done(CALLS)
    unrolled = CALLS.replace("foreach ($value in", "# ").split("\n")
    body = [line.strip() for line in unrolled if line.startswith("    ")]
    single = "\n".join(
        line.replace("$value", value)
        for value in ("1", "'x'", "$null", "2.5", "$true", "@(1, 2)", "@{}", "'last'")
        for line in body
    )
    head = "\n".join(CALLS.strip().split("\n")[:2])
    ends = "\n".join(f"Show a {number}" for number in ("'12'", "7", "'none'", "$null"))
    assert again[:2] == done(f"{head}\n{single}\n{ends}")[:2]


def test_what_a_function_knows_of_its_call() -> None:
    objects, errors, _ = done(
        "function Inner($A) { $PSBoundParameters.Count; $MyInvocation.InvocationName }\n"
        "function Outer($A, $B) { 1 | ForEach-Object { $PSBoundParameters.Keys }; Inner; $PSBoundParameters.Count\n"
        "  $null = $PSBoundParameters.Remove('B'); $PSBoundParameters.Count\n"
        "  $MyInvocation.BoundParameters.Count; $MyInvocation.MyCommand.Name }\n"
        "Outer 1 -B 2; & { param($C) $PSBoundParameters.C; $MyInvocation } 3"
    )
    assert not errors
    assert [text.split(" ", 1)[1] for text in objects] == [
        "A",
        "B",
        "0",
        "Inner",
        "2",
        "1",
        "1",
        "Outer",
        "3",
    ]


def test_a_filter_of_a_whole_list_asks_each_when_the_one_before_has_gone_all_its_way() -> None:
    """Where-Object may take a list at once, but what is done with a record counts for the next one."""
    lab, host, _ = shell()
    lab.run(
        "$list = 1..3 | ForEach-Object { [pscustomobject]@{ State = 'Off'; Number = $_ } }\n"
        "$list | Where-Object State -eq Off | ForEach-Object { $list[2].State = 'On'; $_.Number }"
    )
    assert [to_text(item) for item in host.objects] == ["1", "2"]


def test_a_filter_of_a_whole_list_goes_on_after_a_record_that_cannot_be_asked() -> None:
    lab, host, _ = shell()
    lab.run("@('a', '[', 'a') | Where-Object Length -eq 1 | Out-String -Stream")
    lab.run("@([pscustomobject]@{ P = 'a' }, [pscustomobject]@{ P = 'b' }) | Where-Object P -match '['; 'on'")
    assert [error.error_id for error in lab.runtime.error_list]  # type: ignore[attr-defined]
    assert to_text(host.objects[-1]) == "on"
