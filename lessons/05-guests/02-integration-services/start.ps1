New-VM acct -MemoryStartupBytes 512MB -VHDPath C:\Images\WS2003-SP2-x86.vhd | Out-Null
Start-VM acct
Wait-Lab acct
