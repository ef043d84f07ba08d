# Windows Server 2012
Get-VMHost -ComputerName HV02 | Format-List Name, LogicalProcessorCount, MemoryCapacity
New-VM shop -MemoryStartupBytes 40GB -NoVHD -ComputerName HV02
Get-VMMemory shop -ComputerName HV02
