foreach ($vm in 'shop', 'mail', 'files') {
    Copy-Item C:\Images\WS2008-x64.vhd "D:\$vm.vhd"
    New-VM $vm -MemoryStartupBytes 512MB -VHDPath "D:\$vm.vhd" | Out-Null
}
Start-VM shop, mail, files
Wait-Lab shop, mail, files -For Heartbeat
Wait-Lab -Seconds 2
Remove-Variable vm
