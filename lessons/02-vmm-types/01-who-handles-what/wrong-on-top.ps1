# check: type
Invoke-LabInstruction web01 'ADD EAX, 1', 'MOV CR3, EAX'
Invoke-LabInstruction web01 'MOV CR3, EAX' -User
Invoke-LabInstruction root 'MOV CR3, EAX'
Submit-LabAnswer sort '1a 2b 3b 4a'
Submit-LabAnswer type top
