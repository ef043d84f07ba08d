# check: defined
New-VM other -MemoryStartupBytes 512MB
Start-VM other
Submit-LabAnswer who-starts root
