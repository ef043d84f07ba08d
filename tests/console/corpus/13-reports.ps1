#setting farm
#: memory report
$total = (Get-VMHost).MemoryCapacity
$used = (Get-VM | Measure-Object -Property MemoryAssigned -Sum).Sum
'{0:N0} of {1:N0} MB used' -f ($used / 1MB), ($total / 1MB)
#> 2,560 of 8,192 MB used
#: machines without a network
Get-VM | Where-Object { -not (Get-VMNetworkAdapter $_.Name).SwitchName } | ForEach-Object Name
#> test01
#: machines per switch
Get-VMSwitch | Sort-Object Name | ForEach-Object {
    $switch = $_
    [pscustomobject]@{
        Switch   = $switch.Name
        Machines = @(Get-VM | Get-VMNetworkAdapter | Where-Object SwitchName -eq $switch.Name).Count
    }
}
#> Switch Machines
#> ------ --------
#> Lab 1
#> Lan 2
#: an inventory
Get-VM | Sort-Object Name | Select-Object Name,
    @{n='CPU';e={$_.ProcessorCount}},
    @{n='MB';e={$_.MemoryStartup / 1MB}} | Format-Table -AutoSize
#> Name CPU MB
#> ---- --- --
#> db01 1 2048
#> test01 1 1024
#> web01 1 512
#> web02 1 512
#: only new snapshots
Checkpoint-VM test01 -SnapshotName s1
$limit = (Get-Date).AddDays(-1)
(Get-VMSnapshot test01 | Where-Object { $_.CreationTime -gt $limit }).Name
#> s1
#: machines with snapshots
Checkpoint-VM test01 -SnapshotName s1
Get-VM | Where-Object { Get-VMSnapshot $_.Name } | ForEach-Object Name
#> test01
#: totals by state
Get-VM | Group-Object State | Sort-Object Name | ForEach-Object {
    '{0,-8} {1,3} {2,6:N0} MB' -f $_.Name, $_.Count, (($_.Group | Measure-Object MemoryStartup -Sum).Sum / 1MB)
}
#> Off        2  1,536 MB
#> Running    2  2,560 MB
#: prefixes
Get-VM | Group-Object { $_.Name -replace '\d+$' } | Sort-Object Name | ForEach-Object { "$($_.Name) $($_.Count)" }
#> db 1
#> test 1
#> web 2
#: a checklist
$expected = 'db01', 'web01', 'web03'
$present = (Get-VM).Name
$expected | ForEach-Object { '{0}: {1}' -f $_, $(if ($present -contains $_) { 'ok' } else { 'MISSING' }) }
#> db01: ok
#> web01: ok
#> web03: MISSING
#: what differs
Compare-Object -ReferenceObject 'db01', 'web03' -DifferenceObject (Get-VM | ForEach-Object Name) |
    Where-Object SideIndicator -eq '<=' | ForEach-Object InputObject
#> web03
#: a lookup by name
$byName = @{}
Get-VM | ForEach-Object { $byName[$_.Name] = $_ }
$byName['web01'].State
#> Running
#: start all, report
$results = foreach ($vm in Get-VM | Where-Object State -eq 'Off') {
    Start-VM $vm.Name
    [pscustomobject]@{ Name = $vm.Name; State = (Get-VM $vm.Name).State }
}
$results | Sort-Object Name | Format-Table -AutoSize
#> Name State
#> ---- -----
#> test01 Running
#> web02 Running
#: clone a machine's settings
$source = Get-VM db01
New-VM -Name db02 -MemoryStartupBytes $source.MemoryStartup | Out-Null
Set-VMProcessor db02 -Count $source.ProcessorCount
(Get-VM db02).MemoryStartup -eq $source.MemoryStartup
#> True
#: wait for all with a limit
$deadline = (Get-Date).AddMinutes(1)
Start-VM test01
while ((Get-VM test01).State -ne 'Running') {
    if ((Get-Date) -gt $deadline) { throw 'too slow' }
    Start-Sleep 1
}
'all run'
#> all run
#: a whole provisioning
$prefix = 'node'
1..2 | ForEach-Object {
    $name = "$prefix{0:D2}" -f $_
    $disk = Join-Path D:\ "$name.vhd"
    New-VHD -Path $disk -SizeBytes 10GB -Dynamic | Out-Null
    New-VM -Name $name -MemoryStartupBytes 256MB -VHDPath $disk -SwitchName Lab | Out-Null
    Set-VMProcessor -VMName $name -Count 2
    Start-VM -Name $name
}
Get-VM "$prefix*" | ForEach-Object { '{0} {1} {2}' -f $_.Name, $_.State, $_.ProcessorCount }
#> node01 Running 2
#> node02 Running 2
#: tidy up
Get-VM test* | Stop-VM -TurnOff -ErrorAction SilentlyContinue
Get-VM test* | Remove-VM -Force
(Get-VM).Name -join ','
#> WARNING: The virtual machine is already in the specified state.
#> db01,web01,web02
#: uptime in words
$vm = Get-VM web01
$vm.Uptime.TotalDays -lt 1
#> True
#: uptime formatted
Get-VM web02 | ForEach-Object { '{0:hh\:mm\:ss}' -f $_.Uptime }
#> 00:00:00
#: uptime as text
(Get-VM web02).Uptime.ToString()
#> 00:00:00
#: average memory of the running
$avg = (Get-VM | Where-Object State -eq Running | Measure-Object MemoryAssigned -Average).Average
[math]::Round($avg / 1MB)
#> 1280
#: disks and who uses them
New-VM app01 256MB -NewVHDPath D:\app01.vhd -NewVHDSizeBytes 1GB | Out-Null
Get-VM | Get-VMHardDiskDrive | ForEach-Object { '{0} -> {1}' -f $_.VMName, (Split-Path $_.Path -Leaf) }
#> app01 -> app01.vhd
#: orphaned disks
New-VHD D:\old.vhd 1GB | Out-Null
$used = (Get-VM | Get-VMHardDiskDrive).Path
Get-ChildItem D:\*.vhd | Where-Object { $used -notcontains $_.FullName } | ForEach-Object Name
#> old.vhd
#: addresses that several have (machines that never ran have none yet, all zeros)
(Get-VM | Get-VMNetworkAdapter | Group-Object MacAddress | Where-Object Count -gt 1 | Measure-Object).Count
#> 1
#: a menu
$i = 0
Get-VM | Sort-Object Name | ForEach-Object { $i++; "[$i] $($_.Name)" }
#> [1] db01
#> [2] test01
#> [3] web01
#> [4] web02
#: bar chart
Get-VM | Sort-Object Name | ForEach-Object { '{0,-7}{1}' -f $_.Name, ('#' * ($_.MemoryStartup / 512MB)) }
#> db01   ####
#> test01 ##
#> web01  #
#> web02  #
