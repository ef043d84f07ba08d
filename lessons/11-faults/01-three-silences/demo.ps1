Get-VM
Get-VMIntegrationService * | Where-Object Name -eq Heartbeat | Format-Table VMName, PrimaryStatusDescription
Get-LabProcessor shop, mail, files
Get-LabWorkload
