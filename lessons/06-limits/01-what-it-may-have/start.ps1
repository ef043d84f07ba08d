Copy-Item C:\Images\WS2008-x64.vhd D:\files.vhd
New-VHD D:\data.vhd -SizeBytes 20GB -Dynamic | Out-Null
New-VM files -MemoryStartupBytes 512MB -NoVHD | Out-Null
Add-VMHardDiskDrive files IDE 0 0 D:\data.vhd
Add-VMHardDiskDrive files SCSI 0 0 D:\files.vhd
Start-VM files
Start-Sleep 30
