$hung, $silent, $third = '{{order}}' -split ' '
Submit-LabAnswer hung $hung
Stop-VM $hung -TurnOff
Start-VM $hung
Wait-Lab $hung -For Heartbeat
Submit-LabAnswer silent $silent
Get-LabFault ServiceSilent | Remove-LabFault
Start-Sleep 60
Stop-VM $third -TurnOff
Start-VM $third
Wait-Lab $third -For Heartbeat
Submit-LabAnswer why flag
