Start-VM web01
Wait-Lab -Until { (Get-LabEvent vmbus.message).Count -gt 0 }
Submit-LabAnswer first (Get-LabEvent vmbus.message -First 1).Seq
Wait-Lab -Until { Get-LabEvent vmbus.message | Where-Object Name -eq ALL_OFFERS_DELIVERED }
Submit-LabAnswer offers (Get-LabEvent vmbus.message | Where-Object Name -eq OFFER_CHANNEL).Count
Wait-Lab web01 -For Heartbeat
Submit-LabAnswer sequence '3 5 6 1 4 2'
New-VM nt4 -MemoryStartupBytes 256MB -VHDPath C:\Images\NT4.vhd
Start-VM nt4
Wait-Lab nt4
New-VM db01 -MemoryStartupBytes 1GB -NoVHD
Add-VMHardDiskDrive db01 -ControllerType IDE -Path C:\Images\WS2012-x64.vhd
Add-VMScsiController db01
Start-VM db01
Wait-Lab db01 -For Heartbeat
Submit-LabAnswer why 1
