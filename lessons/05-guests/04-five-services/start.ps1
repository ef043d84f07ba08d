New-VM web01 -MemoryStartupBytes 512MB -VHDPath C:\Images\WS2008-x64.vhd | Out-Null
New-VM nt4 -MemoryStartupBytes 256MB -VHDPath C:\Images\NT4.vhd | Out-Null
Start-VM web01, nt4
Wait-Lab web01 -For Heartbeat
Wait-Lab nt4
Wait-Lab -Seconds 2
