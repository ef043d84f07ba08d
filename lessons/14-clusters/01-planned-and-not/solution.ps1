New-Cluster C1 -Node HV01, HV02
New-VM web01 512MB -VHDPath E:\web01.vhd -Path E:\
Add-ClusterVirtualMachineRole web01
Start-VM web01
Wait-Lab web01 -For Heartbeat
Move-ClusterVirtualMachineRole web01 -Node HV02
Submit-LabAnswer why memory
Add-LabFault RootCrash -ComputerName HV02
Start-Sleep 60
Submit-LabAnswer lost gone
Wait-Lab -Until { (Get-ClusterNode HV02).State -eq 'Up' }
Wait-Lab web01 -For Heartbeat
Move-ClusterVirtualMachineRole web01 -Node HV02
Add-LabFault RootCrash -ComputerName HV01
