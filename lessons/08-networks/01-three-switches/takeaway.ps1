# Windows Server 2012
New-VMSwitch Lab -SwitchType Private
Connect-VMNetworkAdapter test01 -SwitchName Lab
Get-VMNetworkAdapter * | Format-Table VMName, SwitchName, MacAddress
