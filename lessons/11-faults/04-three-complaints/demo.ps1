# en: Three complaints, and the manager sees nothing.
# de: Drei Klagen, und der Manager sieht nichts.
Get-VM

# en: "It reckons slowly." The same sum on each.
# de: „Sie rechnet langsam.“ Dieselbe Summe auf jeder.
foreach ($vm in 'shop', 'mail', 'files') { Start-LabWorkload $vm -Kind Processor -Milliseconds 2000 }
Get-LabProcessor

# en: "It saves slowly." The same block on each.
# de: „Sie speichert langsam.“ Derselbe Block auf jeder.
foreach ($vm in 'shop', 'mail', 'files') { Start-LabWorkload $vm -Operation Write -Count 4 }
