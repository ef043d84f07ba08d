# check: branched
Checkpoint-VM web01 -SnapshotName clean
Set-LabGuestFile web01 shop.txt 'version 1'
Checkpoint-VM web01 -SnapshotName version1
Set-LabGuestFile web01 shop.txt 'version 2'
Checkpoint-VM web01 -SnapshotName version2
Set-LabGuestFile web01 notes.txt 'nobody has kept me'
Set-LabGuestFile web01 blog.txt 'hello'
Checkpoint-VM web01 -SnapshotName blog
Submit-LabAnswer why notes
