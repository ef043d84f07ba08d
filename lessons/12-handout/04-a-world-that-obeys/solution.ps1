Set-VMMemory big -StartupBytes 65GB
New-VHD D:\last.vhd 1GB
Add-VMHardDiskDrive big SCSI 0 255 D:\last.vhd
Submit-LabAnswer acts 5
Install-LabClientTool KB950050
New-VM proof -MemoryStartupBytes 256MB -VHDPath C:\Images\W2000-SP4.vhd
Start-VM proof
Wait-Lab proof
Install-LabIntegrationService proof
Submit-LabAnswer drivers 3
Submit-LabAnswer why world
