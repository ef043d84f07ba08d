New-VM big -MemoryStartupBytes 512MB -NoVHD | Out-Null
foreach ($number in 1..4) {
    New-VHD "D:\node$number.vhd" -ParentPath C:\Images\WS2008-x64.vhd -Differencing | Out-Null
    New-VM "node$number" -MemoryStartupBytes 2GB -VHDPath "D:\node$number.vhd" | Out-Null
}
