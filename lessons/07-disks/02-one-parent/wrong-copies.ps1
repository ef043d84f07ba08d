# check: children
1..3 | ForEach-Object { Copy-Item D:\Master.vhd D:\lab$_.vhd }
New-VM lab1 -MemoryStartupBytes 512MB -VHDPath D:\lab1.vhd
New-VM lab2 -MemoryStartupBytes 512MB -VHDPath D:\lab2.vhd
Start-VM lab1, lab2
Wait-Lab lab1, lab2
Start-LabWorkload lab1 -Operation Write -Count 4
Stop-VM lab1, lab2 -TurnOff
Rename-Item D:\Master.vhd Old.vhd
Rename-Item D:\Old.vhd Master.vhd
Start-VM lab1, lab2
Wait-Lab lab1, lab2
Submit-LabAnswer why broken
