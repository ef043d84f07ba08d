# Windows Server 2012
New-VHD D:\archive.vhd {{gb}}GB -Dynamic
Get-VHD D:\archive.vhd | Format-List VhdType, Size, FileSize, BlockSize
