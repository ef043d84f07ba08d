# Windows Server 2012
Set-VMNetworkAdapterVlan web01 -Access -VlanId 10
Get-VMNetworkAdapterVlan web01
Set-VMNetworkAdapterVlan web01 -Untagged
