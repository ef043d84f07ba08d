New-Cluster C1 -Node HV01
Add-ClusterNode HV02
New-VM web01 512MB -VHDPath E:\web01.vhd -Path E:\
Get-VM web01 | Add-ClusterVirtualMachineRole
Start-VM web01
Wait-Lab web01 -For Heartbeat
Move-ClusterVirtualMachineRole web01 -MigrationType Quick
Submit-LabAnswer why memory
Add-LabFault RootCrash -ComputerName HV02
Start-Sleep 120
Submit-LabAnswer lost gone
Start-Sleep 240
Get-ClusterNode
Move-ClusterVirtualMachineRole web01 -Node HV02 -MigrationType Quick
Start-Sleep 5
Add-LabFault RootCrash -ComputerName HV01
