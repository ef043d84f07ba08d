# Windows Server 2012
Stop-VM shop
Export-VM shop C:\Export
Import-VM C:\Export\shop
Connect-VMNetworkAdapter shop -SwitchName LAN
