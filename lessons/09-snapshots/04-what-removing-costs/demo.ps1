# en: The same 2.5 MB after each of two snapshots. How much room?
# de: Dieselben 2,5 MB nach jedem von zwei Snapshots. Wie viel Platz?
# poll: guess-size
Checkpoint-VM web01 -SnapshotName before
Start-LabWorkload web01 Write -Count 40 -Size 64KB
Checkpoint-VM web01 -SnapshotName after
Start-LabWorkload web01 Write -Count 40 -Size 64KB
Get-ChildItem D:\ -File | Where-Object Name -like 'web01*' | Format-Table Name, Length

# en: Both are removed while it runs.
# de: Beide werden im Betrieb entfernt.
Get-VMSnapshot web01 | Remove-VMSnapshot
Get-ChildItem D:\ -File | Where-Object Name -like 'web01*' | Format-Table Name, Length

# en: Off and on again at once. And then with time.
# de: Aus und sofort wieder an. Und dann mit Zeit.
# poll: guess-hurry
Stop-VM web01
Start-VM web01
Get-ChildItem D:\ -File | Where-Object Name -like 'web01*' | Format-Table Name, Length
Wait-Lab web01 -For Heartbeat
Stop-VM web01
Start-Sleep 60
Get-ChildItem D:\ -File | Where-Object Name -like 'web01*' | Format-Table Name, Length
