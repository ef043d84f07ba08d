#setting farm
#: if and else
$vm = Get-VM web01
if ($vm.State -eq 'Running') { "$($vm.Name) runs" } elseif ($vm.State -eq 'Saved') { 'saved' } else { 'off' }
#> web01 runs
#: foreach over machines
foreach ($vm in Get-VM) { '{0} is {1}' -f $vm.Name, $vm.State }
#> db01 is Running
#> test01 is Off
#> web01 is Running
#> web02 is Off
#: foreach in parentheses
foreach ($vm in (Get-VM | Where-Object State -eq Off)) { $vm.Name }
#> test01
#> web02
#: skip some
foreach ($vm in Get-VM) { if ($vm.Name -like 'web*') { continue }; $vm.Name }
#> db01
#> test01
#: stop at the first
foreach ($vm in Get-VM) { if ($vm.State -eq 'Off') { $vm.Name; break } }
#> test01
#: for
for ($i = 1; $i -le 3; $i++) { "round $i" }
#> round 1
#> round 2
#> round 3
#: while
$n = 3
while ($n -gt 0) { $n; $n-- }
#> 3
#> 2
#> 1
#: wait until it runs
Start-VM web02
do { Start-Sleep -Seconds 1 } until ((Get-VM web02).State -eq 'Running')
'ready'
#> ready
#: do while
$i = 0; do { $i++ } while ($i -lt 3); $i
#> 3
#: a time limit
$tries = 0
while ((Get-VM test01).State -ne 'Running' -and $tries -lt 3) { Start-Sleep 1; $tries++ }
"gave up after $tries"
#> gave up after 3
#: switch on a state
switch ((Get-VM web02).State) {
    'Running' { 'green' }
    'Off'     { 'grey' }
    default   { 'yellow' }
}
#> grey
#: switch with wildcards
switch -Wildcard ('web01') {
    'web*' { 'web server' }
    'db*'  { 'database' }
}
#> web server
#: switch over several
switch (Get-VM | ForEach-Object Name) {
    { $_ -like 'web*' } { "web: $_" }
    { $_ -like 'db*' }  { "db: $_" }
}
#> db: db01
#> web: web01
#> web: web02
#: switch with regex
switch -Regex ('db01') { '^db(\d+)' { "database number $($Matches[1])" } }
#> database number 01
#: the value of a switch
$size = switch ('large') { 'small' { 512MB } 'large' { 4GB } }
$size / 1GB
#> 4
#: the value of an if
$word = if ((Get-VM).Count -gt 3) { 'many' } else { 'few' }
$word
#> many
#: nested loops
foreach ($row in 'a', 'b') { foreach ($col in 1, 2) { "$row$col" } }
#> a1
#> a2
#> b1
#> b2
#: collect into a variable
$off = foreach ($vm in Get-VM) { if ($vm.State -eq 'Off') { $vm.Name } }
$off -join '+'
#> test01+web02
#: begin and end
Get-VM | ForEach-Object -Begin { $sum = 0 } -Process { $sum += $_.MemoryStartup } -End { $sum / 1MB }
#> 4096
#: continue in a pipeline is return
1..4 | ForEach-Object { if ($_ -eq 3) { return }; $_ }
#> 1
#> 2
#> 4
#: a script block in a variable
$isOff = { $_.State -eq 'Off' }
Get-VM | Where-Object $isOff | ForEach-Object Name
#> test01
#> web02
#: call a block
$double = { param($x) $x * 2 }
& $double 21
#> 42
#: not not
if (!(Get-VM web09 -ErrorAction SilentlyContinue)) { 'no web09' }
#> no web09
#: logical words
($true -and -not $false) -or $false
#> True
#: between
$cpu = 50; if ($cpu -ge 10 -and $cpu -le 90) { 'normal' }
#> normal
#: a ternary by hand
@('no', 'yes')[[bool](Get-VM web01)]
#> yes
#: a counter in a string
$n = 0
foreach ($vm in Get-VM) { $n++; "$n. $($vm.Name)" }
#> 1. db01
#> 2. test01
#> 3. web01
#> 4. web02
#: progress in words
$all = @(Get-VM); for ($i = 0; $i -lt $all.Count; $i++) { "$($i + 1)/$($all.Count) $($all[$i].Name)" }
#> 1/4 db01
#> 2/4 test01
#> 3/4 web01
#> 4/4 web02
#: write-progress says nothing in a pipe
1..2 | ForEach-Object { Write-Progress -Activity 'work' -PercentComplete ($_ * 50); $_ }
#> 1
#> 2
#: comments
# one
Get-VM web01 | ForEach-Object Name # two
<# three
   lines #>
#> web01
#: several on a line
$a = 1; $b = 2; $a + $b
#> 3
#: a pipeline over lines
Get-VM |
    Where-Object { $_.Name -like 'web*' } |
    Sort-Object Name -Descending |
    ForEach-Object { $_.Name }
#> web02
#> web01
#: a backtick
Get-VM `
    -Name web01 |
    ForEach-Object Name
#> web01
#: a labelled loop
:outer foreach ($a in 1..3) { foreach ($b in 1..3) { if ($b -eq 2) { continue outer }; "$a$b" } }
#> 11
#> 21
#> 31
