New-VMSwitch LAN -NetAdapterName 'Local Area Connection' | Out-Null
New-VM web01 -MemoryStartupBytes 512MB -VHDPath C:\Images\WS2008-x64.vhd -SwitchName LAN | Out-Null
Add-VMNetworkAdapter web01 -IsLegacy $true -SwitchName LAN
New-VM nt4 -MemoryStartupBytes 256MB -VHDPath C:\Images\NT4.vhd | Out-Null
Start-VM nt4
Wait-Lab nt4
