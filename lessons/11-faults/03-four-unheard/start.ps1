New-VMSwitch LAN -NetAdapterName 'Local Area Connection' | Out-Null
New-VMSwitch Test -SwitchType Private | Out-Null
$order = '{{order}}' -split ' '
$number = 21
foreach ($vm in $order) {
    Copy-Item C:\Images\WS2008-x64.vhd "D:\$vm.vhd"
    New-VM $vm -MemoryStartupBytes 512MB -VHDPath "D:\$vm.vhd" -SwitchName LAN | Out-Null
    Start-VM $vm
}
Wait-Lab shop, mail, files, clock -For Heartbeat
foreach ($vm in $order) { Set-LabGuestAddress $vm "192.168.0.$number" | Out-Null; $number++ }
Set-LabCable $order[0] -State Pulled
Set-VMNetworkAdapterVlan $order[1] -Access -VlanId 7
Connect-VMNetworkAdapter $order[2] -SwitchName Test
Set-LabGuestAddress $order[3] 192.168.1.24 | Out-Null
Remove-Variable order, vm, number
