# en: A system as old as its host: one proposal, one answer.
# de: Ein System, so alt wie sein Host: ein Vorschlag, eine Antwort.
Start-VM web01
Wait-Lab web01 -For Heartbeat
Get-LabEvent vmbus.message -VM web01 -First 2 | Format-Table Name, Direction, Bytes

# en: This one is four years younger. What will it do?
# de: Dieses ist vier Jahre jünger. Was wird es tun?
# poll: guess-young
Start-VM new
Wait-Lab new -For Heartbeat
Get-LabEvent vmbus.message -VM new -First 8 | Format-Table Name, Direction, Bytes

# en: A service is taken away while the guest runs.
# de: Ein Dienst wird weggenommen, während der Gast läuft.
Disable-VMIntegrationService VSS web01
Wait-Lab -Seconds 1
Get-LabEvent vmbus.message -VM web01 -Last 4 | Format-Table Seq, Name, Direction
