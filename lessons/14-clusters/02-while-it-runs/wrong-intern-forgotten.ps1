# check: asked
Start-LabPing 192.168.0.21
Start-Sleep 5
Move-ClusterVirtualMachineRole web01 -Node HV02 -MigrationType Quick
Start-Sleep 10
Submit-LabAnswer connection "$((Get-LabPing).Lost)"
Start-LabPing 192.168.0.21 -Interval 0.05
Move-ClusterVirtualMachineRole web01 -Node HV01
Start-Sleep 5
Get-LabPing
Submit-LabAnswer milliseconds "$((Get-LabMigration web01)[-1].DowntimeMs)"
Move-ClusterVirtualMachineRole web01 -Node HV02
Move-ClusterVirtualMachineRole db01 -Node HV02
Submit-LabAnswer why "$((Get-LabEvent migration | Where-Object { $_.Fields.vm -eq 'db01' -and $_.Fields.round -eq 2 } | Select-Object -Last 1).Seq)"
