# check: joined
New-VM web01 512MB -VHDPath E:\web01.vhd -Path E:\
Start-VM web01
Wait-Lab web01 -For Heartbeat
Submit-LabAnswer why memory
Submit-LabAnswer lost gone
