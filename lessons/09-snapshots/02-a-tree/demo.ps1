# en: A snapshot, some work, another one. On what does the second stand?
# de: Ein Snapshot, etwas Arbeit, noch einer. Worauf steht der zweite?
# poll: guess-parent
Checkpoint-VM web01 -SnapshotName clean
Set-LabGuestFile web01 shop.txt 'version 1'
Checkpoint-VM web01 -SnapshotName version1
Set-LabGuestFile web01 notes.txt 'nobody has kept me'
Get-VMSnapshot web01

# en: Back to clean. Which files will be there?
# de: Zurück zu clean. Welche Dateien werden da sein?
Restore-VMSnapshot -VMName web01 -Name clean -Confirm:$false
Start-VM web01
Get-LabGuestFile web01

# en: A second branch.
# de: Ein zweiter Zweig.
Set-LabGuestFile web01 blog.txt 'hello'
Checkpoint-VM web01 -SnapshotName blog
Get-VMSnapshot web01
