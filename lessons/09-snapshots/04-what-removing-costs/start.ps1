foreach ($vm in 'web01', 'mail') {
    Copy-Item C:\Images\WS2008-x64.vhd "D:\$vm.vhd"
    New-VM $vm 512MB -VHDPath "D:\$vm.vhd" | Out-Null
}
Start-VM web01, mail
Wait-Lab web01, mail -For Heartbeat
foreach ($day in 'monday', 'tuesday', 'wednesday') {
    Checkpoint-VM mail -SnapshotName $day
    Start-LabWorkload mail Write -Count 10 -Size 64KB | Out-Null
}
Set-LabGuestFile mail letters.txt 'written on thursday' | Out-Null
Remove-Variable vm, day
