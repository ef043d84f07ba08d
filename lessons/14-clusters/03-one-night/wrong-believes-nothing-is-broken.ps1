# check: rule
Move-ClusterVirtualMachineRole web01 -Node HV02
Submit-LabAnswer rule none
Submit-LabAnswer days 90
Move-ClusterVirtualMachineRole web01 -Node HV01
Set-LabServer HV02 -OtherWork $true
Add-LabLicense Enterprise -Server HV02
Submit-LabAnswer why "$((Get-LabEvent vm.state | Where-Object { $_.Source -like 'host2*' -and $_.Fields.vm -eq 'web01' -and $_.Fields.state -eq 'Running' }).Seq)"
