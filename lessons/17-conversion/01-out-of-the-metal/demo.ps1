Get-LabSourceServer
New-LabP2V FILE01 D:\VMs -Version 2008
New-LabP2V WEB01 D:\VMs web-raw -SkipFixUp
Start-VM web-raw
Start-Sleep 30
vmconnect localhost web-raw
