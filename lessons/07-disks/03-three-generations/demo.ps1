# en: One disk, several files: who is whose parent?
# de: Eine Platte, mehrere Dateien: Wer ist wessen Mutter?
Get-VHD D:\c2.vhd, D:\c1.vhd, D:\other.vhd | Format-Table Path, VhdType, ParentPath

# en: Each generation has written its notes. Which will the guest read?
# de: Jede Generation hat ihre Notizen geschrieben. Welche liest der Gast?
# poll: guess-notes
Start-VM t1
Wait-Lab t1 -For Heartbeat
Get-LabGuestFile t1
(Get-LabGuestFile t1 notes.txt).Content

# en: The youngest goes into its parent.
# de: Die jüngste geht in ihrer Mutter auf.
# poll: guess-merge
Stop-VM t1
Merge-VHD D:\c2.vhd
Get-VMHardDiskDrive t1
Get-ChildItem D:\
