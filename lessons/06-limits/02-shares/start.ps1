foreach ($vm in 'shop', 'report', 'scan') {
    Copy-Item C:\Images\WS2008-x64.vhd "D:\$vm.vhd"
    New-VM $vm -MemoryStartupBytes 512MB -VHDPath "D:\$vm.vhd" | Out-Null
    Set-VMProcessor $vm -Count 4
}
Start-VM shop, report, scan
Wait-Lab shop, report, scan -For Heartbeat
