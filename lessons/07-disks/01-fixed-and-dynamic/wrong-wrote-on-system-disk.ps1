# check: written
New-VHD D:\{{name}}-fixed.vhd -SizeBytes {{size}}GB -Fixed
New-VHD D:\{{name}}.vhd -SizeBytes {{size}}GB -Dynamic
Add-VMHardDiskDrive web01 -ControllerType SCSI -Path D:\{{name}}.vhd
Start-VM web01
Wait-Lab web01 -For Heartbeat
Start-LabWorkload web01 -Operation Write -Count 1
