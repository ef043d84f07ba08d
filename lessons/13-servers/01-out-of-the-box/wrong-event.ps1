# check: event
Submit-LabAnswer gap switched
ServerManagerCmd -install Hyper-V
Restart-Computer
New-VM web01 -VHDPath C:\Images\WS2008-x64.vhd
Submit-LabAnswer event 6005
Set-LabFirmware -Virtualization On -ExecuteDisable On
Stop-Computer
Start-LabServer
Start-VM web01
Set-LabFirmware -ExecuteDisable Off
Stop-Computer
Start-LabServer
Submit-LabAnswer nx 44
Set-LabFirmware -ExecuteDisable On
Stop-Computer
Start-LabServer
Start-VM web01
