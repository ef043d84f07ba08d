# en: One block of 4 KB, then 64 KB. How many bytes more go into the ring?
# de: Ein Block von 4 KB, dann 64 KB. Wie viele Bytes mehr gehen in den Ring?
# poll: guess-size
Start-LabWorkload web01 -Operation Write -Count 1
Start-LabWorkload web01 -Operation Write -Count 1 -Size 64KB

# en: Eight bytes a page. So how many for 32 KB?
# de: Acht Byte je Seite. Wie viele also für 32 KB?
Start-LabWorkload web01 -Operation Write -Count 1 -Size 32KB

# en: The bytes themselves: the packet names the pages.
# de: Die Bytes selbst: Das Paket nennt die Seiten.
$packet = Get-LabEvent ring.packet -VM web01 | Where-Object { $_.Channel -eq 1 -and $_.Direction -eq 'guest->host' } | Select-Object -Last 1
$packet.Hex
