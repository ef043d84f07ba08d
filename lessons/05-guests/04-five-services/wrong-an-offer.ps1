# check: taken
Suspend-VM web01, nt4
Wait-Lab -Seconds 60
Resume-VM web01, nt4
Wait-Lab -Seconds 4
Submit-LabAnswer behind 60
Set-LabKvpItem web01 Owner 'Brenner'
Submit-LabAnswer build 6001
Disable-VMIntegrationService 'Time Synchronization' web01
Suspend-VM web01
Wait-Lab -Seconds 90
Resume-VM web01
Wait-Lab -Seconds 4
Submit-LabAnswer taken (Get-LabEvent vmbus.message -VM web01 -Name OFFER_CHANNEL -Last 1).Seq
