# check: nobody
New-VM shop -MemoryStartupBytes 512MB -VHDPath C:\Images\WS2008-x64.vhd
Start-VM shop
Wait-Lab -Seconds 20
Submit-LabAnswer bits 32
Stop-VM shop -TurnOff
Submit-LabAnswer most 1
Invoke-LabInstruction old 'MOV CR3, EAX', 'VMCALL PostMessage' -User
Submit-LabAnswer switches 188
New-VM acct -MemoryStartupBytes 512MB -VHDPath C:\Images\WS2008-x86.vhd
Start-VM acct
Wait-Lab acct
Submit-LabAnswer exits 24
Start-LabWorkload acct -Operation Write -Count 10
Submit-LabAnswer why host
