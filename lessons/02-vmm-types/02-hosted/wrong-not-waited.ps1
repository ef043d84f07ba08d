# check: made
New-VM old -MemoryStartupBytes 512MB -VHDPath C:\Images\NT4.vhd
Start-VM old
Submit-LabAnswer products '1a 2b 3a 4b 5a'
