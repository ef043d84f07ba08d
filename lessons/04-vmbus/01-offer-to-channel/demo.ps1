Start-VM web01
Wait-Lab web01 -For Heartbeat
Get-LabEvent vmbus.message -First 8 | Format-Table Seq, Name, Direction, Bytes
(Get-LabEvent vmbus.message | Where-Object Name -eq OFFER_CHANNEL).Count
Get-LabEvent vmbus.channel | ForEach-Object Fields | Format-Table device, state
