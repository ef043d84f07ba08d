# check: both
Checkpoint-VM shop -SnapshotName nightly
New-LabBackup shop D:\Backup
Start-LabWorkload shop -Kind Database -Count 13
Add-LabFault BadSector -Path D:\VMs\shop.vhd -Sector 2048 -Count 200000
Stop-VM shop -TurnOff
Restore-VMSnapshot -VMName shop -Name nightly -Confirm:$false
Start-VM shop
Start-LabWorkload shop Read -Count 4
Stop-VM shop -TurnOff
Get-LabFault BadSector | Remove-LabFault
Remove-Item D:\VMs\shop*vhd
Restore-LabBackup (Get-LabBackup shop).Path
Start-VM shop
Wait-Lab shop -For Heartbeat
Start-Sleep 3
Test-LabDatabase shop
Submit-LabAnswer gone 13
Restore-LabBackup (Get-LabBackup mail)[1].Path
Start-VM mail
Wait-Lab mail -For Heartbeat
Submit-LabAnswer why "$((Get-LabEvent fault | Where-Object { $_.Fields.action -eq 'acts' } | Select-Object -Last 1).Seq)"
