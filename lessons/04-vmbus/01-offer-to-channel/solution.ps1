Start-VM web01
Wait-Lab web01 -For Heartbeat
Submit-LabAnswer first (Get-LabEvent vmbus.message -First 1).Seq
Submit-LabAnswer offers (Get-LabEvent vmbus.message | Where-Object Name -eq OFFER_CHANNEL).Count
Submit-LabAnswer sequence 'contact version request offer gpadl open'
New-VM nt4 -VHDPath C:\Images\NT4.vhd
Start-VM nt4
Wait-Lab nt4
New-VM db01 -VHDPath C:\Images\WS2012-x64.vhd
Add-VMNetworkAdapter db01
Start-VM db01
Wait-Lab db01 -For Heartbeat
Submit-LabAnswer why own
