# check: three
Add-LabNlbNode web01 192.168.0.50 1
Add-LabNlbNode web02 192.168.0.50 2
Invoke-LabRequest 192.168.0.50 -Count 20
Submit-LabAnswer dropped "$((Get-LabEvent net.frame | Where-Object { $_.Fields.protocol -eq 'NLB heartbeat' -and $_.Fields.action -eq 'drop' } | Select-Object -Last 1).Seq)"
Stop-VM web01, web02
Set-VMNetworkAdapter web01 -StaticMacAddress 00155D000101
Set-VMNetworkAdapter web02 -StaticMacAddress 00155D000102
Start-VM web01, web02
Wait-Lab web01, web02 -For Heartbeat
Invoke-LabRequest 192.168.0.50 -Count 20
Stop-VM web03
Set-VMNetworkAdapter web03 -StaticMacAddress 00155D000103
Start-VM web03
Wait-Lab web03 -For Heartbeat
Add-LabNlbNode web03 192.168.0.50 3
Submit-LabAnswer why steal
