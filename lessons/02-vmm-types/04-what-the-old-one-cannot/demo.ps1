# en: A 64-bit system on the old server, whose processor has 64 bits. Will it boot?
# de: Ein 64-Bit-System auf dem alten Server, dessen Prozessor 64 Bit hat. Bootet es?
# poll: guess-boots
New-VM shop -MemoryStartupBytes 512MB -VHDPath C:\Images\WS2008-x64.vhd
Start-VM shop
Wait-Lab -Seconds 20
Get-VM shop
vmconnect localhost shop

# en: A second processor? And does anybody here take calls?
# de: Ein zweiter Prozessor? Und nimmt hier jemand Aufrufe an?
Stop-VM shop -TurnOff
Set-VMProcessor shop -Count 2 # refused
Invoke-LabInstruction old 'MOV CR3, EAX', 'VMCALL PostMessage'

# en: The same four writes on both.
# de: Dieselben vier Schreibvorgänge auf beiden.
Compare-LabPlatform ws2008, vs2005 Write -Count 4
