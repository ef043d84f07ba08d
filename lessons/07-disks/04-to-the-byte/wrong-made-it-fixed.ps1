# check: made
Submit-LabAnswer empty (512 + 1024 + 4 * {{gb}} * 512 + 512)
New-VHD D:\archive.vhd {{gb}}GB -Fixed
Add-VMHardDiskDrive web01 SCSI 0 0 D:\archive.vhd
Start-VM web01
Wait-Lab web01 -For Heartbeat
Start-LabWorkload web01 -Operation Read -Count 10 -ControllerType SCSI
Submit-LabAnswer read 0
Submit-LabAnswer grew (3 * (2MB + 512))
foreach ($offset in 0, 100MB, 5GB) { Start-LabWorkload web01 -Operation Write -Count 1 -ControllerType SCSI -Offset $offset }
Start-LabWorkload web01 -Operation Write -Count 1 -ControllerType SCSI -Offset (8MB - 2KB)
