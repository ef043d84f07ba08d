New-VHD D:\{{name}}-fixed.vhd -SizeBytes {{size}}GB -Fixed
New-VHD D:\{{name}}.vhd -SizeBytes {{size}}GB -Dynamic
Add-VMHardDiskDrive web01 -ControllerType SCSI -Path D:\{{name}}.vhd
Start-VM web01
Wait-Lab web01 -For Heartbeat
Start-LabWorkload web01 -Operation Write -Count 1 -ControllerType SCSI
Submit-LabAnswer grew 2097664
Add-LabFault VolumeFull -Volume D
Start-LabWorkload web01 -Operation Write -Count 600 -ControllerType SCSI
Stop-VM web01 -TurnOff
Add-VMHardDiskDrive web01 -ControllerType SCSI -Path D:\{{name}}-fixed.vhd
Start-VM web01
Wait-Lab web01 -For Heartbeat
Start-LabWorkload web01 -Operation Write -Count 600 -ControllerType SCSI -ControllerLocation 1
Submit-LabAnswer choose fixed
