# Windows Server 2012
Get-VM | Format-Table Name, State, CPUUsage, Heartbeat
Get-VMIntegrationService * | Where-Object PrimaryStatusDescription -ne OK
Stop-VM shop -TurnOff
Start-VM shop
