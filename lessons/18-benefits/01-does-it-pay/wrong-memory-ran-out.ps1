# check: limit
$m = Measure-LabConsolidation
Submit-LabAnswer energy "$($m.EnergyBefore - $m.EnergyAfter)"
Submit-LabAnswer begins 3
Set-LabSourceServer {{server}} -Load {{load}} -Peak {{peak}}
Submit-LabAnswer hosts "$((Measure-LabConsolidation).Hosts)"
New-LabP2V PRINT01 D:\VMs
New-LabP2V DHCP01 D:\VMs
New-LabP2V MON01 D:\VMs -Offline
Start-VM PRINT01, DHCP01, MON01
Add-LabLicense Enterprise
Get-LabSourceServer | Set-LabSourceServer -Load 70 -Peak 95
Submit-LabAnswer limit Memory
