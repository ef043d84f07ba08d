# Windows Server 2012
# What a converted machine stands on, and whether its integration services speak
Get-VM | Get-VMHardDiskDrive | Format-Table VMName, ControllerType, Path
Get-VM | Get-VMIntegrationService | Where-Object Name -eq Heartbeat | Format-Table VMName, PrimaryStatusDescription
