# Windows Server 2008
# Every machine that does not run, by the interface of 2008 (root\virtualization; from 2012 R2 on root\virtualization\v2)
$ns = 'root\virtualization'
Get-WmiObject -Namespace $ns Msvm_ComputerSystem | Where-Object { $_.EnabledState -ne 2 } | Format-Table ElementName, EnabledState
