New-VM web01 -MemoryStartupBytes 512MB -VHDPath C:\Images\WS2008-x64.vhd | Out-Null
Copy-Item C:\Images\NT4.vhd D:\files.vhd
New-VM files -MemoryStartupBytes {{mb}}MB -VHDPath D:\files.vhd | Out-Null
