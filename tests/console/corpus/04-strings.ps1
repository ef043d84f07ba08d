#setting empty
#: expansion
$name = 'web01'; "The machine is $name."
#> The machine is web01.
#: no expansion in single quotes
$name = 'web01'; 'The machine is $name.'
#> The machine is $name.
#: a subexpression
"$(2 + 3) machines"
#> 5 machines
#: a property needs parentheses
$o = [pscustomobject]@{ Name = 'web01' }
"$($o.Name) is up"
#> web01 is up
#: braces round a name
$d = 'D'; "${d}:\VMs"
#> D:\VMs
#: a dollar sign
"costs `$5"
#> costs $5
#: a quotation mark
"he said ""yes"""
#> he said "yes"
#: a tab and a new line
"a`tb`nc"
#> a	b
#> c
#: format with one value
'Free: {0:N2} GB' -f 12.3456
#> Free: 12.35 GB
#: format with several
'{0} has {1} MB' -f 'web01', 512
#> web01 has 512 MB
#: pad with zeros
'vm{0:D3}' -f 7
#> vm007
#: toString with zeros
(7).ToString('000')
#> 007
#: hexadecimal
'0x{0:X4}' -f 255
#> 0x00FF
#: lower hexadecimal
'{0:x}' -f 48879
#> beef
#: thousands
'{0:N0}' -f 1234567
#> 1,234,567
#: percent
'{0:P1}' -f 0.256
#> 25.6 %
#: aligned columns
'{0,-10}|{1,5}' -f 'web01', 12
#> web01     |   12
#: upper and lower
'Web01'.ToUpper(); 'Web01'.ToLower()
#> WEB01
#> web01
#: split by a character
'web01,web02'.Split(',')
#> web01
#> web02
#: split operator
'web01, web02' -split ', '
#> web01
#> web02
#: join operator
'web01', 'web02' -join ';'
#> web01;web02
#: replace
'web01' -replace '0', '-'
#> web-1
#: replace with groups
'web01' -replace '^(\D+)(\d+)$', '$2-$1'
#> 01-web
#: replace method
'C:\VMs\a'.Replace('C:', 'D:')
#> D:\VMs\a
#: match and its groups
if ('web01' -match '^(?<kind>\D+)(?<number>\d+)$') { "$($Matches.kind) $($Matches.number)" }
#> web 01
#: match by number
'Version 6.0.6001' -match '(\d+)\.(\d+)' | Out-Null
$Matches[1] + '/' + $Matches[2]
#> 6/0
#: substring
'web01'.Substring(3)
#> 01
#: the first letters
'web01'.Substring(0, 3)
#> web
#: trim
'  web01 '.Trim() + '.'
#> web01.
#: trim an end
'C:\VMs\'.TrimEnd('\')
#> C:\VMs
#: starts with
'web01'.StartsWith('web')
#> True
#: length
'web01'.Length
#> 5
#: contains
'web01'.Contains('b0')
#> True
#: index
'web01'.IndexOf('0')
#> 3
#: padding
'web01'.PadRight(8, '.') + '|'
#> web01...|
#: repetition
'-' * 10
#> ----------
#: a here-string
$name = 'web01'
$text = @"
Machine: $name
Count:   $(1 + 1)
"@
$text
#> Machine: web01
#> Count:   2
#: a literal here-string
@'
$name stays
'@
#> $name stays
#: is it empty
[string]::IsNullOrEmpty(''), [string]::IsNullOrWhiteSpace('  ')
#> True
#> True
#: join of a method
[string]::Join('-', 'a', 'b')
#> a-b
#: comparison ignores case
'WEB01' -eq 'web01'; 'WEB01' -ceq 'web01'
#> True
#> False
#: like with question marks
'web01' -like 'web??'
#> True
#: characters
'abc'.ToCharArray() -join ' '
#> a b c
#: reversed
-join ('abc'[2..0])
#> cba
#: letters from numbers
[char]65; [int][char]'A'
#> A
#> 65
#: letters in a row
(97..99 | ForEach-Object { [char]$_ }) -join ''
#> abc
#: lines of a here-string
$list = @'
web01
web02
'@ -split "`r?`n"
$list.Count
#> 2
#: a long line continued
$text = 'one' + `
    ' two'
$text
#> one two
#: string times number compared
'10' -lt '9'; 10 -lt 9
#> True
#> False
#: last part of a path
'D:\VMs\web01.vhd'.Split('\')[-1]
#> web01.vhd
#: case-sensitive replacement
'Web web' -creplace 'web', 'db'
#> Web db
#: an array in a string
$a = 1, 2, 3; "Numbers: $a"
#> Numbers: 1 2 3
#: an index in a string
$a = 'x', 'y'; "second: $($a[1])"
#> second: y
#: nothing in a string
"[$nothing]"
#> []
#: many replacements
'a b c' -replace 'a', '1' -replace 'b', '2'
#> 1 2 c
#: escape a pattern
'a.b.c' -split [regex]::Escape('.')
#> a
#> b
#> c
