# en: shop hangs on a private switch. What does it reach?
# de: shop hängt an einem privaten Switch. Was erreicht sie?
Test-Connection 192.168.0.1 -Source shop -Count 1 # refused

# en: A machine that is off is files.
# de: Eine ausgeschaltete Maschine sind Dateien.
Stop-VM shop
Export-VM shop C:\Export
Copy-Item C:\Export\shop \\HV02\C$\Import\shop -Recurse
Import-VM C:\Import\shop -ComputerName HV02
Get-VMNetworkAdapter shop -ComputerName HV02

# en: One thing by hand, then a client pings it.
# de: Eines von Hand, dann pingt sie ein Client.
Connect-VMNetworkAdapter shop -SwitchName LAN -ComputerName HV02
Start-VM shop -ComputerName HV02
Wait-Lab shop -ComputerName HV02 -For Heartbeat
Start-LabPing 192.168.0.21
Start-Sleep 5
Get-LabPing
