# check: why
$cable, $vlan, $switch, $address = '{{order}}' -split ' '
Test-LabNetwork
Submit-LabAnswer cable $cable
Set-LabCable $cable -State Connected
Wait-Lab -Seconds 1
Submit-LabAnswer tagged (Get-LabEvent net.frame | Where-Object { $_.Fields.vlan -eq 7 } | Select-Object -Last 1).Seq
Set-VMNetworkAdapterVlan $vlan -Untagged
Connect-VMNetworkAdapter $switch -SwitchName LAN
Submit-LabAnswer why $switch
Test-LabNetwork
