# check: third
# check: why
$hung, $silent, $third = '{{order}}' -split ' '
Submit-LabAnswer hung $hung
Stop-VM $hung -TurnOff
Start-VM $hung
Wait-Lab $hung -For Heartbeat
Submit-LabAnswer silent $silent
Get-LabFault ServiceSilent | Remove-LabFault
Start-Sleep 60
Get-LabFault LostInterrupt | Remove-LabFault
Save-VM $third
Start-VM $third
Submit-LabAnswer why cpu
