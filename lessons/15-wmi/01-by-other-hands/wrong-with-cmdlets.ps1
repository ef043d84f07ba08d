# check: started
New-VM web01 512MB -VHDPath C:\Images\WS2008-x64.vhd
New-VM db01 512MB
Get-WmiObject -Namespace root\virtualization -Query "SELECT ElementName, EnabledState FROM Msvm_ComputerSystem WHERE EnabledState = 3"
Start-VM web01
Submit-LabAnswer code begun
Submit-LabAnswer trap refused
