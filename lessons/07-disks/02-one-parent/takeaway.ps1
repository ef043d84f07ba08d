# Windows Server 2012
New-VHD D:\lab1.vhd -ParentPath D:\Master.vhd -Differencing
New-VM lab1 -MemoryStartupBytes 512MB -VHDPath D:\lab1.vhd
Start-VM lab1
