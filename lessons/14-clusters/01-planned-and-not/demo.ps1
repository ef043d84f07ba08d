New-Cluster C1 -Node HV01, HV02
New-VM web01 512MB -VHDPath E:\web01.vhd -Path E:\
Add-ClusterVirtualMachineRole web01
Start-VM web01
Wait-Lab web01 -For Heartbeat
(Get-LabEvent guest.phase).Count
Move-ClusterVirtualMachineRole web01 -Node HV02
(Get-LabEvent guest.phase).Count
Add-LabFault RootCrash -ComputerName HV02
Start-Sleep 60
Get-LabEvent guest.phase | ForEach-Object Fields | Format-Table phase, detail
