Compare-LabPath
Submit-LabAnswer differ 5
Get-LabGuestView web01, debian
Submit-LabAnswer calls 0
Install-LabIntegrationService acct
Wait-Lab acct -For Heartbeat
Start-LabWorkload acct -Operation Write -Count 6
Install-LabIntegrationService debian
Submit-LabAnswer why asks
