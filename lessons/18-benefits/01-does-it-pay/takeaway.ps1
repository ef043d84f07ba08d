# Windows Server 2012
# How much memory and how many processors do the machines of this host have, and what is left?
Get-VM | Measure-Object MemoryAssigned -Sum
Get-VM | Measure-Object ProcessorCount -Sum
Get-VMHost | Format-List LogicalProcessorCount, MemoryCapacity
