#setting farm
#: switches
Get-VMSwitch | Sort-Object Name | ForEach-Object { "$($_.Name) $($_.SwitchType)" }
#> Lab Private
#> Lan Internal
#: switch by type
(Get-VMSwitch -SwitchType Private).Name
#> Lab
#: a new switch
(New-VMSwitch -Name Backup -SwitchType Private).Name
#> Backup
#: a new switch only if missing
if (-not (Get-VMSwitch -Name Lan -ErrorAction SilentlyContinue)) { New-VMSwitch Lan -SwitchType Private }
(Get-VMSwitch).Count
#> 2
#: remove a switch
Remove-VMSwitch Lab -Force
(Get-VMSwitch).Name
#> Lan
#: adapters of all
Get-VM | Get-VMNetworkAdapter | Where-Object SwitchName | Sort-Object VMName | ForEach-Object { "$($_.VMName)=$($_.SwitchName)" }
#> db01=Lab
#> web01=Lan
#> web02=Lan
#: adapters of one
(Get-VMNetworkAdapter -VMName web01).SwitchName
#> Lan
#: connect
Connect-VMNetworkAdapter -VMName test01 -SwitchName Lan
(Get-VMNetworkAdapter test01).SwitchName
#> Lan
#: connect many
Get-VM web* | Get-VMNetworkAdapter | Connect-VMNetworkAdapter -SwitchName Lab
(Get-VMNetworkAdapter web01, web02).SwitchName | Select-Object -Unique
#> Lab
#: disconnect
Disconnect-VMNetworkAdapter web01
[string]::IsNullOrEmpty((Get-VMNetworkAdapter web01).SwitchName)
#> True
#: machines on a switch
Get-VMNetworkAdapter * | Where-Object { $_.SwitchName -eq 'Lan' } | Select-Object -ExpandProperty VMName
#> web01
#> web02
#: an adapter more
Add-VMNetworkAdapter -VMName test01 -SwitchName Lan -Name Second
(Get-VMNetworkAdapter test01 | Measure-Object).Count
#> 2
#: an address of one's own
Set-VMNetworkAdapter test01 -StaticMacAddress 00155D010203
(Get-VMNetworkAdapter test01).MacAddress
#> 00155D010203
#: a vlan
Set-VMNetworkAdapterVlan -VMName test01 -Access -VlanId 20
(Get-VMNetworkAdapterVlan test01).AccessVlanId
#> 20
#: a new disk
New-VHD -Path D:\a.vhd -SizeBytes 10GB -Dynamic | Select-Object -ExpandProperty Size
#> 10737418240
#: a new disk in GB
'{0} GB' -f ((New-VHD D:\a.vhd 10GB).Size / 1GB)
#> 10 GB
#: the kind of a disk
(Get-VHD C:\Images\NT4.vhd).VhdType
#> Dynamic
#: many disks
'a', 'b' | ForEach-Object { New-VHD -Path "D:\$_.vhd" -SizeBytes 1GB -Dynamic } | ForEach-Object Path
#> D:\a.vhd
#> D:\b.vhd
#: attach a disk
New-VHD D:\data.vhd 5GB | Out-Null
Add-VMHardDiskDrive -VMName test01 -ControllerType IDE -ControllerNumber 0 -Path D:\data.vhd
(Get-VMHardDiskDrive test01).Path
#> D:\data.vhd
#: attach by pipeline
New-VHD D:\data.vhd 5GB | Out-Null
Get-VM test01 | Add-VMHardDiskDrive -Path D:\data.vhd
Get-VM test01 | Get-VMHardDiskDrive | ForEach-Object { $_.ControllerType }
#> IDE
#: sizes of all the disks
dir C:\Images\*.vhd | ForEach-Object { (Get-VHD $_.FullName).Size / 1GB } | Sort-Object
#> 4
#> 40
#> 40
#: disks by pipeline of files
Get-ChildItem C:\Images -Filter *.vhd | Get-VHD | Sort-Object Size | Select-Object -First 1 -ExpandProperty Path
#> C:\Images\NT4.vhd
#: a differencing disk
New-VHD -Path D:\child.vhd -ParentPath C:\Images\NT4.vhd -Differencing | Out-Null
(Get-VHD D:\child.vhd).ParentPath
#> C:\Images\NT4.vhd
#: a machine with a disk of its own
New-VM -Name app01 -MemoryStartupBytes 256MB -NewVHDPath D:\app01.vhd -NewVHDSizeBytes 10GB | Out-Null
(Get-VMHardDiskDrive app01).Path
#> D:\app01.vhd
#: a machine from an existing disk
New-VM -Name app01 -MemoryStartupBytes 256MB -VHDPath C:\Images\NT4.vhd | Out-Null
Get-VMHardDiskDrive -VMName app01 | Select-Object -ExpandProperty Path
#> C:\Images\NT4.vhd
#: disk left behind
New-VM app01 256MB -NewVHDPath D:\app01.vhd -NewVHDSizeBytes 1GB | Out-Null
Remove-VM app01 -Force
Test-Path D:\app01.vhd
#> True
#: removing the disk too
New-VM app01 256MB -NewVHDPath D:\app01.vhd -NewVHDSizeBytes 1GB | Out-Null
$disks = (Get-VM app01 | Get-VMHardDiskDrive).Path
Remove-VM app01 -Force
Remove-Item $disks
Test-Path D:\app01.vhd
#> False
#: the host
(Get-VMHost).Name
#> HV01
#: the host's memory
(Get-VMHost).MemoryCapacity / 1GB
#> 8
#: logical processors
"Processors: $((Get-VMHost).LogicalProcessorCount)"
#> Processors: 4
#: integration services by name
Get-VMIntegrationService web01 | Where-Object Name -eq 'Heartbeat' | ForEach-Object Enabled
#> True
#: switching a service off
Disable-VMIntegrationService -VMName test01 -Name 'Time Synchronization'
(Get-VMIntegrationService test01 -Name 'Time Synchronization').Enabled
#> False
#: physical adapters
(Get-NetAdapter | Select-Object -First 1).Name
#> Local Area Connection
#: an external switch
New-VMSwitch -Name External -NetAdapterName 'Local Area Connection' -AllowManagementOS $true | ForEach-Object SwitchType
#> External
#: the missing disk
New-VM app01 256MB -VHDPath D:\no.vhd -ErrorAction SilentlyContinue
$?
#> False
