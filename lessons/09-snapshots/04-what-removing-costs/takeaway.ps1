# Windows Server 2012
# Snapshots older than a day, and what their files take
Get-VM | Get-VMSnapshot | Where-Object CreationTime -lt (Get-Date).AddDays(-1) | Format-Table VMName, Name, CreationTime
Get-VM | Get-VMHardDiskDrive | Get-VHD | Where-Object VhdType -eq Differencing | Format-Table Path, FileSize, ParentPath
