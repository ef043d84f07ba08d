Compare-LabInstallation
Submit-LabAnswer restarts 10
ServerManagerCmd -install Hyper-V
ocsetup Microsoft-Hyper-V
Restart-Computer
Restart-Computer
Install-LabClientTool KB950050
Install-LabClientTool KB952627
Connect-LabServer
New-VM web01 -MemoryStartupBytes 512MB -VHDPath C:\Images\WS2008-x64.vhd
Start-VM web01
Wait-Lab web01
Submit-LabAnswer spared 14
Submit-LabAnswer why less
