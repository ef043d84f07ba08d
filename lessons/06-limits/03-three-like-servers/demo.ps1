# en: Three servers of one make, 64 GB each. How much does the first one use?
# de: Drei Server einer Bauart, je 64 GB. Wie viel davon nutzt der erste?
Get-LabHardware
Get-LabHardware -ComputerName HV02
Get-LabHardware -ComputerName HV03

# en: 65 GB for one machine, as the handout says?
# de: 65 GB für eine Maschine, wie das Handout sagt?
# poll: guess-big
New-VM big -NoVHD
Set-VMMemory big -StartupBytes 65GB # refused
Set-VMMemory big -StartupBytes 31GB
Get-VM big | Format-Table Name, MemoryStartup
