# check: times
$disk = '{{disk}}'
$sum, $deaf = @('shop', 'mail', 'files' | Where-Object { $_ -ne '{{disk}}' })[{{turn}}, (1 - {{turn}})]
foreach ($vm in $disk, $sum, $deaf) { Start-LabWorkload $vm -Kind Processor -Milliseconds 2000 }
Submit-LabAnswer slow-sum $sum
Submit-LabAnswer times 20
Set-VMProcessor $sum -Maximum 100
Start-LabWorkload $sum -Kind Processor -Milliseconds 2000
Start-LabGuestService $deaf vmicshutdown
Wait-Lab -Seconds 2
Stop-VM $deaf
Install-LabIntegrationService $disk
Wait-Lab $disk -For Heartbeat
Start-LabWorkload $disk -Operation Write -Count 16
Submit-LabAnswer why (Get-LabEvent guest.driver -VM $disk | Where-Object { $_.Fields.driver -eq 'ide:0:0' -and $_.Fields.state -eq 'ready' } | Select-Object -First 1).Seq
