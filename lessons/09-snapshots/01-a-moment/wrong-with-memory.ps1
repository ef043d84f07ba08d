# check: cold
Start-LabWorkload web01 -Operation Write -Count 8
Checkpoint-VM web01 -SnapshotName before
Start-LabWorkload web01 -Operation Write -Count 4
Stop-VM web01 -TurnOff
Restore-VMSnapshot -VMName web01 -Name before -Confirm:$false
Start-VM web01
Remove-VMSnapshot -VMName web01 -Name before
Stop-VM web01 -TurnOff
Start-Sleep 60
Start-VM web01
Wait-Lab web01 -For Heartbeat
Checkpoint-VM web01 -SnapshotName clean
Start-LabWorkload web01 -Operation Write -Count 4
Stop-VM web01 -TurnOff
Restore-VMSnapshot -VMName web01 -Name clean -Confirm:$false
Start-VM web01
Wait-Lab web01
Checkpoint-VM web01 -SnapshotName nightly
Submit-LabAnswer backup nothing
