Start-LabWorkload web01 -Operation Write -Count 1
Start-LabWorkload web01 -Operation Write -Count 1 -Size 64KB
Submit-LabAnswer bytes (96 + 8 * ({{kib}} / 4 - 1))
Start-LabWorkload web01 -Operation Write -Count 1 -Size {{kib}}KB
Submit-LabAnswer page 512
Submit-LabAnswer rings 34
Start-LabWorkload web01 -Operation Write -Count 2 -Size 64KB -ControllerType SCSI
Submit-LabAnswer receipt (Get-LabEvent ring.packet -VM web01 | Where-Object { $_.Channel -eq 2 -and $_.Direction -eq 'host->guest' } | Select-Object -Last 1).Seq
