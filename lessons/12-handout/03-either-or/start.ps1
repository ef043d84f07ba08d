ServerManagerCmd -install Hyper-V | Out-Null
Restart-Computer
New-VM web01 -MemoryStartupBytes 512MB -VHDPath C:\Images\WS2008-x64.vhd | Out-Null
