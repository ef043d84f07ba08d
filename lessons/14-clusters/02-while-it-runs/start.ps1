New-VMSwitch LAN -NetAdapterName 'Local Area Connection' | Out-Null
New-VMSwitch LAN -NetAdapterName 'Local Area Connection' -ComputerName HV02 | Out-Null
New-Cluster C1 -Node HV01, HV02 | Out-Null
New-VM web01 512MB -VHDPath E:\web01.vhd -Path E:\ -SwitchName LAN | Out-Null
New-VM db01 1GB -VHDPath F:\db01.vhd -Path F:\ -SwitchName LAN | Out-Null
New-VM intern 512MB -VHDPath C:\Images\WS2008-x64.vhd | Out-Null
Add-ClusterVirtualMachineRole web01 | Out-Null
Add-ClusterVirtualMachineRole db01 | Out-Null
Start-VM web01, db01, intern
Wait-Lab web01, db01, intern -For Heartbeat
Set-LabGuestAddress web01 192.168.0.21 | Out-Null
Set-LabGuestAddress db01 192.168.0.22 | Out-Null
