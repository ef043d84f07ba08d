# Windows Server 2012
Get-VHD D:\c1.vhd | Format-List VhdType, ParentPath, FileSize, Size
Merge-VHD D:\c2.vhd
Convert-VHD D:\c1.vhd D:\t1.vhd -VHDType Dynamic
Test-VHD D:\t1.vhd
