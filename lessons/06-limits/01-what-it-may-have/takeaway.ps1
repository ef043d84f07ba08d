# Windows Server 2012
Set-VMProcessor files -Count 4
Get-VMHardDiskDrive files | Format-Table ControllerType, ControllerNumber, ControllerLocation, Path
Get-VMNetworkAdapter files | Format-Table Name, IsLegacy, SwitchName
