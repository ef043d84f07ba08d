Start-VM s4, s5
Wait-Lab s4, s5
Submit-LabAnswer rule R7
Save-VM s2
Submit-LabAnswer which '4 2'
Save-VM s1
Start-VM nt4
Wait-Lab nt4
