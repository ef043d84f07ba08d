# en: This is not Hyper-V: it is Virtual Server 2005 on Windows. We start a guest, and ask for its partition.
# de: Das ist nicht Hyper-V, sondern Virtual Server 2005 auf Windows. Wir starten einen Gast und fragen nach seiner Partition.
New-VM old -MemoryStartupBytes 512MB -VHDPath C:\Images\NT4.vhd
Start-VM old
Wait-Lab old
Get-LabPartition # refused

# en: Four blocks are written. Who has to be asked on the way?
# de: Vier Blöcke werden geschrieben. Wer muss unterwegs gefragt werden?
# poll: guess-switch
Start-LabWorkload old -Operation Write -Count 4
Get-LabEvent -Last 40 | Group-Object Kind | Format-Table Count, Name
