Submit-LabAnswer group '1b 2b 3c 4a'
New-VM new -MemoryStartupBytes 512MB -VHDPath C:\Images\WS2008-x64.vhd
New-VM acct -MemoryStartupBytes 512MB -VHDPath C:\Images\WS2003-SP2-x86.vhd
Start-VM new, acct
Wait-Lab acct
Wait-Lab new -For Heartbeat
Start-LabWorkload new -Operation Write -Count 8
Start-LabWorkload acct -Operation Write -Count 8
New-VM suse -MemoryStartupBytes 512MB -VHDPath C:\Images\SLES10.vhd
New-VM debian -MemoryStartupBytes 512MB -VHDPath C:\Images\Debian4.vhd
Start-VM suse, debian
Wait-Lab suse, debian
Submit-LabAnswer suse same
Start-LabWorkload debian -Operation Write -Count 10
Submit-LabAnswer slowest 24
