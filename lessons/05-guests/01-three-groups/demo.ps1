New-VM new -MemoryStartupBytes 512MB -VHDPath C:\Images\WS2008-x64.vhd
New-VM acct -MemoryStartupBytes 512MB -VHDPath C:\Images\WS2003-SP2-x86.vhd
New-VM debian -MemoryStartupBytes 512MB -VHDPath C:\Images\Debian4.vhd
Start-VM new, acct, debian
Wait-Lab new, acct, debian
'new', 'acct', 'debian' | ForEach-Object { Start-LabWorkload $_ -Operation Write -Count 8 } | Out-Null
Get-LabWorkload | Format-Table VM, Count, Exits
