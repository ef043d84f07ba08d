Set-VMMemory big -StartupBytes 65GB # refused
Set-VMMemory big -StartupBytes 64GB
New-VHD D:\last.vhd -SizeBytes 1GB
Add-VMHardDiskDrive big SCSI 0 64 D:\last.vhd # refused
Add-VMHardDiskDrive big SCSI 0 63 D:\last.vhd
Get-VMHardDiskDrive big
