# en: Four machines after a power cut. How many will be Running?
# de: Vier Maschinen nach einem Stromausfall. Wie viele werden Running sein?
Start-VM shop, mail, files, clock # refused
Get-VM

# en: Running, and yet: look at the screens.
# de: Running, und doch: Sehen Sie auf die Bildschirme.
Wait-Lab -Seconds 30
Get-VM | Where-Object State -eq Running | ForEach-Object { vmconnect localhost $_.Name }

# en: Two were refused. What do their settings say?
# de: Zwei wurden abgelehnt. Was sagen ihre Einstellungen?
Get-VM | Format-Table Name, State, MemoryStartup
Get-ChildItem D:\
