New-VM web01 512MB -VHDPath C:\Images\WS2008-x64.vhd
Start-VM web01
Wait-Lab web01 -For Heartbeat
Wait-Lab -Seconds 2
Start-LabWorkload web01 -Kind Database -Count 20
Submit-LabAnswer lost four
Restart-VM web01 -Force
Wait-Lab web01 -For Booted
Wait-Lab -Seconds 3
Test-LabDatabase web01
Start-LabWorkload web01 -Kind Database -Count 30
Invoke-LabWriter web01 Freeze
Test-LabDatabase web01
Invoke-LabWriter web01 Thaw
Start-LabWorkload web01 -Kind Database -Count 10
Get-LabDatabase
Restart-VM web01 -Force
Wait-Lab web01 -For Booted
Wait-Lab -Seconds 3
Test-LabDatabase web01
Submit-LabAnswer why flushed
