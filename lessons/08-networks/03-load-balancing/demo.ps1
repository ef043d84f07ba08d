# en: Two members, one address, twenty requests. Who answers?
# de: Zwei Mitglieder, eine Adresse, zwanzig Anfragen. Wer antwortet?
# poll: guess-answer
Add-LabNlbNode web01 192.168.0.50 1
Add-LabNlbNode web02 192.168.0.50 2
Invoke-LabRequest 192.168.0.50 -Count 20
Get-LabNlbNode

# en: The switch has thrown something away.
# de: Der Switch hat etwas weggeworfen.
Get-LabEvent net.frame | Where-Object { $_.Fields.action -eq 'drop' } | Select-Object -Last 1 | ForEach-Object { "$($_.Seq) $($_.Fields)" }

# en: Addresses set by hand.
# de: Adressen von Hand gesetzt.
Stop-VM web01, web02
Set-VMNetworkAdapter web01 -StaticMacAddress 00155D000101
Set-VMNetworkAdapter web02 -StaticMacAddress 00155D000102
Start-VM web01, web02
Wait-Lab web01, web02 -For Heartbeat
Invoke-LabRequest 192.168.0.50 -Count 20
Get-LabNlbNode
