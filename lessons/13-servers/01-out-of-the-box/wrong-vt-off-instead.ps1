# check: other
# check: nx
Test-LabServer
Submit-LabAnswer gap switched
ServerManagerCmd -install Hyper-V
Restart-Computer
New-VM web01 -VHDPath C:\Images\WS2008-x64.vhd
Get-EventLog System | Select-Object -First 6
Submit-LabAnswer event 41
Set-LabFirmware -Virtualization On -ExecuteDisable On
Stop-Computer
Start-LabServer
Start-VM web01
Set-LabFirmware -Virtualization Off
Stop-Computer
Start-LabServer
Submit-LabAnswer nx 41
Set-LabFirmware -Virtualization On
Stop-Computer
Start-LabServer
Start-VM web01
