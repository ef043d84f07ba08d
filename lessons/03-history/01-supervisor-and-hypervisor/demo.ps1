Invoke-LabInstruction web01 SYSCALL -User
Invoke-LabInstruction web01 'VMCALL PostMessage'
Invoke-LabInstruction web01 'VMCALL CreatePartition'
Get-LabEvent hypercall -VM web01 -Last 3 | Format-Table Seq, Name, Status
