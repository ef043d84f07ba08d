# check: resting
Start-VM web01
Submit-LabAnswer order '4 3 1 5 2'
Submit-LabAnswer pages ((Get-VM files).MemoryStartup / 4KB)
Start-VM files
Wait-Lab web01 -For Heartbeat
Wait-Lab files
Invoke-LabInstruction web01 'VMCALL CreatePartition', 'VMCALL PostMessage'
Invoke-LabInstruction web01 'VMCALL CreatePartition' -User
Submit-LabAnswer refusals '1b 2c 3a'
Save-VM web01
Save-VM files
Submit-LabAnswer gone (Get-LabEvent hypercall | Where-Object Name -eq DeletePartition | Select-Object -Last 1).Seq
