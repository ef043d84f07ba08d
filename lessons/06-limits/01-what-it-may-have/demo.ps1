New-VM web01 -MemoryStartupBytes 512MB -VHDPath C:\Images\WS2008-x64.vhd
Set-VMProcessor web01 -Count 4
Set-VMProcessor web01 -Count 8 # refused
1..7 | ForEach-Object { Add-VMNetworkAdapter web01 }
Add-VMNetworkAdapter web01 # refused
1..4 | ForEach-Object { Add-VMNetworkAdapter web01 -IsLegacy $true }
(Get-VMNetworkAdapter web01).Count
