# check: role
Submit-LabAnswer gap switched
Submit-LabAnswer event 41
Set-LabFirmware -Virtualization On -ExecuteDisable On
Stop-Computer
Start-LabServer
Submit-LabAnswer nx 44
