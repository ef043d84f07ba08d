# Windows Server 2012
# Where do a machine's disks lie, and on what does each stand?
Get-VM | Get-VMHardDiskDrive | Get-VHD | Format-Table Path, VhdType, ParentPath
# A whole copy on another volume, that can be brought back without this host
Export-VM shop E:\Export
