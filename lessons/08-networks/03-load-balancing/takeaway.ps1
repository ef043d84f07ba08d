# Windows Server 2012
Stop-VM web01
Set-VMNetworkAdapter web01 -StaticMacAddress 00155D000101
Start-VM web01
Get-VMNetworkAdapter web01 | Format-Table VMName, MacAddress, DynamicMacAddressEnabled
