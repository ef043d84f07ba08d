# en: The old way: a client pings while web01 is moved.
# de: Die alte Art: Ein Client pingt, während web01 umzieht.
Start-LabPing 192.168.0.21
Start-Sleep 5
Move-ClusterVirtualMachineRole web01 -Node HV02 -MigrationType Quick
Start-Sleep 10
Get-LabPing

# en: And live, with twenty pings a second. How many are lost?
# de: Und live, mit zwanzig Pings in der Sekunde. Wie viele gehen verloren?
# poll: guess-live
Start-LabPing 192.168.0.21 -Interval 0.05
Move-ClusterVirtualMachineRole web01 -Node HV01
Start-Sleep 5
Get-LabPing
Get-LabMigration web01 | Format-Table Kind, Duration, DowntimeMs, Rounds
