New-Cluster C1 -Node HV01, HV02 | Out-Null
New-VM web01 512MB -VHDPath E:\web01.vhd -Path E:\ | Out-Null
Add-ClusterVirtualMachineRole web01 | Out-Null
Start-VM web01
Wait-Lab web01 -For Heartbeat
