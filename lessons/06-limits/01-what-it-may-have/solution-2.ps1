New-VM web01 -MemoryStartupBytes 512MB -VHDPath C:\Images\WS2008-x64.vhd
Set-VMProcessor web01 -Count 4
New-VM acct -MemoryStartupBytes 512MB -VHDPath C:\Images\WS2003-SP2-x86.vhd
Set-VMProcessor acct -Count 4
Start-VM web01, acct
Wait-Lab web01, acct
Submit-LabAnswer used 2
Stop-VM web01 -TurnOff
1..8 | ForEach-Object { Add-VMNetworkAdapter web01 }
1..4 | ForEach-Object { Add-VMNetworkAdapter web01 -IsLegacy $true }
Stop-VM files -TurnOff
Remove-VMHardDiskDrive files IDE 0 0
Remove-VMHardDiskDrive files SCSI 0 0
Add-VMHardDiskDrive files IDE 0 0 D:\files.vhd
Add-VMHardDiskDrive files IDE 0 1 D:\data.vhd
Start-VM files
Wait-Lab files -Timeout 60
Submit-LabAnswer why bus
