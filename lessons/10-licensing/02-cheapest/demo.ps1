# en: Five machines on one socket, then on four. Which row changes?
# de: Fünf Maschinen auf einem Socket, dann auf vier. Welche Zeile ändert sich?
Measure-LabLicense -Instance 5
Measure-LabLicense -Instance 5 -Sockets 4

# en: And where does it tip on two sockets?
# de: Und wo kippt es bei zwei Sockets?
1..10 | ForEach-Object { "$_ " + (Measure-LabLicense -Instance $_ -Sockets 2 | Where-Object Way -eq Cheapest).Set }

# en: A machine moves for one night. What must move with it?
# de: Eine Maschine zieht für eine Nacht um. Was muss mit?
# poll: moves
Get-LabLicense
