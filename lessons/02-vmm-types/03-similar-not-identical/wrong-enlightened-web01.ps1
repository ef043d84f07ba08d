# check: enlightened
Compare-LabPath
Submit-LabAnswer differ 5
Get-LabGuestView web01, debian
Submit-LabAnswer calls 0
Install-LabIntegrationService web01
Wait-Lab web01 -For Heartbeat
Start-LabWorkload web01 -Operation Write -Count 6
Install-LabIntegrationService debian
Submit-LabAnswer why asks
