New-VM demo -MemoryStartupBytes 512MB
Start-VM demo
Submit-LabAnswer who-starts root
