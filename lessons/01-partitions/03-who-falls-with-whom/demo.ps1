# en: Three machines run. The kernel of one goes mad. Whom does it take along?
# de: Drei Maschinen laufen. Der Kernel der einen wird verrückt. Wen nimmt er mit?
# poll: guess-guest
Add-LabFault HungGuest shop
Start-LabWorkload mail -Operation Write -Count 4

# en: Now a service in the root falls asleep, the one for the disk of files.
# de: Jetzt schläft ein Dienst der Root-Partition ein, der für die Platte von files.
Add-LabFault ServiceSilent files ide:0:0
Start-LabWorkload files -Operation Write -Count 1 -NoWait
Start-LabWorkload mail -Operation Write -Count 4
Get-LabWorkload

# en: And the root itself?
# de: Und die Root-Partition selbst?
# poll: guess-root
Add-LabFault RootCrash
Get-VM
Wait-Lab -Seconds 150
Get-VM
