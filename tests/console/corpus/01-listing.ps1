#setting farm
#: all names, sorted
Get-VM | Sort-Object Name | Select-Object -ExpandProperty Name
#> db01
#> test01
#> web01
#> web02
#: the running ones, simple syntax
Get-VM | Where-Object State -eq Running | ForEach-Object Name
#> db01
#> web01
#: the running ones, script block
Get-VM | Where-Object { $_.State -eq 'Running' } | ForEach-Object { $_.Name }
#> db01
#> web01
#: with aliases
Get-VM | ? { $_.State -eq 'Off' } | % { $_.Name }
#> test01
#> web02
#: how many run
(Get-VM | Where-Object { $_.State -eq 'Running' }).Count
#> 2
#: count by measure
Get-VM | Measure-Object | Select-Object -ExpandProperty Count
#> 4
#: not running
Get-VM | Where-Object { $_.State -ne 'Running' } | Select-Object -ExpandProperty Name
#> test01
#> web02
#: a wildcard
Get-VM web* | ForEach-Object Name
#> web01
#> web02
#: several names
Get-VM -Name web01, db01 | Sort-Object Name | ForEach-Object Name
#> db01
#> web01
#: like
Get-VM | Where-Object { $_.Name -like '*01' } | ForEach-Object { $_.Name }
#> db01
#> test01
#> web01
#: match
Get-VM | Where-Object Name -Match '^web\d+$' | ForEach-Object Name
#> web01
#> web02
#: two conditions
Get-VM | Where-Object { $_.State -eq 'Running' -and $_.MemoryAssigned -gt 1GB } | ForEach-Object Name
#> db01
#: either condition
Get-VM | Where-Object { $_.Name -eq 'db01' -or $_.Name -eq 'test01' } | ForEach-Object Name
#> db01
#> test01
#: in a list
$wanted = 'web01', 'test01'
Get-VM | Where-Object { $_.Name -in $wanted } | ForEach-Object Name
#> test01
#> web01
#: a list contains
$skip = @('db01', 'test01')
Get-VM | Where-Object { $skip -notcontains $_.Name } | ForEach-Object Name
#> web01
#> web02
#: memory in megabytes
Get-VM | Where-Object State -eq Running | Sort-Object Name | ForEach-Object { $_.MemoryAssigned / 1MB }
#> 2048
#> 512
#: total memory assigned
(Get-VM | Measure-Object MemoryAssigned -Sum).Sum / 1GB
#> 2.5
#: biggest first
Get-VM | Sort-Object MemoryAssigned -Descending | Select-Object -First 1 -ExpandProperty Name
#> db01
#: group by state
Get-VM | Group-Object State | Sort-Object Name | ForEach-Object { "$($_.Name): $($_.Count)" }
#> Off: 2
#> Running: 2
#: group without elements
Get-VM | Group-Object State -NoElement | Sort-Object Name | Format-Table -AutoSize
#> Count Name
#> ----- ----
#> 2 Off
#> 2 Running
#: names joined
(Get-VM | Sort-Object Name).Name -join ', '
#> db01, test01, web01, web02
#: the first two
Get-VM | Sort-Object Name | Select-Object -First 2 | ForEach-Object Name
#> db01
#> test01
#: the last one
Get-VM | Sort-Object Name | Select-Object -Last 1 | ForEach-Object Name
#> web02
#: select prints a table
Get-VM | Sort-Object Name | Select-Object Name, State
#> Name State
#> ---- -----
#> db01 Running
#> test01 Off
#> web01 Running
#> web02 Off
#: a calculated column
Get-VM web01, db01 | Sort-Object Name | Select-Object Name, @{Name = 'GB'; Expression = { $_.MemoryAssigned / 1GB }}
#> Name GB
#> ---- --
#> db01 2
#> web01 0.5
#: a short calculated column
Get-VM web01 | Select-Object Name, @{n='MB';e={[int]($_.MemoryAssigned/1MB)}} | Format-Table -AutoSize
#> Name MB
#> ---- --
#> web01 512
#: a list
Get-VM web01 | Select-Object Name, State | Format-List
#> Name : web01
#> State : Running
#: a property of one
(Get-VM web01).State
#> Running
#: a property of several
(Get-VM web*).State
#> Running
#> Off
#: compare a state with a string
if ((Get-VM web01).State -eq 'Running') { 'up' } else { 'down' }
#> up
#: is there any
if (Get-VM -Name web09 -ErrorAction SilentlyContinue) { 'there' } else { 'missing' }
#> missing
#: exists by count
[bool](Get-VM | Where-Object Name -eq 'web01')
#> True
#: missing machine
Get-VM nope
#x Get-VM : Hyper-V was unable to find a virtual machine with name "nope".
#: state as number and as word
$vm = Get-VM web01
"$($vm.State)"; [int]$vm.State
#> Running
#> 2
#: unique states
Get-VM | Select-Object -ExpandProperty State | Sort-Object -Unique | ForEach-Object { "$_" }
#> Running
#> Off
#: where method
(Get-VM).Where({ $_.State -eq 'Off' }).Name
#> test01
#> web02
#: foreach method
(Get-VM web*).ForEach({ $_.Name.ToUpper() })
#> WEB01
#> WEB02
#: not
Get-VM | Where-Object { -not ($_.Name -like 'web*') } | ForEach-Object Name
#> db01
#> test01
#: sort on two keys
Get-VM | Sort-Object @{e='MemoryStartup';Descending=$true}, Name | ForEach-Object Name
#> db01
#> test01
#> web01
#> web02
#: custom format string
Get-VM | Sort-Object Name | ForEach-Object { '{0,-8}{1,8}' -f $_.Name, $_.State }
#> db01     Running
#> test01        Off
#> web01   Running
#> web02        Off
