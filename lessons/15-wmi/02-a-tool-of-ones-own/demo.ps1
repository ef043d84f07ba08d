# en: What is there, and which of these is no machine?
# de: Was gibt es, und was davon ist keine Maschine?
$ns = 'root\virtualization'
Get-WmiObject -Namespace $ns Msvm_ComputerSystem | Format-Table ElementName, Caption, EnabledState

# en: A snapshot by a method. Is it there when the method answers?
# de: Ein Snapshot durch eine Methode. Ist er da, wenn die Methode antwortet?
# poll: guess-there
$vm = Get-WmiObject -Namespace $ns Msvm_ComputerSystem -Filter "ElementName = '{{c}}'"
$service = Get-WmiObject -Namespace $ns Msvm_VirtualSystemManagementService
$answer = $service.CreateVirtualSystemSnapshot($vm.__PATH)
$answer
[wmi]$answer.Job | Format-List Caption, JobState

# en: A little later.
# de: Etwas später.
Start-Sleep 15
[wmi]$answer.Job | Format-List Caption, JobState
