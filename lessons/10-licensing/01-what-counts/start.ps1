Copy-Item C:\Images\WS2008-x64.vhd D:\master.vhd
1..5 | ForEach-Object { New-VHD "D:\s$_.vhd" -ParentPath D:\master.vhd -Differencing; New-VM "s$_" -MemoryStartupBytes 512MB -VHDPath "D:\s$_.vhd" } | Out-Null
New-VM nt4 -VHDPath C:\Images\NT4.vhd | Out-Null
Start-VM s1, s2, s3
Wait-Lab s1, s2, s3
