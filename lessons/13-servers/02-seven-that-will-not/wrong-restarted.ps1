# check: firmware
Submit-LabAnswer hopeless '5 6 7'
foreach ($name in 'NOVT', 'NOSVM') { Set-LabFirmware -Virtualization On -ComputerName $name }
Set-LabFirmware -ExecuteDisable On -ComputerName NONX
foreach ($name in 'NOVT', 'NOSVM', 'NONX') { Restart-Computer -ComputerName $name }
bcdedit /set hypervisorlaunchtype auto -ComputerName NOLAUNCH
Restart-Computer -ComputerName NOLAUNCH
