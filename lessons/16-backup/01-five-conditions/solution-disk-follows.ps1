Start-LabWorkload web01 -Kind Database -Count 20
New-LabBackup web01 D:\Backup
Disable-VMIntegrationService -VMName web01 -Name VSS
New-LabBackup web01 D:\Backup
Submit-LabAnswer still "$([math]::Floor((Get-LabBackup web01)[-1].StoodStill.TotalSeconds))"
Enable-VMIntegrationService -VMName web01 -Name VSS
Stop-VM mail
Set-LabGuestDisk mail Ntfs
Remove-VM mail -Force
Move-Item C:\Images\WS2003-SP2-x64.vhd D:\mail.vhd
New-VM mail 512MB -VHDPath D:\mail.vhd -Path D:\
Start-VM mail
Wait-Lab mail -For Heartbeat
Start-Sleep 5
New-LabBackup web01, mail, old D:\Backup
$e = Get-LabEvent guest.writers | Where-Object { $_.Fields.action -eq 'frozen' } | Select-Object -Last 1
while ($e.Kind -ne 'ring.packet') { $e = Get-LabEvent -Cause $e.Cause | Select-Object -Last 1 }
Submit-LabAnswer why "$($e.Seq)"
