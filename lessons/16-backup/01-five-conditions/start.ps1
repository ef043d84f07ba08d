New-VM web01 512MB -VHDPath C:\Images\WS2008-x64.vhd | Out-Null
New-VM mail 512MB -VHDPath C:\Images\WS2003-SP2-x64.vhd -Path D:\ | Out-Null
New-VM old 256MB -VHDPath C:\Images\W2000-SP4.vhd | Out-Null
Set-LabGuestDisk mail {{disk}}
Start-VM web01, mail, old
Wait-Lab web01 -For Heartbeat
Wait-Lab mail, old -For Booted
Install-LabIntegrationService mail, old | Out-Null
Wait-Lab mail, old -For Heartbeat
Start-Sleep 5
Start-LabWorkload mail -Kind Database -Count {{letters}} | Out-Null
