# check: committed
New-VM web01 512MB -VHDPath C:\Images\WS2008-x64.vhd
Start-VM web01
Wait-Lab web01 -For Heartbeat
Wait-Lab -Seconds 2
Start-LabWorkload web01 Write -Count 20
Submit-LabAnswer lost four
Submit-LabAnswer why flushed
