# check: moved
New-Cluster C1 -Node HV01, HV02
New-VM web01 512MB -VHDPath E:\web01.vhd -Path E:\
Add-ClusterVirtualMachineRole web01
Move-ClusterVirtualMachineRole web01 -Node HV02
Submit-LabAnswer why memory
Submit-LabAnswer lost gone
