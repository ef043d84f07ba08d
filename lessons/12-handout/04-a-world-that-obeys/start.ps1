New-VM big -MemoryStartupBytes 512MB -NoVHD | Out-Null
if (-not (Get-VMScsiController big)) { Add-VMScsiController big }
