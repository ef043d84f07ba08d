# check: orderly
New-VM web01 -MemoryStartupBytes 512MB -VHDPath C:\Images\WS2008-x64.vhd
Start-VM web01
Wait-Lab web01
Start-LabWorkload web01 -Operation Write -Count 10
New-VM nt4 -VHDPath C:\Images\NT4.vhd
Start-VM nt4
Wait-Lab nt4
Start-LabWorkload nt4 -Operation Write -Count 10
Stop-VM web01, nt4 -TurnOff
New-VM young -VHDPath C:\Images\WS2012-x64.vhd
Start-VM young
Wait-Lab young -For Heartbeat
Start-LabWorkload young -Operation Write -Count 1 -Size 40KB
Stop-VM young
Submit-LabAnswer ring-bytes 168
Submit-LabAnswer why registers
