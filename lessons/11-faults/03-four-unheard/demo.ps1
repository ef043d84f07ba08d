# en: Four machines with sound hearts that reach nobody. Are these all the same failure?
# de: Vier Maschinen mit gesundem Herzen, die niemanden erreichen. Ist das immer derselbe Fehler?
Get-VM
Test-LabNetwork | Where-Object { $_.Source -ne 'host' }

# en: From outside: which machine hangs where?
# de: Von außen: Welche Maschine hängt wo?
Get-VMNetworkAdapter *
Get-LabSwitchPort
