# en: "Hardware requests go over the VMBus." By which routes was the disk reached during a boot?
# de: „Hardwareanfragen gehen über den VMBus.“ Auf welchen Wegen wurde die Platte beim Start erreicht?
Start-VM web01
Wait-Lab web01 -For Heartbeat
Wait-Lab -Seconds 2
Get-LabEvent guest.io -VM web01 | Where-Object { $_.Fields.action -eq 'end' } | Group-Object { $_.Fields.route } | Format-Table Count, Name

# en: "Guests access the hardware directly."
# de: „Gäste greifen direkt auf die Hardware zu.“
Invoke-LabInstruction web01 'ADD EAX, 1', 'IN AL, 0xCF8'

# en: "The complete scope of resources." Will 5 GB start beside two others on 8?
# de: „Der komplette Umfang der Ressourcen.“ Starten 5 GB neben zwei anderen auf 8?
# poll: guess-scope
Get-VMHost
New-VM big -MemoryStartupBytes 5GB -NoVHD
Start-VM big
Get-VM
