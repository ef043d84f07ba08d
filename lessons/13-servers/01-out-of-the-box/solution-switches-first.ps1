Submit-LabAnswer gap switched
Set-LabFirmware -Virtualization On
Set-LabFirmware -ExecuteDisable On
ServerManagerCmd -install Hyper-V
Restart-Computer
Submit-LabAnswer event 41
Stop-Computer
Start-LabServer
New-VM web01 -VHDPath C:\Images\WS2008-x64.vhd
Start-VM web01
Set-LabFirmware -ExecuteDisable Off
Stop-Computer
Start-LabServer
Submit-LabAnswer nx 44
Set-LabFirmware -ExecuteDisable On
Stop-Computer
Start-LabServer
Start-VM web01
