# check: running
New-VM demo -MemoryStartupBytes 512MB
Submit-LabAnswer who-starts root
