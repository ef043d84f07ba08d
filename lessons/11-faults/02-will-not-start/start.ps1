$order = '{{order}}' -split ' '
mkdir D:\Backup | Out-Null
foreach ($vm in $order) { Convert-VHD C:\Images\WS2008-x64.vhd "D:\$vm.vhd" }
Rename-Item "D:\$($order[0]).vhd" master.vhd
New-VHD "D:\$($order[0]).vhd" -ParentPath D:\master.vhd | Out-Null
New-VM $order[0] -MemoryStartupBytes 512MB -VHDPath "D:\$($order[0]).vhd" | Out-Null
Rename-Item D:\master.vhd archive.vhd
New-VM $order[1] -MemoryStartupBytes 12GB -VHDPath "D:\$($order[1]).vhd" | Out-Null
New-VM $order[2] -MemoryStartupBytes 512MB -NoVHD | Out-Null
if (-not (Get-VMScsiController $order[2])) { Add-VMScsiController $order[2] }
Add-VMHardDiskDrive $order[2] SCSI 0 0 "D:\$($order[2]).vhd"
New-VM $order[3] -MemoryStartupBytes 512MB -VHDPath "D:\$($order[3]).vhd" | Out-Null
Copy-Item "D:\$($order[3]).vhd" "D:\Backup\$($order[3]).vhd"
Add-LabFault BadSector -Path "D:\$($order[3]).vhd" -Sector 2048 -Count 64 | Out-Null
Remove-Variable order, vm
