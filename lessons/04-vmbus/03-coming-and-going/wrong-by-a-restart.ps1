# check: back
Start-VM web01
Wait-Lab web01 -For Heartbeat
Start-VM new
Wait-Lab new -For Heartbeat
Wait-Lab -Seconds 2
Submit-LabAnswer tries 3
Submit-LabAnswer version 0.13
Disable-VMIntegrationService VSS web01
Wait-Lab -Seconds 1
Submit-LabAnswer order '3 1 4 2'
Stop-VM new
Start-VM new
Wait-Lab new -For Heartbeat
Submit-LabAnswer revoked ignore
Submit-LabAnswer free (Get-LabEvent vmbus.message -VM new -Name REL_ID_RELEASED -Last 1).Seq
