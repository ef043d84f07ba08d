# check: why
Add-LabFault RootCrash -ComputerName HV02
Start-Sleep 140
Set-ClusterQuorum -NodeMajority
Add-LabFault RootCrash -ComputerName HV02
Start-Sleep 170
Submit-LabAnswer count 2
Set-ClusterQuorum -NodeAndDiskMajority
New-VM db01 512MB -VHDPath F:\db01.vhd -Path F:\
Add-ClusterVirtualMachineRole db01
Start-VM db01
Wait-Lab db01 -For Heartbeat
Submit-LabAnswer why "$((Get-LabEvent cluster | Where-Object { $_.Fields.action -eq 'node down' -and $_.Fields.object -eq 'HV02' } | Select-Object -Last 1).Seq)"
