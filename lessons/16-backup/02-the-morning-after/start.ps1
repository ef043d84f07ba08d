mkdir D:\VMs | Out-Null
foreach ($vm in 'shop', 'mail') {
    Copy-Item C:\Images\WS2008-x64.vhd "D:\VMs\$vm.vhd"
    New-VM $vm 512MB -VHDPath "D:\VMs\$vm.vhd" -Path D:\VMs | Out-Null
}
Start-VM shop, mail
Wait-Lab shop, mail -For Heartbeat
Start-Sleep 5
Start-LabWorkload shop -Kind Database -Count 40 | Out-Null
Start-LabWorkload mail -Kind Database -Count {{first}} | Out-Null
New-LabBackup mail C:\Copies | Out-Null
Start-LabWorkload mail -Kind Database -Count $(46 - {{first}}) | Out-Null
New-LabBackup mail C:\Copies -WithoutWriter | Out-Null
Stop-VM mail -TurnOff
Remove-Item D:\VMs\mail.vhd
