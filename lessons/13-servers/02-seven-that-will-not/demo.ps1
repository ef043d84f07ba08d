# en: Three of seven servers on which no machine starts. Which can be repaired?
# de: Drei von sieben Servern, auf denen keine Maschine startet. Welche lassen sich reparieren?
Test-LabServer -ComputerName NOVT | Where-Object { -not $_.Met }
Test-LabServer -ComputerName HV32 | Where-Object { -not $_.Met }
Test-LabServer -ComputerName ITANIUM | Where-Object { -not $_.Met }

# en: A switch in the firmware, and the power off once.
# de: Ein Schalter in der Firmware, und einmal der Strom weg.
Set-LabFirmware -Virtualization On -ComputerName NOVT
Stop-Computer -ComputerName NOVT
Start-LabServer -ComputerName NOVT
Test-LabServer -ComputerName NOVT
