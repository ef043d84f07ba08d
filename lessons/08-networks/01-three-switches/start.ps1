Copy-Item C:\Images\WS2008-x64.vhd D:\test01.vhd
New-VM web01 -MemoryStartupBytes 512MB -VHDPath C:\Images\WS2008-x64.vhd | Out-Null
New-VM test01 -MemoryStartupBytes 512MB -VHDPath D:\test01.vhd | Out-Null
foreach ($vm in 'web01', 'test01') { if (-not (Get-VMNetworkAdapter $vm)) { Add-VMNetworkAdapter $vm } }
Start-VM web01, test01
Wait-Lab web01, test01 -For Heartbeat
