# check: running
Submit-LabAnswer gap switched
ServerManagerCmd -install Hyper-V
Restart-Computer
New-VM web01 -VHDPath C:\Images\WS2008-x64.vhd
Submit-LabAnswer event 41
Set-LabFirmware -Virtualization On -ExecuteDisable On
Restart-Computer
Start-VM web01
Submit-LabAnswer nx 44
