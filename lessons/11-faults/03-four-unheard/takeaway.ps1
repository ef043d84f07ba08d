# Windows Server 2012
Get-VMNetworkAdapter * | Format-Table VMName, SwitchName, Status
Get-VMNetworkAdapterVlan *
Set-VMNetworkAdapterVlan mail -Untagged
Connect-VMNetworkAdapter files -SwitchName LAN
