New-VM old -MemoryStartupBytes 256MB -VHDPath C:\Images\NT4.vhd | Out-Null
Start-VM old
Wait-Lab old
