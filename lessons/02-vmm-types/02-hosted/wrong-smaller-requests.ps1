# check: less
New-VM old -MemoryStartupBytes 512MB -VHDPath C:\Images\NT4.vhd
Start-VM old
Wait-Lab old
Start-LabWorkload old -Operation Write -Count 4
Submit-LabAnswer switches (Get-LabEvent context.switch | Where-Object Seq -gt (Get-LabEvent guest.workload -First 1).Seq).Count
Start-LabWorkload old -Operation Write -Count 8 -Size 2KB
Submit-LabAnswer products '1a 2b 3a 4b 5a'
