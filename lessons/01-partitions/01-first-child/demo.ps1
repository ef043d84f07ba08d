New-VM web01 -MemoryStartupBytes 512MB -VHDPath C:\Images\WS2008-x64.vhd
Get-VM
Get-LabPartition
Start-VM web01
Get-LabPartition
Wait-Lab web01 -For Heartbeat
New-VM nt4 -VHDPath C:\Images\NT4.vhd
Start-VM nt4
Wait-Lab nt4
Start-LabWorkload web01 -Operation Write -Count 10 | Out-Null
Start-LabWorkload nt4 -Operation Write -Count 10 | Out-Null
Get-LabWorkload | Format-Table VM, Count, Exits
