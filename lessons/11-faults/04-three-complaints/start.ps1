$rest = @('shop', 'mail', 'files' | Where-Object { $_ -ne '{{disk}}' })
$order = '{{disk}}', $rest[{{turn}}], $rest[1 - {{turn}}]
Copy-Item C:\Images\WS2008-x64.vhd "D:\$($order[1]).vhd"
Copy-Item C:\Images\WS2008-x64.vhd "D:\$($order[2]).vhd"
Copy-Item C:\Images\WS2003-SP2-x86.vhd "D:\$($order[0]).vhd"
foreach ($vm in 'shop', 'mail', 'files') { New-VM $vm -MemoryStartupBytes 512MB -VHDPath "D:\$vm.vhd" | Out-Null }
Set-VMProcessor $order[1] -Maximum 20
Start-VM shop, mail, files
Wait-Lab $order[1], $order[2] -For Heartbeat
Wait-Lab $order[0]
Stop-LabGuestService $order[2] vmicshutdown
Remove-Variable order, rest, vm
