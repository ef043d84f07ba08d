# check: processes
Add-LabFault HungGuest shop
Start-LabWorkload mail -Operation Write -Count 4
Add-LabFault ServiceSilent files ide:0:0
Start-LabWorkload files -Operation Write -Count 1 -NoWait
Start-LabWorkload mail -Operation Write -Count 4
Submit-LabAnswer processes 1
Add-LabFault RootCrash
Wait-Lab -Seconds 150
Submit-LabAnswer returned 3
Set-VM mail -AutomaticStartAction Nothing
Add-LabFault RootCrash
Wait-Lab -Seconds 150
Submit-LabAnswer why (Get-LabEvent fault | Where-Object { $_.Fields.fault -eq 'RootCrash' -and $_.Fields.action -eq 'added' } | Select-Object -Last 1).Seq
