New-VMSwitch Inside -SwitchType Private | Out-Null
New-VMSwitch Office -NetAdapterName 'Local Area Connection 2' | Out-Null
New-VMSwitch Admin -SwitchType Internal | Out-Null
New-VHD D:\data.vhd -SizeBytes 1GB | Out-Null
New-VHD D:\fixed.vhd -SizeBytes 64MB -Fixed | Out-Null

New-VM web01 ($MEGABYTES * 1MB) -VHDPath C:\Images\WS2008-x64.vhd -SwitchName Inside -Path D:\VMs | Out-Null
Set-VMProcessor web01 -Count 2 -RelativeWeight 200 -Reserve 10
Add-VMHardDiskDrive web01 SCSI 0 0 D:\data.vhd
Set-VM web01 -AutomaticStartAction Start -AutomaticStopAction ShutDown
Start-VM web01
Wait-Lab web01 -For Heartbeat
Checkpoint-VM web01
Start-Sleep 20
Suspend-VM web01
Resume-VM web01

New-VM old 256MB -VHDPath C:\Images\WS2012-x64.vhd | Out-Null
Add-VMHardDiskDrive old IDE 0 1 D:\fixed.vhd
Start-VM old
Wait-Lab old -For Heartbeat
Connect-VMNetworkAdapter old -SwitchName Office
Start-Sleep 20
Stop-VM old -Force

New-VM gone 128MB | Out-Null
Remove-VM gone -Force
Save-VM web01
