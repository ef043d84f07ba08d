# Windows Server 2012
# Which guests have nobody to answer? (In 2008 itself: Hyper-V Manager, or WMI.)
Get-VM | Where-Object State -eq Running | Get-VMIntegrationService |
    Where-Object { $_.Enabled -and $_.PrimaryStatusDescription -ne 'OK' } |
    Format-Table VMName, Name, PrimaryStatusDescription
