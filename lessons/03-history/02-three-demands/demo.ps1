# en: Equivalence: two guests, and each believes that page 0 of the machine is its own.
# de: Äquivalenz: zwei Gäste, und jeder hält die Seite 0 der Maschine für seine.
# poll: guess-own
Get-LabGuestView web01, nt4 | Where-Object Aspect -eq memory | Format-List VMName, GuestBelieves, True

# en: Resource control: the kernel reaches for the real bus and the real timer.
# de: Verfügung über die Mittel: Der Kernel greift nach dem echten Bus und dem echten Zeitgeber.
# poll: guess-reach
Invoke-LabInstruction web01 'IN AL, 0xCF8', 'MOV [0xFED00000], EAX'

# en: Efficiency: how many of these eight run without the monitor?
# de: Effizienz: Wie viele dieser acht laufen ohne den Monitor?
Invoke-LabInstruction web01 'SUB EAX, 1', 'CMP EAX, 1', 'JMP 5', 'RDTSC', 'STI', 'INVLPG', 'WRMSR', 'HLT'

# en: And the root?
# de: Und die Root-Partition?
Invoke-LabInstruction root 'IN AL, 0xCF8', 'MOV [0xFED00000], EAX'
