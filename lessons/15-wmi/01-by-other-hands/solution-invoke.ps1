New-VM db01 512MB
New-VM web01 512MB -VHDPath C:\Images\WS2008-x64.vhd
Get-WmiObject -Namespace root\virtualization Msvm_ComputerSystem -Filter 'EnabledState = 3'
Get-WmiObject -Namespace root\virtualization Msvm_ComputerSystem -Filter "ElementName LIKE 'web%'" | Invoke-WmiMethod -Name RequestStateChange -ArgumentList 2
Submit-LabAnswer code begun
Wait-Lab web01 -For Heartbeat
Get-WmiObject -Namespace root\virtualization Msvm_ComputerSystem -Filter 'EnabledState = 2 AND Caption = "Virtual Machine"' | Invoke-WmiMethod -Name RequestStateChange -ArgumentList 32769
Wait-Lab -Seconds 60
Submit-LabAnswer trap refused
