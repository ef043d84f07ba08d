New-VMSwitch Test -SwitchType Private | Out-Null
New-VMSwitch LAN -NetAdapterName 'Local Area Connection' -ComputerName HV02 | Out-Null
foreach ($vm in 'shop', '{{name}}') {
    Copy-Item C:\Images\WS2008-x64.vhd "C:\$vm.vhd"
    New-VM $vm 512MB -VHDPath "C:\$vm.vhd" -SwitchName Test | Out-Null
}
Export-VM {{name}} C:\Export | Out-Null
Start-VM shop, {{name}}
Wait-Lab shop, {{name}} -For Heartbeat
Start-Sleep 5
Set-LabGuestAddress shop 192.168.0.21 | Out-Null
Set-LabGuestAddress {{name}} 192.168.0.{{address}} | Out-Null
Set-LabGuestFile shop release.txt 'version 7' | Out-Null
Set-LabGuestFile {{name}} release.txt 'version {{version}}' | Out-Null
Remove-Variable vm
