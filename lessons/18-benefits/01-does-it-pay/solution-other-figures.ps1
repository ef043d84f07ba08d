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
Set-LabSourceServer FILE01, FILE02, PRINT01, DHCP01, DC01, MON01, APP01, APP02, WEB01, WEB02 -Load 80 -Peak 100
Submit-LabAnswer limit "$((Measure-LabConsolidation).Limit)"
