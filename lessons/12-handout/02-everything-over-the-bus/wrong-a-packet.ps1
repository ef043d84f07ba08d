# check: past
Start-VM web01
Wait-Lab web01 -For Heartbeat
Submit-LabAnswer early 7
Invoke-LabInstruction web01 'ADD EAX, 1', 'IN AL, 0xCF8'
Start-LabWorkload web01 -Operation Write -Count 1
Submit-LabAnswer who '1a 2b 3c'
New-VM big -MemoryStartupBytes 5GB -NoVHD
Start-VM big
Set-LabGuestAddress web01 192.168.0.40 -Adapter 2
Start-LabWorkload web01 -Kind Network -Target 192.168.0.5 -Count 4 -Adapter 2
Submit-LabAnswer past (Get-LabEvent ring.packet -VM web01 -Last 1).Seq
