# check: asked
New-VM web01 512MB -VHDPath C:\Images\WS2008-x64.vhd
Get-WmiObject -Namespace root\virtualization Msvm_ComputerSystem
Submit-LabAnswer code begun
Submit-LabAnswer trap refused
