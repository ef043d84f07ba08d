Start-VM s4
Wait-Lab s4
Start-VM s5
Wait-Lab s5
Submit-LabAnswer rule R7
Wait-Lab s1 -For Heartbeat
Stop-VM s1
Submit-LabAnswer which '2 4'
Save-VM s3
Start-VM nt4
Wait-Lab nt4
