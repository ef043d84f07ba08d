New-VM web01 -MemoryStartupBytes 512MB -VHDPath C:\Images\WS2008-x64.vhd | Out-Null
New-VM debian -MemoryStartupBytes 512MB -VHDPath C:\Images\Debian4.vhd | Out-Null
New-VM acct -MemoryStartupBytes 512MB -VHDPath C:\Images\WS2003-SP2-x86.vhd | Out-Null
Start-VM web01, debian, acct
Wait-Lab web01 -For Heartbeat
Wait-Lab debian, acct
