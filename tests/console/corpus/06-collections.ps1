#setting empty
#: an array
$names = 'web01', 'web02', 'db01'
$names[0]; $names[-1]; $names.Count
#> web01
#> db01
#> 3
#: an array grows
$list = @()
foreach ($i in 1..3) { $list += "vm$i" }
$list -join ','
#> vm1,vm2,vm3
#: an array of one
@('web01').Count
#> 1
#: a slice
$a = 1..10; $a[2..4] -join ' '
#> 3 4 5
#: contains
'web01', 'web02' -contains 'WEB01'
#> True
#: without one element
$a = 'a', 'b', 'c'
($a | Where-Object { $_ -ne 'b' }) -join ''
#> ac
#: filtering by comparison
(1, 2, 3, 4 -gt 2) -join ' '
#> 3 4
#: sorted
'web02', 'db01', 'web01' | Sort-Object
#> db01
#> web01
#> web02
#: sorted as numbers
10, 9, 2 | Sort-Object -Descending
#> 10
#> 9
#> 2
#: unique
'a', 'b', 'a' | Select-Object -Unique
#> a
#> b
#: a hashtable
$vm = @{ Name = 'web01'; Memory = 512MB }
$vm.Name; $vm['Memory'] / 1MB
#> web01
#> 512
#: adding a key
$h = @{}; $h['web01'] = 1; $h.web02 = 2; $h.Add('db01', 3)
$h.Count
#> 3
#: going through a hashtable
$h = @{ a = 1; b = 2 }
foreach ($key in $h.Keys | Sort-Object) { "$key=$($h[$key])" }
#> a=1
#> b=2
#: with GetEnumerator
$h = @{ web = 3; db = 1 }
$h.GetEnumerator() | Sort-Object Name | ForEach-Object { "$($_.Key): $($_.Value)" }
#> db: 1
#> web: 3
#: sorted by value
@{ a = 3; b = 1; c = 2 }.GetEnumerator() | Sort-Object Value | ForEach-Object { $_.Name }
#> b
#> c
#> a
#: contains a key
@{ web01 = 1 }.ContainsKey('WEB01')
#> True
#: removing a key
$h = @{ a = 1; b = 2 }; $h.Remove('a'); $h.Keys
#> b
#: an ordered one
$o = [ordered]@{ one = 1; two = 2; three = 3 }
$o.Keys -join ' '
#> one two three
#: counting with a hashtable
$count = @{}
'a', 'b', 'a' | ForEach-Object { $count[$_]++ }
$count['a']
#> 2
#: nested
$config = @{ web01 = @{ Memory = 512MB; Cpu = 2 }; db01 = @{ Memory = 2GB; Cpu = 4 } }
$config.db01.Cpu
#> 4
#: a table of machines
$machines = @(
    @{ Name = 'web01'; Memory = 512MB }
    @{ Name = 'db01'; Memory = 2GB }
)
foreach ($m in $machines) { '{0} {1}' -f $m.Name, ($m.Memory / 1MB) }
#> web01 512
#> db01 2048
#: an object
$o = [pscustomobject]@{ Name = 'web01'; Cpu = 2 }
$o
#> Name Cpu
#> ---- ---
#> web01 2
#: objects in a list
$report = foreach ($n in 1..2) { [pscustomobject]@{ Name = "vm$n"; Index = $n } }
$report.Count; $report[1].Name
#> 2
#> vm2
#: a property more
$o = [pscustomobject]@{ Name = 'web01' }
$o | Add-Member -NotePropertyName Cpu -NotePropertyValue 4
$o.Cpu
#> 4
#: an object the old way
$o = New-Object PSObject -Property @{ Name = 'web01' }
$o.Name
#> web01
#: an object older still
$o = New-Object PSObject
$o | Add-Member NoteProperty Name 'web01'
$o.Name
#> web01
#: a generic list
$l = New-Object System.Collections.Generic.List[string]
$l.Add('a'); $l.Add('b')
$l.Count
#> 2
#: an ArrayList
$l = [System.Collections.ArrayList]@()
[void]$l.Add('a'); $null = $l.Add('b')
$l -join ','
#> a,b
#: ArrayList by New-Object
$l = New-Object System.Collections.ArrayList
$l.Add(5) | Out-Null
$l.Count
#> 1
#: several at once
$a, $b = 'one', 'two'; "$b $a"
#> two one
#: exchange
$a = 1; $b = 2; $a, $b = $b, $a; "$a $b"
#> 2 1
#: compare two lists
Compare-Object ('a', 'b') ('b', 'c') | Sort-Object InputObject | ForEach-Object { "$($_.InputObject) $($_.SideIndicator)" }
#> a <=
#> c =>
#: what is new
$before = 'a', 'b'; $after = 'a', 'b', 'c'
$after | Where-Object { $_ -notin $before }
#> c
#: group and count
'web01', 'web02', 'db01' | Group-Object { $_ -replace '\d' } | Sort-Object Count -Descending | ForEach-Object { "$($_.Count) $($_.Name)" }
#> 2 web
#> 1 db
#: group into a hashtable
$g = 'web01', 'web02', 'db01' | Group-Object { $_.Substring(0, 2) } -AsHashTable -AsString
$g['we'].Count
#> 2
#: tee into a variable
1..3 | Tee-Object -Variable kept | Measure-Object -Sum | ForEach-Object Sum
$kept.Count
#> 6
#> 3
#: every second
for ($i = 0; $i -lt 6; $i += 2) { $i }
#> 0
#> 2
#> 4
#: skip the first
'header', 'a', 'b' | Select-Object -Skip 1
#> a
#> b
#: flatten
(1, 2), (3, 4) | ForEach-Object { $_ } | Measure-Object | ForEach-Object Count
#> 4
#: a typed array
[string[]]$names = 'a', 'b'; $names.GetType().Name
#> String[]
#: an array of five
(,0 * 5) -join ''
#> 00000
#: reverse
$a = 1, 2, 3; [array]::Reverse($a); "$a"
#> 3 2 1
#: index of
[array]::IndexOf(@('a', 'b'), 'b')
#> 1
#: the position method
('a', 'b', 'c').IndexOf('c')
#> 2
#: an empty array is false
if (@()) { 'some' } else { 'none' }
#> none
#: a null comparison
$x = $null; if ($null -eq $x) { 'nothing' }
#> nothing
#: a hashtable printed
@{ Name = 'web01' }
#> Name Value
#> ---- -----
#> Name web01
#: measure all
$m = 1..4 | Measure-Object -Sum -Average -Maximum -Minimum
"$($m.Sum) $($m.Average) $($m.Maximum) $($m.Minimum)"
#> 10 2.5 4 1
#: by property
$o = [pscustomobject]@{ N = 2 }, [pscustomobject]@{ N = 3 }
($o | Measure-Object -Property N -Sum).Sum
#> 5
#: lookup with a default
$ports = @{ web = 80 }
$p = if ($ports.ContainsKey('db')) { $ports.db } else { 1433 }
$p
#> 1433
