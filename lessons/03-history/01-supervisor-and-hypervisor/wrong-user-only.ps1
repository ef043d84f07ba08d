# check: denied
# check: hypercall
Submit-LabAnswer timeline 'cp40 cp67 s370 vm370 vs hv'
Invoke-LabInstruction web01 SYSCALL, 'VMCALL PostMessage' -User
Submit-LabAnswer event (Get-LabEvent hypercall | Where-Object Name -eq CreatePartition)[0].Seq
