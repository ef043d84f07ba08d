foreach ($vm in 'shop', 'mail', 'files') {
    Copy-Item C:\Images\WS2008-x64.vhd "D:\$vm.vhd"
    New-VM $vm -MemoryStartupBytes 512MB -VHDPath "D:\$vm.vhd" | Out-Null
}
Start-VM shop, mail, files
Wait-Lab shop, mail, files -For Heartbeat
$order = '{{order}}' -split ' '
Add-LabFault HungGuest $order[0] | Out-Null
Add-LabFault ServiceSilent $order[1] ide:0:0 | Out-Null
Add-LabFault LostInterrupt $order[2] ide:0:0 -After 2 | Out-Null
foreach ($vm in 'shop', 'mail', 'files') { Start-LabWorkload $vm -Operation Write -Count 8 -NoWait | Out-Null }
Start-Sleep 20
Remove-Variable order, vm
