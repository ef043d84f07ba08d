# check: promise
Start-LabWorkload shop -Kind Processor -Milliseconds 4000
Start-LabWorkload report -Kind Processor -Milliseconds 90000 -NoWait
Start-LabWorkload shop -Kind Processor -Milliseconds 4000
Set-VMProcessor shop -RelativeWeight 300
Start-LabWorkload shop -Kind Processor -Milliseconds 4000
Wait-Lab report -For Idle
Set-VMProcessor report -Maximum 20
Start-LabWorkload report -Kind Processor -Milliseconds 4000
Submit-LabAnswer idle slow
Set-VMProcessor report -Maximum 100
Submit-LabAnswer pairs '1c 2a 3b'
