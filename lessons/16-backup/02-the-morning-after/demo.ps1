# en: A snapshot and a backup for the night, then thirteen orders.
# de: Ein Snapshot und ein Backup für die Nacht, dann dreizehn Bestellungen.
Checkpoint-VM shop -SnapshotName nightly
New-LabBackup shop C:\Backup
Start-LabWorkload shop -Kind Database -Count 13

# en: The drive gives up. Back to the snapshot: is shop saved?
# de: Das Laufwerk gibt auf. Zurück zum Snapshot: Ist shop gerettet?
# poll: guess-back
Add-LabFault BadSector -Path D:\VMs\shop.vhd -Sector 2048 -Count 200000
Stop-VM shop -TurnOff
Restore-VMSnapshot -VMName shop -Name nightly -Confirm:$false
Start-VM shop
Get-VM shop
Start-LabWorkload shop Read -Count 4
Get-LabWorkload | Format-Table VM, Count, Errors
