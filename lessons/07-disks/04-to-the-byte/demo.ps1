# en: 127 GB that nobody has used. How large is the file?
# de: 127 GB, die niemand benutzt hat. Wie groß ist die Datei?
New-VHD D:\sample.vhd 127GB
(Get-VHD D:\sample.vhd).FileSize

# en: Footer, copy, header, table.
# de: Footer, Kopie, Header, Tabelle.
512 + 512 + 1024 + 4 * 127 * 512

# en: Ten blocks are read, then one is written. What grows when?
# de: Zehn Blöcke werden gelesen, dann wird einer geschrieben. Was wächst wann?
Add-VMHardDiskDrive web01 SCSI 0 0 D:\sample.vhd
Start-VM web01
Wait-Lab web01 -For Heartbeat
Start-LabWorkload web01 -Operation Read -Count 10 -ControllerType SCSI
(Get-VHD D:\sample.vhd).FileSize
Start-LabWorkload web01 -Operation Write -Count 1 -ControllerType SCSI
(Get-VHD D:\sample.vhd).FileSize
