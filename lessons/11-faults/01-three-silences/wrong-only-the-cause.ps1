# check: third
$hung, $silent, $third = '{{order}}' -split ' '
Submit-LabAnswer hung $hung
Stop-VM $hung -TurnOff
Start-VM $hung
Wait-Lab $hung -For Heartbeat
Submit-LabAnswer silent $silent
Get-LabFault ServiceSilent | Remove-LabFault
Start-Sleep 60
Get-LabFault LostInterrupt | Remove-LabFault
Start-Sleep 20
Submit-LabAnswer why flag
