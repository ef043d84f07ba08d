# en: web01 is defined and off. Who will ask for its partition?
# de: web01 ist angelegt und aus. Wer wird um seine Partition bitten?
Start-VM web01
Get-LabCrossing Start-VM -Kind Hypercall

# en: Now the guest itself tries, first its kernel, then an application.
# de: Jetzt versucht es der Gast selbst, erst sein Kernel, dann eine Anwendung.
Wait-Lab web01 -For Heartbeat
Invoke-LabInstruction web01 'VMCALL CreatePartition', 'VMCALL PostMessage' | Format-Table Instruction, AnsweredBy, Status
Invoke-LabInstruction web01 'VMCALL CreatePartition' -User | Format-List AnsweredBy, Status, Detail

# en: Saved, the machine has no partition any more. Who made the call that ended it?
# de: Gespeichert hat die Maschine keine Partition mehr. Wer hat den Aufruf gemacht, der sie beendete?
Save-VM web01
Get-LabPartition
Get-LabEvent hypercall -Name DeletePartition | Format-Table Seq, Source, Name
