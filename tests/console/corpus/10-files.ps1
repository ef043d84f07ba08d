#setting empty
#: is it there
Test-Path C:\Images\NT4.vhd
#> True
#: make a folder if missing
if (-not (Test-Path D:\VMs)) { New-Item -Path D:\VMs -ItemType Directory | Out-Null }
Test-Path D:\VMs
#> True
#: md
md D:\VMs | Out-Null; Test-Path D:\VMs -PathType Container
#> True
#: write and read
Set-Content D:\a.txt 'one', 'two'
Get-Content D:\a.txt
#> one
#> two
#: add a line
'first' | Set-Content D:\log.txt
'second' | Add-Content D:\log.txt
(Get-Content D:\log.txt).Count
#> 2
#: redirect
'a', 'b' > D:\a.txt
Get-Content D:\a.txt
#> a
#> b
#: redirect and append
'a' > D:\a.txt; 'b' >> D:\a.txt
(Get-Content D:\a.txt) -join '+'
#> a+b
#: Out-File
1..3 | Out-File D:\n.txt
Get-Content D:\n.txt | Select-Object -Last 1
#> 3
#: append with Out-File
'x' | Out-File D:\n.txt; 'y' | Out-File D:\n.txt -Append
Get-Content D:\n.txt
#> x
#> y
#: a log function
function Write-Log($Text) { Add-Content -Path D:\lab.log -Value ('{0:HH:mm} {1}' -f (Get-Date), $Text) }
Write-Log 'start'; Start-Sleep 60; Write-Log 'end'
Get-Content D:\lab.log
#> 00:00 start
#> 00:01 end
#: names from a file
'app01', 'app02' | Set-Content D:\names.txt
Get-Content D:\names.txt | ForEach-Object { New-VM $_ 256MB } | ForEach-Object Name
#> app01
#> app02
#: raw
'a', 'b' | Set-Content D:\a.txt
(Get-Content D:\a.txt -Raw) -match 'a\r\nb'
#> True
#: the first lines
1..9 | Set-Content D:\n.txt
Get-Content D:\n.txt -TotalCount 2
#> 1
#> 2
#: the last lines
1..9 | Set-Content D:\n.txt
Get-Content D:\n.txt -Tail 1
#> 9
#: disk files by size
Get-ChildItem C:\Images\*.vhd | Sort-Object Length | Select-Object -First 1 | ForEach-Object { $_.Name }
#> NT4.vhd
#: names only
Get-ChildItem C:\Images -Name
#> NT4.vhd
#> WS2008-x64.vhd
#> WS2012-x64.vhd
#: base names
(dir C:\Images\*.vhd).BaseName
#> NT4
#> WS2008-x64
#> WS2012-x64
#: count of files
(Get-ChildItem C:\Images -Recurse -File | Measure-Object).Count
#> 3
#: total size above a megabyte
(Get-ChildItem C:\Images -Recurse | Measure-Object Length -Sum).Sum -gt 1MB
#> True
#: folders
Get-ChildItem C:\ -Directory | Where-Object Name -eq Images | ForEach-Object FullName
#> C:\Images
#: is it a folder
(Get-Item C:\Images).PSIsContainer
#> True
#: copy
Copy-Item C:\Images\NT4.vhd D:\nt.vhd
Test-Path D:\nt.vhd
#> True
#: copy for several machines
foreach ($n in 'a', 'b') { Copy-Item C:\Images\NT4.vhd "D:\$n.vhd" }
(dir D:\*.vhd).Name -join ' '
#> a.vhd b.vhd
#: move
'x' > D:\a.txt
Move-Item D:\a.txt D:\b.txt
(Test-Path D:\a.txt), (Test-Path D:\b.txt)
#> False
#> True
#: rename
'x' > D:\a.txt
Rename-Item D:\a.txt b.txt
Get-ChildItem D:\ -Name
#> b.txt
#: delete
'x' > D:\a.txt; del D:\a.txt; Test-Path D:\a.txt
#> False
#: what if
'x' > D:\a.txt
Remove-Item D:\a.txt -WhatIf
#> What if: Performing the operation "Remove File" on target "D:\a.txt".
#: delete a folder
md D:\x\y | Out-Null
Remove-Item D:\x -Recurse -Force
Test-Path D:\x
#> False
#: join a path
Join-Path D:\VMs web01.vhd
#> D:\VMs\web01.vhd
#: join and use
$folder = 'D:\VMs'; $name = 'web01'
Join-Path $folder "$name.vhd"
#> D:\VMs\web01.vhd
#: split a path
Split-Path D:\VMs\web01.vhd -Leaf; Split-Path D:\VMs\web01.vhd -Parent
#> web01.vhd
#> D:\VMs
#: base name by .NET
[System.IO.Path]::GetFileNameWithoutExtension('D:\VMs\web01.vhd')
#> web01
#: the extension
[IO.Path]::GetExtension('D:\VMs\web01.vhd')
#> .vhd
#: combine by .NET
[IO.Path]::Combine('D:\VMs', 'web01.vhd')
#> D:\VMs\web01.vhd
#: go somewhere
Set-Location C:\Images
(Get-Location).Path
#> C:\Images
#: there and back
Push-Location C:\Images; Pop-Location
(Get-Location).Path -ne 'C:\Images'
#> True
#: a script file
'function Get-Answer { 42 }' | Set-Content D:\tools.ps1
. D:\tools.ps1
Get-Answer
#> 42
#: a script with parameters
'param($Name) "hello $Name"' | Set-Content D:\hello.ps1
& D:\hello.ps1 -Name web01
#> hello web01
#: tee into a file
1..3 | Tee-Object D:\t.txt | Measure-Object | ForEach-Object Count
(Get-Content D:\t.txt).Count
#> 3
#> 3
#: search in a file
'ok', 'error: disk', 'ok' | Set-Content D:\l.txt
Select-String -Path D:\l.txt -Pattern 'error' | ForEach-Object { $_.Line }
#> error: disk
#: search in lines
'web01 up', 'db01 down' | Select-String 'down' | ForEach-Object { $_.LineNumber }
#> 2
#: search with where
Set-Content D:\l.txt 'ok', 'error'
Get-Content D:\l.txt | Where-Object { $_ -match 'error' }
#> error
#: a missing file
Get-Content D:\no.txt
#x Get-Content : Cannot find path 'D:\no.txt' because it does not exist.
#: clear
'x' > D:\a.txt; Clear-Content D:\a.txt; (Get-Item D:\a.txt).Length
#> 0
#: an empty file
New-Item D:\e.txt -ItemType File | Out-Null; (Get-Item D:\e.txt).Length
#> 0
#: free space by drive
(Get-PSDrive D).Free -gt 200GB
#> True
