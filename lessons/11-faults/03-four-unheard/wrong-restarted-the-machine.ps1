# check: plugged
$cable, $vlan, $switch, $address = '{{order}}' -split ' '
Test-LabNetwork
Submit-LabAnswer cable $cable
Set-LabCable $cable -State Connected
Stop-VM $cable
Start-VM $cable
Wait-Lab $cable -For Heartbeat
Wait-Lab -Seconds 1
Submit-LabAnswer tagged (Get-LabEvent net.frame | Where-Object { $_.Fields.vlan -eq 7 } | Select-Object -Last 1).Seq
Set-VMNetworkAdapterVlan $vlan -Untagged
Connect-VMNetworkAdapter $switch -SwitchName LAN
Submit-LabAnswer why $address
Set-LabGuestAddress $address 192.168.0.24
Test-LabNetwork
