New-VM {{a}} {{memory}}MB -NoVHD | Out-Null
New-VM {{b}} 512MB -NoVHD | Out-Null
New-VM {{c}} 512MB -VHDPath C:\Images\WS2008-x64.vhd | Out-Null
New-VM {{d}} 256MB -NoVHD | Out-Null
New-VM test01 256MB -NoVHD | Out-Null
foreach ($vm in Get-WmiObject -Namespace root\virtualization Msvm_ComputerSystem) {
    if ($vm.ElementName -in '{{b}}', '{{c}}', '{{d}}') { $vm.RequestStateChange(2) | Out-Null }
}
Wait-Lab {{c}} -For Heartbeat
foreach ($vm in Get-WmiObject -Namespace root\virtualization Msvm_ComputerSystem) {
    if ($vm.ElementName -eq '{{b}}') { $vm.RequestStateChange(32769) | Out-Null }
    if ($vm.ElementName -eq '{{d}}') { $vm.RequestStateChange(32768) | Out-Null }
}
Start-Sleep 30
Remove-Variable vm
