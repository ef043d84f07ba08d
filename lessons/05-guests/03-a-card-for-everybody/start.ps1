New-VMSwitch LAN -NetAdapterName 'Local Area Connection' | Out-Null
New-VM acct -MemoryStartupBytes 512MB -VHDPath C:\Images\WS2003-SP2-x86.vhd -SwitchName LAN | Out-Null
New-VM nt4 -MemoryStartupBytes 256MB -VHDPath C:\Images\NT4.vhd -SwitchName LAN | Out-Null
New-VM shop -MemoryStartupBytes 512MB -VHDPath C:\Images\WS2008-x64.vhd | Out-Null
Remove-VMNetworkAdapter shop
Add-VMNetworkAdapter shop -IsLegacy $true -SwitchName LAN
Start-VM acct, nt4, shop
Wait-Lab acct, nt4
Wait-Lab shop -For Heartbeat
Set-LabGuestAddress shop 192.168.0.41 | Out-Null
