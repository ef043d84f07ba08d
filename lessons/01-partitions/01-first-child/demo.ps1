# en: A host with the Hyper-V role and no virtual machine. We define one and do not start it.
# de: Ein Host mit der Rolle Hyper-V und ohne virtuelle Maschine. Wir legen eine an und starten sie nicht.
# poll: guess-partition
New-VM web01 -MemoryStartupBytes 512MB -VHDPath C:\Images\WS2008-x64.vhd
Get-VM
Get-LabPartition

# en: Only the start makes a partition. What has changed in the picture?
# de: Erst der Start legt eine Partition an. Was hat sich im Bild geändert?
Start-VM web01
Get-LabPartition

# en: Start-VM is back, but Windows is not there yet. Watch: first emulated devices, then the VMBus.
# de: Start-VM ist fertig, aber Windows ist noch nicht da. Achten Sie darauf: erst emulierte Geräte, dann der VMBus.
Wait-Lab web01 -For Heartbeat

# en: Beside it an NT 4.0, which knows nothing of the VMBus.
# de: Daneben ein NT 4.0, das vom VMBus nichts weiß.
New-VM nt4 -VHDPath C:\Images\NT4.vhd
Start-VM nt4
Wait-Lab nt4

# en: Both write the same ten blocks. How often will nt4 have to leave its partition, compared with web01?
# de: Beide schreiben dieselben zehn Blöcke. Wie oft muss nt4 seine Partition verlassen, verglichen mit web01?
# poll: guess-exits
Start-LabWorkload web01 -Operation Write -Count 10 | Out-Null
Start-LabWorkload nt4 -Operation Write -Count 10 | Out-Null
Get-LabWorkload | Format-Table VM, Count, Exits
