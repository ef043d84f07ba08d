New-VMSwitch LAN -NetAdapterName 'Local Area Connection' | Out-Null
New-VM acct -MemoryStartupBytes 512MB -VHDPath C:\Images\WS2003-SP2-x86.vhd -SwitchName LAN | Out-Null
New-VM nt4 -MemoryStartupBytes 256MB -VHDPath C:\Images\NT4.vhd -SwitchName LAN | Out-Null
Start-VM acct, nt4
Wait-Lab acct, nt4
