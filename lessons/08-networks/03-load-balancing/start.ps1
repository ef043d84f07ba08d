foreach ($vm in 'web01', 'web02', 'web03') {
    Copy-Item C:\Images\WS2008-x64.vhd "D:\$vm.vhd"
    New-VM $vm -MemoryStartupBytes 512MB -VHDPath "D:\$vm.vhd" | Out-Null
}
New-VMSwitch Office -NetAdapterName 'Local Area Connection 2' | Out-Null
New-VMSwitch Workshop -SwitchType Private | Out-Null
Connect-VMNetworkAdapter web01, web02 -SwitchName Office
Connect-VMNetworkAdapter web03 -SwitchName Workshop
Start-VM web01, web02, web03
Wait-Lab web01, web02, web03 -For Heartbeat
Set-LabGuestAddress web01 192.168.0.21 | Out-Null
Set-LabGuestAddress web02 192.168.0.22 | Out-Null
Set-LabGuestAddress web03 192.168.0.23 | Out-Null
