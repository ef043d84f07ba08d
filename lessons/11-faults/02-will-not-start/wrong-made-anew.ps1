# check: parent
$parent, $memory, $scsi, $bad = '{{order}}' -split ' '
Start-VM shop, mail, files, clock
Submit-LabAnswer running 2
Remove-VMHardDiskDrive $parent IDE 0 0
Copy-Item C:\Images\WS2008-x64.vhd D:\fresh.vhd
Add-VMHardDiskDrive $parent IDE 0 0 D:\fresh.vhd
Set-VMMemory $memory -StartupBytes 1GB
Start-VM $parent, $memory
Wait-Lab $parent, $memory
Stop-VM $scsi -TurnOff
Remove-VMHardDiskDrive $scsi SCSI 0 0
Add-VMHardDiskDrive $scsi IDE 0 0 "D:\$scsi.vhd"
Start-VM $scsi
Wait-Lab $scsi
Stop-VM $bad -TurnOff
Remove-VMHardDiskDrive $bad IDE 0 0
Add-VMHardDiskDrive $bad IDE 0 0 "D:\Backup\$bad.vhd"
Start-VM $bad
Wait-Lab $bad
Submit-LabAnswer point (Get-LabEvent disk.io | Where-Object { $_.Fields.outcome -eq 'medium' } | Select-Object -Last 1).Seq
