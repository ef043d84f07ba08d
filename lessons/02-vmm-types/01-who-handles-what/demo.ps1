Invoke-LabInstruction web01 'ADD EAX, 1'
Invoke-LabInstruction web01 'MOV CR3, EAX'
Invoke-LabInstruction web01 'MOV CR3, EAX' -User
Invoke-LabInstruction root 'MOV CR3, EAX'
Get-LabEvent instruction | ForEach-Object Fields | Format-Table text, level, way
