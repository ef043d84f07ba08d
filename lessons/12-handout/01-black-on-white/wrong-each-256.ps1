# check: sum
Set-VMMemory big -StartupBytes 64GB
New-VHD D:\last.vhd -SizeBytes 1GB
1..3 | ForEach-Object { Add-VMScsiController big }
Add-VMHardDiskDrive big SCSI 3 63 D:\last.vhd
Submit-LabAnswer all-disks 1024
Start-VM node1, node2, node3, node4
Submit-LabAnswer stops both
Stop-VM node1, node2 -TurnOff
New-VM proof -MemoryStartupBytes 512MB -VHDPath C:\Images\W2000-SP4.vhd
Start-VM proof
Wait-Lab proof
Install-LabIntegrationService proof
Wait-Lab proof -For Heartbeat
Submit-LabAnswer wrong-ones 'ram, scsi, older'
