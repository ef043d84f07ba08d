Test-LabServer
ServerManagerCmd -install Hyper-V
Restart-Computer
Get-EventLog System | Select-Object -First 4
Set-LabFirmware -Virtualization On -ExecuteDisable On
Stop-Computer
Start-LabServer
Test-LabServer
