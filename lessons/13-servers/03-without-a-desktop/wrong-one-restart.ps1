# check: runs
Submit-LabAnswer restarts 10
ServerManagerCmd -install Hyper-V
ocsetup Microsoft-Hyper-V
Restart-Computer
Install-LabClientTool KB950050
Install-LabClientTool KB952627
Submit-LabAnswer spared 14
Submit-LabAnswer why less
