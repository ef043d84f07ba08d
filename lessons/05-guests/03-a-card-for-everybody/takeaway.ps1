# Windows Server 2012
Stop-VM acct -TurnOff
Add-VMNetworkAdapter acct -IsLegacy $true -SwitchName LAN
Start-VM acct
Get-VMNetworkAdapter acct | Format-Table Name, IsLegacy, SwitchName, Status
