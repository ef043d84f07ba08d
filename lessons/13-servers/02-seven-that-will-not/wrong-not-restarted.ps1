# check: launch
Submit-LabAnswer hopeless '5 6 7'
foreach ($name in 'NOVT', 'NOSVM') { Set-LabFirmware -Virtualization On -ComputerName $name }
Set-LabFirmware -ExecuteDisable On -ComputerName NONX
foreach ($name in 'NOVT', 'NOSVM', 'NONX') { Stop-Computer -ComputerName $name; Start-LabServer -ComputerName $name }
bcdedit /set hypervisorlaunchtype auto -ComputerName NOLAUNCH
