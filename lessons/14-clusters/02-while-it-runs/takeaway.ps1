# Windows Server 2008 R2
Get-ClusterGroup
Move-ClusterVirtualMachineRole web01 -Node HV02
Move-ClusterVirtualMachineRole db01 -Node HV02
