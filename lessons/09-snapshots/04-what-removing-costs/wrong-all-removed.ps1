# check: one
Checkpoint-VM web01 -SnapshotName before
Start-LabWorkload web01 Write -Count 40 -Size 64KB
Checkpoint-VM web01 -SnapshotName after
Start-LabWorkload web01 Write -Count 40 -Size 64KB
Get-VMSnapshot web01 | Remove-VMSnapshot
Submit-LabAnswer left 2
Stop-VM web01
Start-VM web01
Wait-Lab web01 -For Heartbeat
Stop-VM web01
Start-Sleep 60
Get-VMSnapshot mail | Remove-VMSnapshot
Stop-VM mail
Start-Sleep 60
Start-VM mail
Wait-Lab mail -For Heartbeat
$e = Get-LabEvent snapshot | Where-Object { $_.Fields.action -eq 'merged' } | Select-Object -Last 1
$e = Get-LabEvent -Cause $e.Seq | Where-Object Kind -eq vm.state | Select-Object -Last 1
Submit-LabAnswer why "$($e.Seq)"
