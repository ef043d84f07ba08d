# check: native
1..14 | ForEach-Object { New-VM "cms$_" 32MB -NoVHD | Out-Null; Start-VM "cms$_" }
Submit-LabAnswer page ((Get-LabGuestView web01 | Where-Object Aspect -eq memory).True -replace '.* is page ' -replace ' .*')
Invoke-LabInstruction web01 'IN AL, 0xCF8', 'MOV [0xFED00000], EAX'
Submit-LabAnswer native 0
Invoke-LabInstruction web01 'SUB EAX, 1', 'CMP EAX, 1', 'JMP 5', 'RDTSC', 'STI', 'INVLPG', 'WRMSR', 'HLT'
Invoke-LabInstruction root 'IN AL, 0xCF8', 'MOV [0xFED00000], EAX'
Submit-LabAnswer root control
Submit-LabAnswer betrayed (Get-LabEvent hypercall -VM web01 -First 1).Seq
