# en: Both are paused for a minute. What will their clocks show?
# de: Beide werden eine Minute angehalten. Was zeigen danach ihre Uhren?
# poll: guess-clock
Suspend-VM web01, nt4
Wait-Lab -Seconds 60
Resume-VM web01, nt4
Wait-Lab -Seconds 4
Get-LabGuestClock web01
Get-LabGuestClock nt4

# en: Somebody has told web01.
# de: Jemand hat es web01 gesagt.
Get-LabEvent guest.clock -VM web01 -Last 2 | ForEach-Object Fields

# en: And guests say things too.
# de: Auch Gäste sagen etwas.
Get-LabKvpItem web01
