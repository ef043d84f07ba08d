# check: swapped
Stop-VM acct -TurnOff
Add-VMNetworkAdapter acct -IsLegacy $true -SwitchName LAN
Start-VM acct
Wait-Lab acct
Set-LabGuestAddress acct 192.168.0.21
Start-LabWorkload acct -Kind Network -Target 192.168.0.5 -Count 4
Submit-LabAnswer exits 3
Install-LabIntegrationService acct
Wait-Lab acct -For Heartbeat
Wait-Lab -Seconds 3
Set-LabGuestAddress acct 192.168.0.21
Start-LabWorkload acct -Kind Network -Target 192.168.0.5 -Count 4
Stop-VM nt4 -TurnOff
Add-VMNetworkAdapter nt4 -IsLegacy $true -SwitchName LAN
Start-VM nt4
Wait-Lab nt4
Set-LabGuestAddress nt4 192.168.0.31
Start-LabWorkload nt4 -Kind Network -Target 192.168.0.5 -Count 4
Stop-VM shop
Remove-VMNetworkAdapter shop
Add-VMNetworkAdapter shop -SwitchName LAN
Start-VM shop
Wait-Lab shop -For Heartbeat
Set-LabGuestAddress shop 192.168.0.41
Start-LabWorkload shop -Kind Network -Target 192.168.0.5 -Count 4
Submit-LabAnswer caught (Get-LabEvent intercept -VM nt4 | Select-Object -Last 1).Seq
