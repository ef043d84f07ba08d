# Windows Server 2012
Get-VMIntegrationService new
Disable-VMIntegrationService Heartbeat new
Enable-VMIntegrationService Heartbeat new
Get-VM new | Format-List Name, Heartbeat
