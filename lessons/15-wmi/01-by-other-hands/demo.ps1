New-VM web01 512MB -VHDPath C:\Images\WS2008-x64.vhd
Get-WmiObject -Namespace root\virtualization -Query "SELECT ElementName, EnabledState FROM Msvm_ComputerSystem WHERE EnabledState = 3"
$vm = Get-WmiObject -Namespace root\virtualization Msvm_ComputerSystem -Filter "ElementName = 'web01'"
$vm.RequestStateChange(2)
Wait-Lab web01 -For Heartbeat
$vm.RequestStateChange(2)
