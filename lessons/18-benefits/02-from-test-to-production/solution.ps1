Test-Connection 192.168.0.1 -Source shop -Count 1
Test-Connection 192.168.0.{{address}} -Source shop -Count 1
Stop-VM shop
Export-VM shop C:\Export
Copy-Item C:\Export\shop \\HV02\C$\Import\shop -Recurse
Import-VM C:\Import\shop -ComputerName HV02
Connect-VMNetworkAdapter shop -SwitchName LAN -ComputerName HV02
Start-VM shop -ComputerName HV02
Wait-Lab shop -ComputerName HV02 -For Heartbeat
Stop-VM {{name}}
Export-VM {{name}} C:\Export2
Copy-Item C:\Export2\{{name}} \\HV02\C$\Import\{{name}} -Recurse
Import-VM C:\Import\{{name}} -ComputerName HV02
Connect-VMNetworkAdapter {{name}} -SwitchName LAN -ComputerName HV02
Start-VM {{name}} -ComputerName HV02
Wait-Lab {{name}} -ComputerName HV02 -For Heartbeat
Start-Sleep 5
Submit-LabAnswer why "$((Get-LabEvent transfer | Where-Object { $_.Fields.action -eq 'imported' } | Select-Object -Last 1).Seq)"
