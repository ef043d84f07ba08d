Checkpoint-VM web01 -SnapshotName before
Start-LabWorkload web01 -Operation Write -Count 4
Get-VMHardDiskDrive web01 | Format-Table VMName, Path
Stop-VM web01 -TurnOff
Restore-VMSnapshot -VMName web01 -Name before -Confirm:$false
Start-VM web01
Get-VM web01
