# check: stands
# check: wish
New-VHD C:\{{d}}.vhd -ParentPath C:\Images\WS2008-x64.vhd -Differencing
New-VHD C:\{{d}}-data.vhd -SizeBytes {{size}}MB -Fixed
New-VM {{d}} {{memory}}MB -VHDPath C:\{{d}}.vhd -SwitchName LAN
Set-VMProcessor {{d}} -Count {{processors}}
Add-VMScsiController {{d}}
Add-VMHardDiskDrive {{d}} -ControllerType SCSI -Path C:\{{d}}-data.vhd
Start-VM {{d}}
Wait-Lab {{d}} -For Heartbeat
Get-VMHardDiskDrive {{a}} | Remove-VMHardDiskDrive
Add-VMHardDiskDrive {{a}} -ControllerType IDE -Path C:\{{a}}.vhd
Start-VM {{a}}
Wait-Lab {{a}} -For Heartbeat
Stop-VM {{b}} -TurnOff
Start-VM {{b}}
Wait-Lab {{b}} -For Heartbeat
Set-LabGuestAddress {{d}} 192.168.0.23
Set-VMNetworkAdapterVlan {{c}}, {{d}} -Access -VlanId {{vlan}}
New-Cluster C1 -Node HV01, HV02
New-VM web01 512MB -VHDPath E:\web01.vhd -Path E:\
Add-ClusterVirtualMachineRole web01
Start-VM web01
Wait-Lab web01 -For Heartbeat
New-LabBackup {{c}} E:\Backup
Start-LabWorkload {{d}} Write -Count 3
$e = Get-LabEvent vmbus.message | Where-Object { $_.Fields.name -eq 'OFFER_CHANNEL' -and $_.Target -like '*/{{d}}/*' } | Select-Object -Last 1
while ($e.Fields.name -ne 'REQUEST_OFFERS') { $e = Get-LabEvent -Cause $e.Cause | Select-Object -Last 1 }
Submit-LabAnswer offers "$($e.Seq)"
$e = Get-LabEvent disk.io | Where-Object { $_.Fields.operation -eq 'write' -and $_.Fields.path -eq 'C:\{{d}}.vhd' } | Select-Object -Last 1
while ($e.Kind -ne 'ring.packet') { $e = Get-LabEvent -Cause $e.Cause | Select-Object -Last 1 }
Submit-LabAnswer write "$($e.Seq)"
