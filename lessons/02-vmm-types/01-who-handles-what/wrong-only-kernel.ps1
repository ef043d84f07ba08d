# check: refused
Invoke-LabInstruction web01 'ADD EAX, 1', 'MOV CR3, EAX', 'CPUID', 'HLT'
Invoke-LabInstruction root 'MOV CR3, EAX'
Submit-LabAnswer sort '1a 2b 3b 4a'
Submit-LabAnswer type below
