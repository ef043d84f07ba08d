Checkpoint-VM web01 -SnapshotName clean
Set-LabGuestFile web01 shop.txt 'version 1'
Checkpoint-VM web01 -SnapshotName version1
Set-LabGuestFile web01 shop.txt 'version 2'
Checkpoint-VM web01 -SnapshotName version2
Set-LabGuestFile web01 notes.txt 'nobody has kept me'
Restore-VMSnapshot -VMName web01 -Name clean -Confirm:$false
Start-VM web01
Set-LabGuestFile web01 blog.txt 'hello'
Checkpoint-VM web01 -SnapshotName blog
Restore-VMSnapshot -VMName web01 -Name version2 -Confirm:$false
Start-VM web01
Set-LabGuestFile web01 {{file}} 'the price is right now'
Checkpoint-VM web01 -SnapshotName {{name}}
Restore-VMSnapshot -VMName web01 -Name blog -Confirm:$false
Start-VM web01
Submit-LabAnswer why notes
