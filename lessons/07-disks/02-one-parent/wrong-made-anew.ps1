# check: repaired
1..3 | ForEach-Object { New-VHD D:\lab$_.vhd -ParentPath D:\Master.vhd -Differencing }
New-VM lab1 -MemoryStartupBytes 512MB -VHDPath D:\lab1.vhd
New-VM lab2 -MemoryStartupBytes 512MB -VHDPath D:\lab2.vhd
Start-VM lab1, lab2
Wait-Lab lab1, lab2
Start-LabWorkload lab1 -Operation Write -Count 4
Stop-VM lab1, lab2 -TurnOff
Rename-Item D:\Master.vhd Old.vhd
Remove-VM lab1, lab2 -Force
Remove-Item D:\lab1.vhd
New-VHD D:\lab1.vhd -ParentPath D:\Old.vhd -Differencing
Submit-LabAnswer why broken
