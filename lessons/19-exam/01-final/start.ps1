New-VMSwitch LAN -NetAdapterName 'Local Area Connection 2' | Out-Null
foreach ($vm in '{{a}}', '{{b}}', '{{c}}') { Copy-Item C:\Images\WS2008-x64.vhd "C:\$vm.vhd" }
New-VM {{a}} 512MB | Out-Null
Get-VMHardDiskDrive {{a}} | Remove-VMHardDiskDrive
Add-VMScsiController {{a}}
Add-VMHardDiskDrive {{a}} -ControllerType SCSI -Path C:\{{a}}.vhd
New-VM {{b}} 512MB -VHDPath C:\{{b}}.vhd -SwitchName LAN | Out-Null
New-VM {{c}} 512MB -VHDPath C:\{{c}}.vhd -SwitchName LAN | Out-Null
Set-LabGuestDisk {{c}} {{disk}}
Start-VM {{b}}, {{c}}
Wait-Lab {{b}}, {{c}} -For Heartbeat
Set-LabGuestAddress {{b}} 192.168.0.22 | Out-Null
Set-LabGuestAddress {{c}} 192.168.0.21 | Out-Null
Start-Sleep 5
Start-LabWorkload {{c}} -Kind Database -Count {{records}} | Out-Null
Add-LabFault HungGuest {{b}} | Out-Null
Start-Sleep 20
