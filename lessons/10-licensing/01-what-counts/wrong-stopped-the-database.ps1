# check: legal
Start-VM s4, s5
Wait-Lab s4, s5
Submit-LabAnswer rule R7
Stop-VM s5 -TurnOff
Submit-LabAnswer which '2 4'
