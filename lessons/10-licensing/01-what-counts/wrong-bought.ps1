# check: legal
Start-VM s4, s5
Wait-Lab s4, s5
Submit-LabAnswer rule R7
Add-LabLicense Standard -Server HV01
Submit-LabAnswer which '2 4'
