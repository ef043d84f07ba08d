# check: running
Submit-LabAnswer sum $({{memory}} + 512 + 512 + 256 + 256)
$ns = 'root\virtualization'
$vm = Get-WmiObject -Namespace $ns Msvm_ComputerSystem -Filter "ElementName = '{{c}}'"
$service = Get-WmiObject -Namespace $ns Msvm_VirtualSystemManagementService
$answer = $service.CreateVirtualSystemSnapshot($vm.__PATH)
Start-Sleep 15
Submit-LabAnswer done 7
foreach ($vm in Get-WmiObject -Namespace $ns Msvm_ComputerSystem) { if ($vm.EnabledState -eq 3 -and $vm.ElementName -notlike 'test*') { $vm.RequestStateChange(2) } }
Start-Sleep 30
Submit-LabAnswer code 32775
$e = Get-LabEvent vm.state | Where-Object { $_.Fields.vm -eq '{{b}}' -and $_.Fields.state -eq 'Running' } | Select-Object -Last 1
$e = Get-LabEvent -Cause $e.Seq | Where-Object Kind -eq command | Select-Object -Last 1
Submit-LabAnswer why "$($e.Seq)"
