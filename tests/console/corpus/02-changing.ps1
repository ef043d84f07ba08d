#setting farm
#: start one
Start-VM web02
(Get-VM web02).State
#> Running
#: start by pipeline
Get-VM web* | Where-Object State -eq Off | Start-VM
(Get-VM web02).State
#> Running
#: start and look
Start-VM web02 -Passthru | Select-Object -ExpandProperty State
#> Running
#: stop hard
Stop-VM web01 -TurnOff
(Get-VM web01).State
#> Off
#: stop hard, all that run
Get-VM | Where-Object State -eq 'Running' | Stop-VM -TurnOff
(Get-VM | Where-Object State -eq 'Running' | Measure-Object).Count
#> 0
#: save
Save-VM web01
(Get-VM web01).State
#> Saved
#: pause and resume
Suspend-VM web01; (Get-VM web01).State
Resume-VM web01; (Get-VM web01).State
#> Paused
#> Running
#: what if
Stop-VM web01 -TurnOff -WhatIf
(Get-VM web01).State
#> What if: ...
#> Running
#: what if on several
Get-VM web* | Remove-VM -WhatIf -Force
#> What if: ...
#> What if: ...
#: remove without a question
Remove-VM test01 -Force
(Get-VM).Count
#> 3
#: a new machine
New-VM -Name app01 -MemoryStartupBytes 256MB | Out-Null
(Get-VM app01).MemoryStartup / 1MB
#> 256
#: a new machine into nothing
$null = New-VM app01 256MB
(Get-VM app01).State
#> Off
#: several new machines
1..3 | ForEach-Object { New-VM -Name "node$_" -MemoryStartupBytes 256MB } | Out-Null
(Get-VM node*).Name
#> node1
#> node2
#> node3
#: numbered with zeros
foreach ($i in 1..2) { New-VM -Name ('srv{0:D2}' -f $i) -MemoryStartupBytes 256MB | Out-Null }
(Get-VM srv*).Name -join ' '
#> srv01 srv02
#: splatting
$settings = @{
    Name               = 'app01'
    MemoryStartupBytes = 256MB
    SwitchName         = 'Lan'
}
New-VM @settings | Out-Null
(Get-VMNetworkAdapter app01).SwitchName
#> Lan
#: splatting and a parameter more
$common = @{ MemoryStartupBytes = 256MB; NoVHD = $true }
'a', 'b' | ForEach-Object { New-VM -Name $_ @common } | Select-Object -ExpandProperty Name
#> a
#> b
#: a name with a blank
New-VM 'file server' 256MB | Out-Null
(Get-VM 'file server').Name
#> file server
#: processors
Set-VMProcessor test01 -Count 2
(Get-VMProcessor test01).Count
#> 2
#: processors by pipeline
Get-VM test01 | Set-VMProcessor -Count 2 -Reserve 10
Get-VMProcessor test01 | Select-Object -ExpandProperty Reserve
#> 10
#: notes
Set-VM test01 -Notes 'for tests'
(Get-VM test01).Notes
#> for tests
#: rename
Rename-VM test01 -NewName test99
(Get-VM test*).Name
#> test99
#: memory
Set-VMMemory test01 -StartupBytes 768MB
(Get-VMMemory test01).Startup / 1MB
#> 768
#: memory by Set-VM
Set-VM -Name test01 -MemoryStartupBytes 768MB
(Get-VM test01).MemoryStartup / 1MB
#> 768
#: start action
Set-VM web02 -AutomaticStartAction Nothing
(Get-VM web02).AutomaticStartAction
#> Nothing
#: snapshot
Checkpoint-VM test01 -SnapshotName before
(Get-VMSnapshot test01).Name
#> before
#: snapshot of all off
Get-VM | Where-Object State -eq Off | Checkpoint-VM -SnapshotName base
(Get-VMSnapshot -VMName test01, web02 | Measure-Object).Count
#> 2
#: restore a snapshot
Checkpoint-VM test01 -SnapshotName s1
Set-VMProcessor test01 -Count 2
Restore-VMSnapshot -VMName test01 -Name s1 -Confirm:$false
(Get-VMProcessor test01).Count
#> 1
#: remove a snapshot
Checkpoint-VM test01 -SnapshotName s1
Remove-VMSnapshot test01 s1
@(Get-VMSnapshot test01).Count
#> 0
#: verbose
Start-VM web02 -Verbose 4>$null
(Get-VM web02).State
#> Running
#: start what does not exist
Start-VM nope
#x Start-VM : Hyper-V was unable to find a virtual machine with name "nope".
#: an abbreviated parameter
New-VM -Name app01 -MemoryStartup 256MB | Out-Null
(Get-VM app01).Name
#> app01
#: only those above a size
Get-VM | Where-Object MemoryStartup -ge 1GB | ForEach-Object { $_.Name }
#> db01
#> test01
#: change only if needed
$vm = Get-VM test01
if ($vm.ProcessorCount -lt 2) { Set-VMProcessor $vm.Name -Count 2; 'changed' } else { 'fine' }
#> changed
#: start in an order
foreach ($name in 'web02', 'test01') {
    Start-VM -Name $name
    Write-Host "$name is $((Get-VM $name).State)"
}
#> web02 is Running
#> test01 is Running
#: restart by hand
Stop-VM web01 -TurnOff -Passthru | Start-VM
(Get-VM web01).State
#> Running
