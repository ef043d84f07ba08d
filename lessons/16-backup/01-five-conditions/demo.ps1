Start-LabWorkload web01 -Kind Database -Count 20 | Out-Null
New-LabBackup web01 D:\Backup
Disable-VMIntegrationService -VMName web01 -Name VSS
New-LabBackup web01 D:\Backup
Get-LabBackup web01 | Format-Table VMName, Method, StoodStill
