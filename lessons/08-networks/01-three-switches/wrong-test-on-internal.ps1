# check: isolated
New-VMSwitch Lab -SwitchType Private
Connect-VMNetworkAdapter web01, test01 -SwitchName Lab
Set-LabGuestAddress web01 192.168.0.21
Set-LabGuestAddress test01 192.168.0.22
Test-LabNetwork
New-VMSwitch Inside -SwitchType Internal
Connect-VMNetworkAdapter web01, test01 -SwitchName Inside
New-VMSwitch Office -NetAdapterName 'Local Area Connection 2'
Connect-VMNetworkAdapter web01 -SwitchName Office
Stop-VM web01
Add-VMNetworkAdapter web01 -SwitchName Inside
Submit-LabAnswer match '1b 2a 3c'
