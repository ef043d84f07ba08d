# Another way: both machines at once, single writes, the answer worked out by the console itself.
New-VM -Name nt4 -MemoryStartupBytes 256MB -VHDPath C:\Images\NT4.vhd
New-VM -Name web01 -VHDPath C:\Images\WS2008-x64.vhd
Get-VM | Start-VM
Wait-Lab -VM web01, nt4 -For Idle
foreach ($number in 1..10) { Start-LabWorkload -VM web01 -Operation Write -Offset 80MB }
$work = Start-LabWorkload -VM web01 -Operation Write
Submit-LabAnswer ring-bytes ($work.RingOut + $work.RingBack)
Start-LabWorkload -VM nt4 -Operation Write -Size 8KB -Count 12
Submit-LabAnswer -Question why -Answer 2
Stop-VM -Name nt4 -TurnOff
Stop-VM -Name web01
New-VM young 1GB -VHDPath C:\Images\WS2012-x64.vhd
Start-VM young
Wait-Lab young -For Heartbeat
Wait-Lab -Seconds 2
Start-LabWorkload young Write -Count 2 -Size 20KB
Stop-VM young
