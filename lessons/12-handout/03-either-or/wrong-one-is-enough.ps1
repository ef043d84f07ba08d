# check: missing
Set-LabFirmware -Virtualization On
Stop-Computer
Start-LabServer
Submit-LabAnswer missing 1
Submit-LabAnswer other 41
Set-LabFirmware -Virtualization Off -ExecuteDisable On
Stop-Computer
Start-LabServer
Submit-LabAnswer name XD
Set-LabFirmware -Virtualization On
Stop-Computer
Start-LabServer
Start-VM web01
Wait-Lab web01
bcdedit /set hypervisorlaunchtype off
Restart-Computer
bcdedit /set hypervisorlaunchtype auto
Restart-Computer
Submit-LabAnswer combinations 1
