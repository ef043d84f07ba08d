# en: A database commits twenty orders.
# de: Eine Datenbank bestätigt zwanzig Bestellungen.
New-VM web01 512MB -VHDPath C:\Images\WS2008-x64.vhd
Start-VM web01
Wait-Lab web01 -For Heartbeat
Wait-Lab -Seconds 2
Start-LabWorkload web01 -Kind Database -Count 20

# en: The plug is pulled. How many will the disk lack?
# de: Der Stecker wird gezogen. Wie viele fehlen der Platte?
# poll: lost
Stop-VM web01 -TurnOff -Force
Start-VM web01
Wait-Lab web01 -For Heartbeat
Wait-Lab -Seconds 2
Test-LabDatabase web01

# en: Now with the writers asked first.
# de: Jetzt werden die Writer vorher gefragt.
Start-LabWorkload web01 -Kind Database -Count 21
Invoke-LabWriter web01 Freeze
Test-LabDatabase web01
