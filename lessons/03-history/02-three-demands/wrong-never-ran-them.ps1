# check: ran
1..14 | ForEach-Object { New-VM "cms$_" 32MB -NoVHD | Out-Null; Start-VM "cms$_" }
Submit-LabAnswer page ((Get-LabGuestView web01 | Where-Object Aspect -eq memory).True -replace '.* is page ' -replace ' .*')
Invoke-LabInstruction web01 'IN AL, 0xCF8', 'MOV [0xFED00000], EAX'
Submit-LabAnswer native 5
Invoke-LabInstruction root 'IN AL, 0xCF8', 'MOV [0xFED00000], EAX'
Submit-LabAnswer root control
Submit-LabAnswer betrayed (Get-LabEvent hypercall -VM web01 -First 1).Seq
