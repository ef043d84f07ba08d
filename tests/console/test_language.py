"""Everyday lines and what PowerShell makes of them: one row a rule."""

from __future__ import annotations

import pytest

from tests.console.support import printed, texts

CASES: list[tuple[str, list[str]]] = [
    # numbers
    ("1", ["1"]),
    ("0x1F", ["31"]),
    ("0xFFFFFFFF", ["-1"]),
    ("1.5", ["1.5"]),
    (".5", ["0.5"]),
    ("1e3", ["1000"]),
    ("512MB", ["536870912"]),
    ("1.5GB", ["1610612736"]),
    ("2tb/1gb", ["2048"]),
    ("10L", ["10"]),
    ("-5", ["-5"]),
    ("+5", ["5"]),
    ("- 5", ["-5"]),
    ("9223372036854775807 + 1", ["9.22337203685478E+18"]),
    ("123456789 * 123456789", ["1.52415787501905E+16"]),
    ("1e15; 1e14; 1e-5; 0.0001", ["1E+15", "100000000000000", "1E-05", "0.0001"]),
    ("0.1 + 0.2", ["0.3"]),
    ("1/3", ["0.333333333333333"]),
    # arithmetic
    ("1 + 2 * 3", ["7"]),
    ("(1 + 2) * 3", ["9"]),
    ("7 / 2", ["3.5"]),
    ("6 / 2", ["3"]),
    ("7 % 3", ["1"]),
    ("-7 % 3", ["-1"]),
    ("7.5 % 2", ["1.5"]),
    ("2 - -2", ["4"]),
    ("'5' + 3", ["53"]),
    ("5 + '3'", ["8"]),
    ("5 * '3'", ["15"]),
    ("'10' - 3", ["7"]),
    ("'ab' * 3", ["ababab"]),
    ("(1,2) * 2", ["1", "2", "1", "2"]),
    ("1,2 + 3", ["1", "2", "3"]),
    ("1 + 1kb", ["1025"]),
    ("$true + 1", ["2"]),
    ("$null + 5", ["5"]),
    ("5 + $null", ["5"]),
    ("$a = 5; $a++; $a", ["6"]),
    ("$a = 5; ($a++); ++$a; $a", ["5", "7"]),
    ("$a = 5; $a--; $a -= 2; $a *= 10; $a /= 4; $a %= 3; $a", ["2"]),
    ("5 -band 3; 5 -bor 3; 5 -bxor 3; -bnot 5", ["1", "7", "6", "-6"]),
    # strings
    ("'single $x'", ["single $x"]),
    ("'it''s'", ["it's"]),
    ('$x = 5; "x=$x"', ["x=5"]),
    ('$x = 5; "x=`$x"', ["x=$x"]),
    ('$x = 5; "${x}y"', ["5y"]),
    ("\"$(1 + 2) and $('a', 'b')\"", ["3 and a b"]),
    ('"tab`tend"', ["tab\tend"]),
    ('"say ""hi"""', ['say "hi"']),
    ('"cost: $ 5 $"', ["cost: $ 5 $"]),
    ('$v = Get-VM web01; "$v is $($v.State)"', ["web01 is Running"]),
    ('$v = Get-VM web01; "$v.State"', ["web01.State"]),
    ("$h = @{a = 1}; \"$($h.a) $($h['a'])\"", ["1 1"]),
    ("@'\none $x\ntwo\n'@", ["one $x\ntwo"]),
    ('$x = 1; @"\none $x\n"two"\n"@', ['one 1\n"two"']),
    ("'abc'.Length", ["3"]),
    ("'abc'.ToUpper()", ["ABC"]),
    ("'ABC'.ToLower().Contains('b')", ["True"]),
    ("'abc'.Contains('B')", ["False"]),
    ("'abc'.StartsWith('ab'); 'abc'.EndsWith('x')", ["True", "False"]),
    ("'a-b-c'.Split('-')", ["a", "b", "c"]),
    ("'a-b-c'.Replace('-', '+')", ["a+b+c"]),
    ("' x '.Trim() + '|'", ["x|"]),
    ("'xxaxx'.Trim('x'); 'xxa'.TrimStart('x'); 'axx'.TrimEnd('x')", ["a", "a", "a"]),
    ("'abcdef'.Substring(2); 'abcdef'.Substring(1, 2)", ["cdef", "bc"]),
    ("'abc'.IndexOf('c'); 'abc'.IndexOf('z')", ["2", "-1"]),
    ("'7'.PadLeft(3, '0'); 'a'.PadRight(3) + '|'", ["007", "a  |"]),
    ("'abc'[0]; 'abc'[-1]", ["a", "c"]),
    ("'abc'.Insert(1, 'X'); 'abc'.Remove(1)", ["aXbc", "a"]),
    ("[string]::IsNullOrEmpty(''); [string]::Join('-', (1,2))", ["True", "1-2"]),
    # comparison
    (
        "1 -eq 1; 1 -ne 1; 2 -gt 1; 2 -ge 2; 1 -lt 2; 1 -le 0",
        ["True", "False", "True", "True", "True", "False"],
    ),
    ("'ABC' -eq 'abc'; 'ABC' -ceq 'abc'; 'abc' -ieq 'ABC'", ["True", "False", "True"]),
    ("'5' -eq 5; 5 -eq '5'; '05' -eq 5; 5 -eq '05'", ["True", "True", "False", "True"]),
    ("10 -gt 9; '10' -gt 9", ["True", "False"]),
    ("$null -eq $null; $null -eq 0; '' -eq $null", ["True", "False", "False"]),
    ("$true -eq 'x'; 0 -eq $false", ["True", "True"]),
    ("1,2,3 -eq 2", ["2"]),
    ("1,2,3,2 -ne 2", ["1", "3"]),
    ("1,5,10 -gt 4", ["5", "10"]),
    ("@(1,2,3 -eq 9).Count", ["0"]),
    ("'web01','db01' -like 'web*'", ["web01"]),
    ("'web01' -like 'WEB??'; 'web01' -clike 'WEB*'; 'a' -notlike 'b*'", ["True", "False", "True"]),
    ("'file[1]' -like 'file`[1`]'; 'b' -like '[a-c]'", ["True", "True"]),
    ("'abc' -match 'B(.)'; $Matches[0]; $Matches[1]", ["True", "bc", "c"]),
    ("'VM-12' -match '(?<n>\\d+)' | Out-Null; $Matches.n", ["12"]),
    ("'abc' -cmatch 'B'; 'abc' -notmatch 'z'", ["False", "True"]),
    ("'a1','b','c2' -match '\\d'", ["a1", "c2"]),
    ("1,2 -contains 2; 'A','b' -contains 'a'; 1,2 -notcontains 3", ["True", "True", "True"]),
    ("2 -in 1,2; 'z' -notin 'a','b'", ["True", "True"]),
    ("'a,b;c' -split '[,;]'", ["a", "b", "c"]),
    ("'a b  c' -split ' +'; -split ' x  y '", ["a", "b", "c", "x", "y"]),
    ("'a,b,c' -split ',', 2", ["a", "b,c"]),
    ("'1.2' -split '.', 0, 'simplematch'", ["1", "2"]),
    ("'a-b' -replace '-'; 'John Smith' -replace '(\\w+) (\\w+)', '$2 $1'", ["ab", "Smith John"]),
    ("'aXb' -creplace 'x', '-'", ["aXb"]),
    ("1,2,3 -join '-'; -join ('a','b')", ["1-2-3", "ab"]),
    ("'{0} of {1:N1}' -f 1, 2.25", ["1 of 2.3"]),
    ("'{0,5}|{0,-5}|{1:D3}|{1:X}' -f 'a', 12", ["    a|a    |012|C"]),
    ("'{0:P0} {1:N0} {2:0.00} {3:#,##0}' -f 0.25, 1234567, 1.005, 9876", ["25 % 1,234,567 1.01 9,876"]),
    ("'{{x}} {0}' -f 1", ["{x} 1"]),
    ("5 -is [int]; 'a' -is [string]; 5 -isnot [string]; (1,2) -is [array]", ["True", "True", "True", "True"]),
    ("'5' -as [int]; $null -eq ('x' -as [int])", ["5", "True"]),
    (
        "$true -and $false; $true -or $false; $true -xor $true; -not $true; !0",
        ["False", "True", "False", "False", "True"],
    ),
    ("1 -eq 1 -and 2 -eq 2; -not 1 -eq 2", ["True", "False"]),
    ("(Get-VM web01).State -eq 'running'; (Get-VM web01).State -eq 2", ["True", "True"]),
    ("'Running' -eq (Get-VM web01).State; 2 -eq (Get-VM web01).State", ["True", "True"]),
    # short circuit
    ("$n = 0; $false -and ($n = 1) | Out-Null; $n", ["0"]),
    # casts
    ("[int]'42' + 1; [int]2.5; [int]3.5; [int]-2.5", ["43", "2", "4", "-2"]),
    ("[string]5 + 5; [bool]'False'; [bool]0; [bool]@()", ["55", "True", "False", "False"]),
    ("[double]'1.5'; [int64]'2GB'; [char]65", ["1.5", "2147483648", "A"]),
    ("[int[]]('1','2') | % { $_ + 1 }", ["2", "3"]),
    ("[timespan]'00:01:30'; [timespan]::FromMinutes(1.5)", ["00:01:30", "00:01:30"]),
    ("[int]$x = '5'; $x = '7'; $x + 1", ["8"]),
    (
        "[math]::Round(2.345, 2); [math]::Round(2.5); [math]::Floor(2.7); [math]::Ceiling(2.1)",
        ["2.35", "2", "2", "3"],
    ),
    ("[math]::Max(1, 5); [math]::Abs(-3); [math]::Pow(2, 10); [math]::Sqrt(16)", ["5", "3", "1024", "4"]),
    # collections
    ("1..4", ["1", "2", "3", "4"]),
    ("3..1", ["3", "2", "1"]),
    ("$a = 1,2,3; $a[0]; $a[-1]; $a[0,2]; $a[1..2]", ["1", "3", "1", "3", "2", "3"]),
    ("$a = 1,2,3; $a.Count; $a.Length", ["3", "3"]),
    ("$null -eq (1,2)[5]", ["True"]),
    ("$a = @(); $a.Count; $a += 1; $a += 2,3; $a.Count", ["0", "3"]),
    ("@(5).Count; (5).Count; @($null).Count; $null.Count", ["1", "1", "1", "0"]),
    (",(1,2) | % { $_.Count }", ["2"]),
    ("$a = 1,2; $b = $a; $b[0] = 9; $a[0]", ["9"]),
    ("$a = 1,2; $b = $a; $b += 3; $a.Count", ["2"]),
    ('$a, $b = 1, 2, 3; $a; "$b"', ["1", "2 3"]),
    ("$a = $b = 4; $a + $b", ["8"]),
    ("$h = @{a = 1; 'b c' = 2}; $h.a; $h['b c']; $h.Count; $h.A", ["1", "2", "2", "1"]),
    ("$h = @{}; $h.x = 1; $h['y'] = 2; $h.Keys; $h.ContainsKey('X')", ["x", "y", "True"]),
    ("$h = @{a=1} + @{b=2}; $h.b; $h.Remove('a'); $h.Count", ["2", "1"]),
    ("$h = @{\n a = 1\n b = 2\n}\n$h.Values", ["1", "2"]),
    ("$o = [pscustomobject]@{A = 1; B = 'x'}; $o.B; $o.A = 5; $o.A; \"$o\"", ["x", "5", "@{A=5; B=x}"]),
    ("(1,2,3).Contains(2); (1,2,3).IndexOf(3)", ["True", "2"]),
    ("(1..5).Where({ $_ -gt 3 }); (1,2).ForEach({ $_ * 10 })", ["4", "5", "10", "20"]),
    ("(Get-VM).Name", ["web01", "web02", "db01"]),
    ("(Get-VM).Count; (Get-VM web01).Count", ["3", "1"]),
    ("(Get-VM web01).Disks[0]; (Get-VM web01).Poke(1)", ["C:\\web01.vhd", "poked web01 1"]),
    ("(Get-VM web01).Nothing -eq $null", ["True"]),
    ("$v = Get-VM web01; $v.Notes = 'hello'; (Get-VM web01).Notes", ["hello"]),
    ("(Get-VM web01).Uptime.TotalSeconds; (Get-VM web01).Uptime.Seconds", ["83.456", "23"]),
    ("(Get-VM web01).Uptime -gt [timespan]'00:01:00'", ["True"]),
    # statements
    ("if (1 -gt 2) { 'a' } elseif (2 -gt 1) { 'b' } else { 'c' }", ["b"]),
    ("if (@()) { 'a' } else { 'b' }", ["b"]),
    ("if ($null -eq $missing) { 'none' }", ["none"]),
    ("$x = if ($true) { 'yes' } else { 'no' }; $x", ["yes"]),
    ("foreach ($i in 1..3) { if ($i -eq 2) { continue }; $i }", ["1", "3"]),
    ("foreach ($i in 1..9) { if ($i -gt 2) { break }; $i }", ["1", "2"]),
    ("foreach ($x in $null) { 'never' }; 'end'", ["end"]),
    ("for ($i = 0; $i -lt 3; $i++) { $i }", ["0", "1", "2"]),
    ("$i = 0; while ($i -lt 2) { $i; $i++ }", ["0", "1"]),
    ("$i = 0; do { $i++ } while ($i -lt 5); $i", ["5"]),
    ("$i = 0; do { $i++ } until ($i -ge 3); $i", ["3"]),
    ("switch (2) { 1 { 'one' } 2 { 'two' } default { 'other' } }", ["two"]),
    ("switch ('web01') { 'WEB01' { 'a' } default { 'b' } }", ["a"]),
    ('switch (1,5) { { $_ -gt 3 } { "big $_" } default { "small $_" } }', ["small 1", "big 5"]),
    ("switch -wildcard ('web01') { 'web*' { 'web'; break } '*' { 'any' } }", ["web"]),
    ("switch -regex ('a12') { '\\d(\\d)' { $Matches[1] } }", ["2"]),
    ("function add($a, $b = 10) { $a + $b }; add 1 2; add 1; add -b 5 -a 1", ["3", "11", "6"]),
    ("function f { param([int]$n) if ($n -le 1) { return 1 }; $n * (f ($n - 1)) }; f 5", ["120"]),
    ("function f { 'a'; return 'b'; 'c' }; f", ["a", "b"]),
    ("function f { $args[1]; $args.Count }; f x y z", ["y", "3"]),
    ("function f { process { $_ * 2 } }; 1,2 | f", ["2", "4"]),
    ("function f { begin { 'b' } process { $_ } end { 'e' } }; 1,2 | f", ["b", "1", "2", "e"]),
    ('function f { "$input" }; 1,2 | f', ["1 2"]),
    ('function f { param([Parameter(ValueFromPipeline)]$x) process { "<$x>" } }; 1,2 | f', ["<1>", "<2>"]),
    (
        'function f { param([switch]$On, $V) "$On $V" }; f; f -On; f -On:$false 5',
        ["False ", "True ", "False 5"],
    ),
    ("function f { $x = 2 }; $x = 1; f; $x", ["1"]),
    ("function f { $script:x = 2 }; $x = 1; f; $x", ["2"]),
    ("$b = { param($n) $n + 1 }; & $b 4; $b.Invoke(5)", ["5", "6"]),
    ('& { $x = 5 }; "<$x>"; . { $x = 5 }; $x', ["<>", "5"]),
    ("& 'Get-VM' web01 | % Name", ["web01"]),
    ("try { throw 'bad' } catch { \"caught $_\" } finally { 'done' }", ["caught bad", "done"]),
    ("try { 1/0 } catch { $_.Exception.Message }", ["Attempted to divide by zero."]),
    ("try { Get-VM nope -ErrorAction Stop } catch { 'caught' }", ["caught"]),
    ("try { [int]'x' } catch [Exception] { 'typed' }", ["typed"]),
    ("try { try { throw 'in' } finally { 'f' } } catch { \"out $_\" }", ["f", "out in"]),
    ("Get-VM nope -ErrorAction SilentlyContinue; $?; 1; $?", ["False", "1", "True"]),
    ("Get-VM nope -ea 0; $Error.Count; $Error[0].CategoryInfo.Category", ["1", "InvalidArgument"]),
    # pipelines
    (
        "1..10 | Where-Object { $_ % 2 -eq 0 } | ForEach-Object { $_ * 10 } | Select-Object -First 2",
        ["20", "40"],
    ),
    ("Get-VM | Where-Object State -eq Running | ForEach-Object Name", ["web01", "db01"]),
    ("Get-VM | ? { $_.State -eq 'Off' } | % { $_.Name }", ["web02"]),
    ("Get-VM |\n  ? Name -like 'web*' |\n  % Name", ["web01", "web02"]),
    ("Get-VM `\n  web01 | % Name", ["web01"]),
    ("'b','a' | sort", ["a", "b"]),
    ("$null | % { 'once' }", ["once"]),
    ("@() | % { 'never' }; 'end'", ["end"]),
    ("$e = Get-VM | ? Name -eq 'zz'; $e | % { 'never' }; @($e).Count; $null -eq $e", ["0", "True"]),
    ("1,2,3 | % -Begin { 's' } -Process { $_ } -End { 'e' }", ["s", "1", "2", "3", "e"]),
    ("1,2 | % { 's' } { $_ } { 'e' }", ["s", "1", "2", "e"]),
    ("'web01','web02' | Get-VM | % Name", ["web01", "web02"]),
    ("gvm web01,db01 | % Name", ["web01", "db01"]),
    ("VM web01 | % Name", ["web01"]),
    ("$p = @{Name = 'web02'; Passthru = $true}; Start-VM @p | % State", ["Running"]),
    ("$a = ,'web01'; Get-VM @a | % Name", ["web01"]),
    ("Start-VM web02 -Pass | % Name", ["web02"]),
    ("Get-VM web02 | Start-VM -Passthru | % State", ["Running"]),
    ("Start-VM -Passthru:$true -Name:web02 | % Name", ["web02"]),
    ("1,2,3 | Test-Items", ["3:1,2,3"]),
    ("Test-Items", ["0:"]),
    ("(Get-VM | Measure-Object).Count", ["3"]),
    ("Get-VM web01 | Select-Object -ExpandProperty Disks", ["C:\\web01.vhd"]),
    ("Get-VM nope 2>$null; 'after'", ["after"]),
    ("Get-VM >$null; 'after'", ["after"]),
    ("1; # comment\n2 <# block\ncomment #>; 3", ["1", "2", "3"]),
    ("echo a b c", ["a", "b", "c"]),
    ("echo 1..3 a+b $null.x x$(1)y", ["1..3", "a+b", "x1y"]),
    ("$d = 'C:'; echo $d\\x.vhd \"$d\\y\"", ["C:\\x.vhd", "C:\\y"]),
    ("echo -- -x", ["-x"]),
    ("“smart” + ‘quotes’; 5 – 3", ["smartquotes", "2"]),
    ("[void](1 + 1); $null = 5; 'x'", ["x"]),
    ("$env:FOO = 'bar'; \"$env:FOO\"", ["bar"]),
    ("${a b} = 3; ${a b}", ["3"]),
    ("(1,2,3 | Measure-Object -Sum).Sum", ["6"]),
    (
        "$x = 5; $x.GetType().Name; 'a'.GetType().FullName; (1,2).GetType().Name",
        ["Int32", "System.String", "Object[]"],
    ),
    ('"$((Get-VM).Count) machines"', ["3 machines"]),
    ("$s = { Get-VM | ? State -eq Off }; (& $s).Name", ["web02"]),
    # shifts, characters, versions, lists that grow
    ("1 -shl 4; 256 -shr 4; 1 -shl 31; 1 -shl 33; 8GB -shr 33", ["16", "16", "-2147483648", "2", "1"]),
    ("[char]'a' + 1; [int]'5'[0]; 'abc'[1].GetType().Name; 5 -eq '5'[0]", ["98", "53", "Char", "False"]),
    ('$l = [System.Collections.ArrayList]@(3,1); $l.Add(2); $l.Sort(); "$l"; $l.Count', ["2", "1 2 3", "3"]),
    (
        "$l = New-Object System.Collections.Generic.List[int]; $l.Add(4); $l.Insert(0, 5); $l.RemoveAt(1); $l",
        ["5"],
    ),
    ("[version]'6.1' -gt [version]'6.0.6001'; ([version]'6.0.6001').Build", ["True", "6001"]),
    (
        "[regex]::Escape('a.b'); [regex]::IsMatch('web01', '\\d'); [convert]::ToInt32('ff', 16)",
        ["a\\.b", "True", "255"],
    ),
    ("[int[]]$n = '1','2'; $n += '3'; $n.GetType().Name; $n[2] + 1", ["Int32[]", "4"]),
    # loops by name
    (":a foreach ($x in 1..3) { while ($true) { if ($x -eq 2) { break a }; $x; continue a } }", ["1"]),
    (":s switch (1..3) { 2 { continue s } default { $_ } }", ["1", "3"]),
    # functions
    ("filter half { $_ / 2 }; 2,4 | half", ["1", "2"]),
    ("function f { $MyInvocation.MyCommand.Name }; f", ["f"]),
    (
        "function f { [CmdletBinding(SupportsShouldProcess)] param() if ($PSCmdlet.ShouldProcess('x')) { 'did' } }; f",
        ["did"],
    ),
    (
        "Set-Alias up Start-VM; (up web02 -Passthru).Name; New-Alias up2 up -Force; Test-Items",
        ["web02", "0:"],
    ),
    # exceptions
    (
        "try { throw [System.TimeoutException]'late' } catch [TimeoutException] { $_.Exception.Message }",
        ["late"],
    ),
    ("try { 1 / 0 } catch [System.ArithmeticException] { 'sum' }", ["sum"]),
    ("try { try { Get-VMX } catch [DivideByZeroException] { 'no' } } catch { 'yes' }", ["yes"]),
    ("Get-VM nope -ea 0; $Error.Count; $Error.Clear(); $Error.Count", ["1", "0"]),
    (
        '([pscustomobject]@{A = 1; B = 2}).PSObject.Properties | % { "$($_.Name)=$($_.Value)" }',
        ["A=1", "B=2"],
    ),
]


@pytest.mark.parametrize(("source", "expected"), CASES, ids=[case[0][:60] for case in CASES])
def test_line(source: str, expected: list[str]) -> None:
    assert texts(source) == expected


def test_variables_live_on() -> None:
    from tests.console.support import shell

    running, host, _ = shell()
    running.run("$x = 1,2; function twice($n) { 2 * $n }")
    running.run("twice $x.Count")
    assert host.objects == [4]
    assert running.variable("X") == [1, 2]


def test_upstream_stops() -> None:
    """A pipeline is lazy: what Select-Object does not need is never asked for."""
    from tests.console.support import shell

    running, host, lab = shell()
    running.run("'web01','web02','db01' | Get-VM | Select-Object -First 1 | % Name")
    assert host.objects == ["web01"]
    assert lab.log == ["get web01"]


def test_records_flow_one_by_one() -> None:
    from tests.console.support import shell

    running, host, _ = shell()
    running.run('1,2 | % { Write-Host "in $_"; $_ } | % { Write-Host "out $_" }')
    assert [text for _, text in host.messages] == ["in 1\n", "out 1\n", "in 2\n", "out 2\n"]


def test_a_name_that_a_simple_function_does_not_know_is_a_value() -> None:
    assert printed('function f($a) { "<$a>" }; f -zzz; f -zzz; f -a 1') == "<-zzz>\n<-zzz>\n<1>\n"
