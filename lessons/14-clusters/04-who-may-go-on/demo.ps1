# en: Three votes: two nodes and a disk. A node breaks down on which nothing runs.
# de: Drei Stimmen: zwei Knoten und eine Platte. Ein Knoten fällt aus, auf dem nichts läuft.
Get-Cluster
Add-LabFault RootCrash -ComputerName HV02
Start-Sleep 20
Get-ClusterGroup
Start-Sleep 120

# en: The disk loses its vote. The same node breaks down again. What becomes of web01?
# de: Die Platte verliert ihre Stimme. Derselbe Knoten fällt wieder aus. Was wird aus web01?
# poll: guess-two
Set-ClusterQuorum -NodeMajority
Wait-Lab -ComputerName HV02 -Seconds 30
Add-LabFault RootCrash -ComputerName HV02
Start-Sleep 20
Get-Cluster
Get-ClusterGroup
