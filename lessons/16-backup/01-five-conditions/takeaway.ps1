# Windows Server 2012
Get-VMIntegrationService -VMName web01 | Where-Object Name -eq VSS
Enable-VMIntegrationService -VMName web01 -Name VSS
Get-VM web01 | Get-VMHardDiskDrive | Format-Table VMName, Path
