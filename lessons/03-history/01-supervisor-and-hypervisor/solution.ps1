Submit-LabAnswer timeline 'cp40 cp67 s370 vm370 vs hv'
Invoke-LabInstruction web01 SYSCALL -User
Invoke-LabInstruction web01 'VMCALL PostMessage', 'VMCALL CreatePartition'
Submit-LabAnswer event (Get-LabEvent hypercall | Where-Object Name -eq CreatePartition)[0].Seq
New-VM short -VHDPath C:\Images\NT4.vhd
Start-VM short
Stop-VM short -TurnOff
Submit-LabAnswer end (Get-LabEvent hypercall | Where-Object Name -eq DeletePartition)[-1].Seq
Submit-LabAnswer why floors
