# check: first
New-LabP2V FILE01 D:\VMs -Version 2007
New-LabP2V WEB01 D:\VMs web-raw -SkipFixUp
Start-VM web-raw
Start-Sleep 30
Submit-LabAnswer driver megasr
Set-Content D:\mptscsi.sys driver
New-LabP2V DOM01 D:\VMs -Offline -DriverPath D:\mptscsi.sys
Submit-LabAnswer stood "$([math]::Floor((Get-LabSourceServer | Where-Object Name -eq DOM01).StoodStill.TotalSeconds))"
New-LabP2V WEB01 D:\VMs
New-LabP2V DESK01 D:\VMs
New-LabV2V VSAPP01 D:\VMs
New-LabV2V ESXDB01 D:\VMs
Submit-LabAnswer left OLD01
Submit-LabAnswer why "$((Get-LabEvent transfer | Where-Object { $_.Fields.action -eq 'mended' -and $_.Fields.vm -eq 'WEB01' } | Select-Object -Last 1).Seq)"
