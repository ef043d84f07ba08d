Start-VM s4, s5
Wait-Lab s4, s5
Submit-LabAnswer rule R7
Save-VM s2
Submit-LabAnswer which '4 2'
