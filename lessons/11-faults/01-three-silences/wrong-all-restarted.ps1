# check: resumed
$hung, $silent, $third = '{{order}}' -split ' '
Submit-LabAnswer hung $hung
Stop-VM $hung -TurnOff
Start-VM $hung
Wait-Lab $hung -For Heartbeat
Submit-LabAnswer silent $silent
Stop-VM $silent -TurnOff
Get-LabFault | Remove-LabFault
Start-VM $silent
Wait-Lab $silent -For Heartbeat
Stop-VM $third -TurnOff
Start-VM $third
Wait-Lab $third -For Heartbeat
Submit-LabAnswer why flag
