New-VHD D:\fixed.vhd -SizeBytes 20GB -Fixed
New-VHD D:\growing.vhd -SizeBytes 20GB -Dynamic
Add-VMHardDiskDrive web01 -ControllerType SCSI -Path D:\growing.vhd
Start-VM web01
Wait-Lab web01 -For Heartbeat
Start-LabWorkload web01 -Operation Write -Count 1 -ControllerType SCSI
Get-VHD D:\fixed.vhd, D:\growing.vhd | Format-Table Path, Size, FileSize
