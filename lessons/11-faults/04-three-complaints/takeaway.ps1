# Windows Server 2012
Get-VMProcessor * | Format-Table VMName, Count, Reserve, Maximum, RelativeWeight
Get-VMIntegrationService * | Where-Object Name -eq Shutdown
Set-VMProcessor mail -Maximum 100
Stop-VM files
