Start-LabWorkload acct -Operation Write -Count 8
Install-LabIntegrationService acct
Wait-Lab acct -For Heartbeat
Start-LabWorkload acct -Operation Write -Count 8
Submit-LabAnswer times 12
Stop-VM acct
New-VM w2k -VHDPath C:\Images\W2000-SP4.vhd
Start-VM w2k
Wait-Lab w2k
Install-LabIntegrationService w2k
Wait-Lab w2k -For Heartbeat
Submit-LabAnswer lacks vss
