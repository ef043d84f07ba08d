# Windows Server 2012
Save-VM web01
Suspend-VM files
Get-VM web01, files | Format-Table Name, State, MemoryAssigned
Start-VM web01
Resume-VM files
