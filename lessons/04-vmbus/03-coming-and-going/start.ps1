New-VM web01 -MemoryStartupBytes 512MB -VHDPath C:\Images\WS2008-x64.vhd | Out-Null
New-VM new -MemoryStartupBytes 512MB -VHDPath C:\Images\WS2012-x64.vhd | Out-Null
