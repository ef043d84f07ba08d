# check: merged
Submit-LabAnswer files 3
Start-VM t1
Wait-Lab t1 -For Heartbeat
Get-LabGuestFile t1
Stop-VM t1
Remove-VMHardDiskDrive t1 IDE 0 0
Add-VMHardDiskDrive t1 IDE 0 0 D:\c1.vhd
Remove-Item D:\c2.vhd
Submit-LabAnswer bytes (40GB + 512)
Convert-VHD D:\c1.vhd D:\audit.vhd -VHDType Fixed
Convert-VHD D:\c1.vhd D:\t1.vhd -VHDType Dynamic
Remove-VMHardDiskDrive t1 IDE 0 0
Add-VMHardDiskDrive t1 IDE 0 0 D:\t1.vhd
Start-VM t1
Wait-Lab t1 -For Heartbeat
New-VM o -MemoryStartupBytes 512MB -VHDPath D:\other.vhd
Start-VM o
Wait-Lab o -For Heartbeat
Get-LabGuestFile o
