Copy-Item C:\Images\WS2008-x64.vhd D:\base.vhd
New-VM t1 -MemoryStartupBytes 512MB -VHDPath D:\base.vhd | Out-Null
Start-VM t1
Wait-Lab t1 -For Heartbeat
Set-LabGuestFile t1 notes.txt 'Monday' | Out-Null
Stop-VM t1
New-VHD D:\other.vhd -ParentPath D:\base.vhd | Out-Null
foreach ($link in @('c1', 'D:\base.vhd', 'notes.txt', 'Tuesday'), @('c2', 'D:\c1.vhd', 'plan.txt', 'Wednesday')) {
    New-VHD "D:\$($link[0]).vhd" -ParentPath $link[1] | Out-Null
    Remove-VMHardDiskDrive t1 IDE 0 0
    Add-VMHardDiskDrive t1 IDE 0 0 "D:\$($link[0]).vhd"
    Start-VM t1
    Wait-Lab t1 -For Heartbeat
    Set-LabGuestFile t1 $link[2] $link[3] | Out-Null
    Stop-VM t1
}
Remove-Variable link
