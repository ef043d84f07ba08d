# en: Three guests on one switch. Who reaches whom?
# de: Drei Gäste an einem Switch. Wer erreicht wen?
Test-LabNetwork

# en: One port gets a number. Whom does its machine still reach?
# de: Ein Port bekommt eine Nummer. Wen erreicht seine Maschine noch?
# poll: guess-apart
Set-VMNetworkAdapterVlan test01 -Access -VlanId 20
Test-LabNetwork

# en: A second one follows, and a frame shows the number.
# de: Ein zweiter folgt, und ein Rahmen zeigt die Nummer.
Set-VMNetworkAdapterVlan web02 -Access -VlanId 20
Test-Connection 192.168.0.23 -Source web02
Get-LabEvent net.frame | Where-Object { $_.Fields.vlan -eq 20 } | Select-Object -Last 2 | ForEach-Object { "$($_.Seq) $($_.Fields)" }
