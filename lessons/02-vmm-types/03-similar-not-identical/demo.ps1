# en: One call, two ways: with the drivers of Hyper-V and without.
# de: Ein Aufruf, zwei Wege: mit den Treibern von Hyper-V und ohne.
Compare-LabPath

# en: Three guests run on one hypervisor. What do they believe about it?
# de: Drei Gäste laufen auf einem Hypervisor. Was glauben sie von ihm?
Get-LabGuestView web01, debian, acct | Where-Object Aspect -eq hypervisor
@(Get-LabEvent hypercall -VM web01).Count
@(Get-LabEvent hypercall -VM debian).Count

# en: acct gets drivers now. What becomes of its exits?
# de: acct bekommt jetzt Treiber. Was wird aus seinen Exits?
# poll: guess-acct
Start-LabWorkload acct -Operation Write -Count 6
Install-LabIntegrationService acct
Wait-Lab acct -For Heartbeat
Start-LabWorkload acct -Operation Write -Count 6
