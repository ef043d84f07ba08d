# check: unused
Get-LabHardware
Submit-LabAnswer unused 0
Submit-LabAnswer processors 24
New-VM big -NoVHD
Set-VMMemory big -StartupBytes 31GB
New-VM big -NoVHD -ComputerName HV02
Set-VMMemory big -StartupBytes 64GB -ComputerName HV02
New-VM mail -MemoryStartupBytes 28GB -NoVHD
Start-VM mail
New-VM shop -MemoryStartupBytes 40GB -NoVHD -ComputerName HV02
Start-VM shop -ComputerName HV02
New-VM files -MemoryStartupBytes 36GB -NoVHD -ComputerName HV03
Start-VM files -ComputerName HV03
Submit-LabAnswer why nothing
