# Windows Server 2012
Get-VM | Format-Table Name, State, AutomaticStartAction, AutomaticStartDelay
Set-VM mail -AutomaticStartAction Nothing
