"""The general cmdlets, by what they emit."""

from __future__ import annotations

import pytest

from hvlab.console.convert import to_text
from tests.console.support import failure, objects, printed, shell, texts

CASES: list[tuple[str, list[str]]] = [
    # Where-Object
    ("1..5 | where { $_ -gt 3 }", ["4", "5"]),
    ("Get-VM | ? Name -match '^web' | % Name", ["web01", "web02"]),
    ("Get-VM | ? Name -in 'db01','x' | % Name", ["db01"]),
    ("Get-VM | ? MemoryAssigned | % Name", ["web01", "db01"]),
    ("Get-VM | ? MemoryAssigned -ge 512MB | ? State -ne Off | % Name", ["web01", "db01"]),
    ("'a','B' | ? Length -eq 1 | ? { $_ -ceq 'B' }", ["B"]),
    ("Get-VM | Where-Object Name -ceq WEB01", []),
    # ForEach-Object
    ("'a','b' | % ToUpper", ["A", "B"]),
    ("'a-b' | % Split '-'", ["a", "b"]),
    ("1,2 | ForEach-Object { $_; $_ * 10 }", ["1", "10", "2", "20"]),
    ("1..3 | % { if ($_ -eq 2) { return }; $_ }", ["1", "3"]),
    # Select-Object
    ("1..9 | select -First 2; 1..9 | select -Last 2; 1..4 | select -Skip 3", ["1", "2", "8", "9", "4"]),
    (
        "1..9 | select -Skip 2 -First 2; 1..4 | select -SkipLast 3; 1..5 | select -Index 0,4",
        ["3", "4", "1", "1", "5"],
    ),
    ("1,2,1,'a','A' | select -Unique", ["1", "2", "a", "A"]),
    ("Get-VM web01 | select Name,@{n='MB';e={$_.MemoryAssigned / 1MB}}", ["@{Name=web01; MB=512}"]),
    ("Get-VM web01 | select N*,State -ExcludeProperty Notes", ["@{Name=web01; State=Running}"]),
    ("Get-VM web01 | select Name,Nope", ["@{Name=web01; Nope=}"]),
    ("(Get-VM web01 | select -exp State).ToString()", ["Running"]),
    ("1..3 | select -First 0", []),
    # Sort-Object
    ("3,1,2 | sort; 3,1,2 | sort -Descending", ["1", "2", "3", "3", "2", "1"]),
    ("'b','A','a','B' | sort", ["A", "a", "b", "B"]),
    ("10,9,'8' | sort", ["8", "9", "10"]),
    ("2,1,2,1 | sort -Unique", ["1", "2"]),
    ("Get-VM | sort MemoryAssigned,Name | % Name", ["web02", "web01", "db01"]),
    ("Get-VM | sort State,@{e='Name';Descending=$true} | % Name", ["web01", "db01", "web02"]),
    ("Get-VM | sort { $_.Name.Length },Name | % Name", ["db01", "web01", "web02"]),
    ("Get-VM | sort | % Name", ["db01", "web01", "web02"]),
    # Group-Object
    ("(Get-VM | group State | ? Name -eq Running).Count", ["2"]),
    ('Get-VM | group State | % { "$($_.Name)=$($_.Count)" }', ["Running=2", "Off=1"]),
    ("(1..5 | group { $_ % 2 } | ? Name -eq 0).Group", ["2", "4"]),
    ("$h = Get-VM | group State -AsHashTable -AsString; $h.Running.Count", ["2"]),
    # Measure-Object
    (
        "(1..4 | measure -Sum -Average -Maximum -Minimum) | % { $_.Sum; $_.Average; $_.Maximum; $_.Minimum }",
        ["10", "2.5", "4", "1"],
    ),
    ("(Get-VM | measure MemoryAssigned -Sum).Sum / 1MB", ["2560"]),
    (
        "('a b','c' | measure -Word -Line -Character) | % { $_.Words; $_.Lines; $_.Characters }",
        ["3", "2", "4"],
    ),
    ("(@() | measure).Count", ["0"]),
    # Compare-Object, Get-Unique, Tee-Object
    ('compare (1,2,3) (2,3,4) | % { "$($_.InputObject)$($_.SideIndicator)" }', ["4=>", "1<="]),
    ("compare 1,2 2,3 -IncludeEqual -ExcludeDifferent | % InputObject", ["2"]),
    ("1,1,2,1 | gu", ["1", "2", "1"]),
    ("1,2 | tee -Variable x | % { $_ * 2 }; $x.Count", ["2", "4", "2"]),
    ("1,2 | Write-Output -OutVariable o | Out-Null; $o.Count", ["2"]),
    # Out-String, JSON, CSV
    ('(1,2 | Out-String).Split("`n").Count', ["3"]),
    (
        "Get-VM web01 | select Name,@{n='Up';e={$true}},@{n='N';e={1.5}} | ConvertTo-Json -Compress",
        ['{"Name":"web01","Up":true,"N":1.5}'],
    ),
    ("1,'a',$null | ConvertTo-Json -Compress", ['[1,"a",null]']),
    (
        "@{a=@{b=@{c=@{d=1}}}} | ConvertTo-Json -Compress",
        ['{"a":{"b":{"c":"System.Collections.Hashtable"}}}'],
    ),
    ("@{a=@{b=@{c=@{d=1}}}} | ConvertTo-Json -Compress -Depth 5", ['{"a":{"b":{"c":{"d":1}}}}']),
    ("'a\"<b>' | ConvertTo-Json", ['"a\\"\\u003cb\\u003e"']),
    (
        "@{a=1;b=1,2} | ConvertTo-Json",
        ['{\n    "a":  1,\n    "b":  [\n              1,\n              2\n          ]\n}'],
    ),
    ('(\'{"a": [1, {"b": "x"}]}\' | ConvertFrom-Json).a[1].b', ["x"]),
    (
        "Get-VM web01 | select Name,State | ConvertTo-Csv",
        ["#TYPE Selected.Microsoft.HyperV.PowerShell.VirtualMachine", '"Name","State"', '"web01","Running"'],
    ),
    (
        "[pscustomobject]@{A='x\"y';B=$null} | ConvertTo-Csv -NoTypeInformation -Delimiter ';'",
        ['"A";"B"', '"x""y";'],
    ),
    # variables
    ("Set-Variable x 5; $x; (Get-Variable x).Value; Get-Variable x -ValueOnly", ["5", "5", "5"]),
    ("$a1 = 1; $a2 = 2; Remove-Variable a1; $null -eq $a1; Get-Variable a* | % Name", ["True", "a2"]),
    ("New-TimeSpan -Minutes 2 | % TotalSeconds", ["120"]),
    ("(New-TimeSpan -Minutes $nothing -Seconds 5).TotalSeconds; 1,2 | select -First $nothing", ["5"]),
    ("(New-Object PSObject -Property @{A=1}).A", ["1"]),
    # discovery
    ("Get-Command *-VM | % Name", ["Get-VM", "New-VM", "Remove-VM", "Start-VM"]),
    ("(Get-Command gvm).ResolvedCommandName; (gcm Wait-Lab).Source", ["Get-VM", "hvlab [lab]"]),
    ("Get-Command -Noun VM -Verb Get,New | % Name", ["Get-VM", "New-VM"]),
    (
        "Get-Alias gvm | % Definition; (gal -Definition Select-Object).Name",
        ["Get-VM", "select -> Select-Object"],
    ),
    (
        "Get-VM | gm -MemberType Property | % Name",
        ["Disks", "MemoryAssigned", "Name", "Notes", "State", "Uptime"],
    ),
    ("(Get-VM | gm Poke).MemberType; ('a' | gm Length).TypeName", ["Method", "System.String"]),
]


@pytest.mark.parametrize(("source", "expected"), CASES, ids=[case[0][:60] for case in CASES])
def test_emits(source: str, expected: list[str]) -> None:
    assert texts(source) == expected


def test_help_is_made_from_the_cmdlet() -> None:
    text = printed("Get-Help Start-VM -Full")
    assert "\nNAME\n    Start-VM\n" in text
    assert "    Start-VM [-Name] <string[]> [-Passthru] [-WhatIf] [-Confirm] [<CommonParameters>]\n" in text
    assert (
        "    Start-VM [-VM] <VirtualMachine[]> [-Passthru] [-WhatIf] [-Confirm] [<CommonParameters>]\n"
        in text
    )
    assert "Accept pipeline input?       true (ByValue, ByPropertyName)" in text
    assert "[lab]" not in text


def test_help_marks_what_only_the_lab_has() -> None:
    assert "    Wait-Lab [lab]\n" in printed("help Wait-Lab")
    assert "hvlab [lab]" in printed("Get-Help Wait-Lab")


def test_help_lists_what_matches() -> None:
    listed = printed("Get-Help *-VM")
    assert listed.index("Get-VM") < listed.index("New-VM") < listed.index("Start-VM")
    assert "HelpNotFound" in failure("Get-Help zzz")
    assert "    -Passthru" in printed("Get-Help Start-VM -Parameter Pass*")


def test_help_for_every_general_cmdlet() -> None:
    running, host, _ = shell()
    running.run("Get-Command | % { Get-Help $_.Name -Full }")
    assert not host.errors
    assert len(host.objects) == len(list(running.table))


def test_expand_of_a_missing_property_is_reported_per_record() -> None:
    running, host, _ = shell()
    running.run("Get-VM web01,web02 | Select-Object -ExpandProperty Nope")
    assert [e.error_id.split(",")[0] for e in host.errors] == ["ExpandPropertyNotFound"] * 2


def test_select_unwraps_nothing_else() -> None:
    [value] = objects("Get-VM web01 | select State")
    assert to_text(value) == "@{State=Running}"


def test_selected_values_are_snapshots_but_machines_are_live() -> None:
    running, host, _ = shell()
    running.run('$v = Get-VM web02; $s = $v | select State; Start-VM web02; "$($v.State) $($s.State)"')
    assert host.objects == ["Running Off"]


def test_errors_in_a_calculated_property_have_their_place() -> None:
    running, host, _ = shell()
    running.run("Get-VM web01 | select @{n='x';e={1/0}},Name")
    assert [e.message for e in host.errors] == ["Attempted to divide by zero."]
    assert to_text(host.objects[0]) == "@{x=; Name=web01}"
