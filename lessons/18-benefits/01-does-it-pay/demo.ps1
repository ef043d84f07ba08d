Get-LabSourceServer
Measure-LabConsolidation
Get-LabSourceServer | Set-LabSourceServer -Load 70 -Peak 95
Measure-LabConsolidation
