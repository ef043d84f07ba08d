# Windows Server 2012
Checkpoint-VM web01 -SnapshotName clean
Get-VMSnapshot web01 | Format-Table Name, ParentSnapshotName
Restore-VMSnapshot -VMName web01 -Name clean -Confirm:$false
Start-VM web01
