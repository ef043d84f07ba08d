# en: Two nodes, an Enterprise licence each. All is legal.
# de: Zwei Knoten, je eine Lizenz Enterprise. Alles zulässig.
Test-LabLicense

# en: web01 moves for one night. Is it still?
# de: web01 zieht für eine Nacht um. Noch immer?
# poll: guess-legal
Move-ClusterVirtualMachineRole web01 -Node HV02
Test-LabLicense | Format-List Server, Legal, Rule, Reason

# en: Then the licence goes along?
# de: Dann geht die Lizenz eben mit?
Get-LabLicense
Move-LabLicense 1 HV02 # refused
Move-ClusterVirtualMachineRole web01 -Node HV01
Test-LabLicense
