# check: lucky
New-VM web01 512MB -VHDPath C:\Images\WS2008-x64.vhd
Start-VM web01
Wait-Lab web01 -For Heartbeat
Wait-Lab -Seconds 2
Start-LabWorkload web01 -Kind Database -Count 20
Submit-LabAnswer lost four
Stop-VM web01 -TurnOff -Force
Start-VM web01
Wait-Lab web01 -For Heartbeat
Wait-Lab -Seconds 2
Test-LabDatabase web01
Start-LabWorkload web01 -Kind Database -Count 21
Invoke-LabWriter web01 Freeze
Test-LabDatabase web01
Invoke-LabWriter web01 Thaw
Start-LabWorkload web01 -Kind Database -Count 19
Test-LabDatabase web01
Submit-LabAnswer why flushed
