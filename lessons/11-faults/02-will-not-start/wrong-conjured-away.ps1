# check: bad
$parent, $memory, $scsi, $bad = '{{order}}' -split ' '
Start-VM shop, mail, files, clock
Submit-LabAnswer running 2
Set-VHD "D:\$parent.vhd" -ParentPath D:\archive.vhd
Set-VMMemory $memory -StartupBytes 1GB
Start-VM $parent, $memory
Wait-Lab $parent, $memory
Stop-VM $scsi -TurnOff
Remove-VMHardDiskDrive $scsi SCSI 0 0
Add-VMHardDiskDrive $scsi IDE 0 0 "D:\$scsi.vhd"
Start-VM $scsi
Wait-Lab $scsi
Stop-VM $bad -TurnOff
Get-LabFault -Setup | Remove-LabFault
Start-VM $bad
Wait-Lab $bad
Submit-LabAnswer point (Get-LabEvent disk.io | Where-Object { $_.Fields.outcome -eq 'medium' } | Select-Object -Last 1).Seq
