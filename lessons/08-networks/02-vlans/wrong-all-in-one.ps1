# check: single
Test-LabNetwork
Set-VMNetworkAdapterVlan test01 -Access -VlanId 20
Test-LabNetwork
Set-VMNetworkAdapterVlan web02 -Access -VlanId 20
Test-Connection 192.168.0.23 -Source web02
Submit-LabAnswer frame "$((Get-LabEvent net.frame | Where-Object { $_.Fields.vlan -eq 20 -and $_.Fields.action -eq 'forward' } | Select-Object -Last 1).Seq)"
Set-VMNetworkAdapterVlan web01, web02, test01 -Access -VlanId {{red}}
Submit-LabAnswer why tag
