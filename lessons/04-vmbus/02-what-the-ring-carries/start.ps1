New-VHD D:\data.vhd 10GB | Out-Null
New-VM web01 -MemoryStartupBytes 512MB -VHDPath C:\Images\WS2008-x64.vhd | Out-Null
Add-VMHardDiskDrive web01 SCSI 0 0 D:\data.vhd
Start-VM web01
Wait-Lab web01 -For Heartbeat
Wait-Lab -Seconds 2
