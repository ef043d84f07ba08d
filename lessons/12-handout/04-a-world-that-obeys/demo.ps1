# en: What was refused on the real host: 65 GB. And here?
# de: Was der echte Host ablehnte: 65 GB. Und hier?
# poll: guess-here
Set-VMMemory big -StartupBytes 65GB
(Get-VM big).MemoryStartup / 1GB

# en: Place 255 of a SCSI controller.
# de: Platz 255 eines SCSI-Controllers.
New-VHD D:\last.vhd 1GB | Out-Null
Add-VMHardDiskDrive big SCSI 0 255 D:\last.vhd
Get-VMHardDiskDrive big

# en: What kind of world is this?
# de: Was für eine Welt ist das?
Get-LabPlatform ws2008-handout | Format-List Id, Name
Get-LabClaim | Format-Table Row, Shown, Taught
