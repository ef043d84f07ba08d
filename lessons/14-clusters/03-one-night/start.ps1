New-Cluster C1 -Node HV01, HV02 | Out-Null
New-VM web01 512MB -VHDPath E:\web01.vhd -Path E:\ | Out-Null
New-VM db01 512MB -VHDPath F:\db01.vhd -Path F:\ | Out-Null
Add-ClusterVirtualMachineRole web01 | Out-Null
Add-ClusterVirtualMachineRole db01 | Out-Null
Start-VM web01, db01
Wait-Lab web01, db01 -For Heartbeat
Move-ClusterVirtualMachineRole db01 -Node HV02 | Out-Null
foreach ($n in 1..3) {
    New-VHD "C:\t$n.vhd" -ParentPath C:\Images\WS2008-x64.vhd -Differencing -ComputerName HV02 | Out-Null
    New-VM "t$n" 512MB -VHDPath "C:\t$n.vhd" -ComputerName HV02 | Out-Null
}
Start-VM t1, t2, t3 -ComputerName HV02
Wait-Lab t1, t2, t3 -ComputerName HV02
