Get-VM | Format-Table Name, State
Test-LabLicense
Start-VM s4
Test-LabLicense
Start-VM s5
Test-LabLicense
