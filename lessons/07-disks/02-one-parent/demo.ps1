# en: Three machines from one master. How much room will they take?
# de: Drei Maschinen aus einer Vorlage. Wie viel Platz brauchen sie?
# poll: guess-room
1..3 | ForEach-Object { New-VHD D:\lab$_.vhd -ParentPath D:\Master.vhd -Differencing } | Format-Table Path, VhdType, ParentPath
dir D:\

# en: One of them boots and writes. Whose file grows?
# de: Eine davon bootet und schreibt. Wessen Datei wächst?
New-VM lab1 -MemoryStartupBytes 512MB -VHDPath D:\lab1.vhd
Start-VM lab1
Wait-Lab lab1
Start-LabWorkload lab1 -Operation Write -Count 4
dir D:\

# en: And somebody tidies up.
# de: Und jemand räumt auf.
# poll: guess-rename
Stop-VM lab1 -TurnOff
Rename-Item D:\Master.vhd Old.vhd
Start-VM lab1 # refused
Get-VM lab1
