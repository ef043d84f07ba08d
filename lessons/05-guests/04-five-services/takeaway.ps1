# Windows Server 2012
Get-VMIntegrationService web01
Disable-VMIntegrationService 'Time Synchronization' web01
Get-VMIntegrationService web01 -Name 'Time Synchronization' | Format-List Enabled, PrimaryStatusDescription
