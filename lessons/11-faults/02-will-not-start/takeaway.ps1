# Windows Server 2012
Get-VM | Format-Table Name, State, Status, MemoryStartup
Get-VMHardDiskDrive * | Format-Table VMName, ControllerType, ControllerLocation, Path
Get-VHD D:\shop.vhd | Format-List VhdType, ParentPath
Set-VHD D:\shop.vhd -ParentPath D:\archive.vhd
