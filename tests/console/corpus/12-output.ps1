#setting farm
#: Format-Table
Get-VM | Sort-Object Name | Format-Table Name, State -AutoSize
#> Name State
#> ---- -----
#> db01 Running
#> test01 Off
#> web01 Running
#> web02 Off
#: without headers
Get-VM web* | Format-Table Name -HideTableHeaders
#> web01
#> web02
#: ft with a calculated column
Get-VM db01 | ft Name, @{Label='Memory(GB)';Expression={$_.MemoryAssigned/1GB}} -AutoSize
#> Name Memory(GB)
#> ---- ----------
#> db01 2
#: a format in a column
Get-VM db01 | ft Name, @{n='GB';e={$_.MemoryAssigned/1GB};f='N2'} -AutoSize
#> Name GB
#> ---- --
#> db01 2.00
#: Format-List
Get-VM web01 | fl Name, State
#> Name : web01
#> State : Running
#: Format-Wide
'x' | Select-Object @{n='A';e={1}} | Format-Wide A -Column 1
#> 1
#: Write-Host
Write-Host 'Machines:' 4
#> Machines: 4
#: Write-Host in colours
Write-Host 'ready' -ForegroundColor Green
#> ready
#: Write-Host without a new line
Write-Host 'a' -NoNewline; Write-Host 'b'
#> ab
#: Write-Output
Write-Output 'a' 'b'
#> a
#> b
#: echo
echo hello
#> hello
#: out-null
Get-VM | Out-Null
#: void
[void](Get-VM)
'quiet'
#> quiet
#: verbose off
Write-Verbose 'detail'; 'x'
#> x
#: verbose on
$VerbosePreference = 'Continue'
Write-Verbose 'detail'
#> VERBOSE: detail
#: grouped
Get-VM | Sort-Object State, Name | Format-Table Name -GroupBy State
#> State: Running
#> Name
#> ----
#> db01
#> web01
#> State: Off
#> Name
#> ----
#> test01
#> web02
#: default view of a machine has its columns
((Get-VM web01 | Out-String) -split "`r?`n" | Where-Object { $_ -match 'Name' }) -replace '\s+', ' '
#> Name State CPUUsage(%) MemoryAssigned(M) Uptime Status Version
#: an object of two
[pscustomobject]@{ VM = 'web01'; MB = 512 }
#> VM MB
#> -- --
#> web01 512
#: five properties become a list
[pscustomobject]@{ A = 1; B = 2; C = 3; D = 4; E = 5 }
#> A : 1
#> B : 2
#> C : 3
#> D : 4
#> E : 5
#: booleans
$true; $false
#> True
#> False
#: a span
New-TimeSpan -Minutes 5 | Select-Object -ExpandProperty TotalSeconds
#> 300
#: an array of booleans
(Get-VM web*).ForEach({ $_.State -eq 'Running' })
#> True
#> False
#: table of a hashtable
$h = [ordered]@{ web = 2; db = 1 }
$h
#> Name Value
#> ---- -----
#> web 2
#> db 1
#: members
(Get-VM web01 | Get-Member -Name State).MemberType
#> Property
#: members of a string
('x' | Get-Member -Name ToUpper).Name
#> ToUpper
#: commands by noun
(Get-Command Get-VMSnapshot).Noun
#> VMSnapshot
#: commands by pattern
Get-Command Save-V* | ForEach-Object Name
#> Save-VM
#: what is the alias
(Get-Alias ft).Definition
#> Format-Table
#: the name of a type
(Get-VM web01).GetType().Name
#> VirtualMachine
#: property names
(Get-VM web01 | Select-Object Name, State).PSObject.Properties.Name
#> Name
#> State
#: all properties of one
(Get-VM web01 | Select-Object *).Name
#> web01
#: variables
Set-Variable -Name limit -Value 5; $limit
#> 5
#: remove a variable
$x = 1; Remove-Variable x; $null -eq $x
#> True
#: an environment variable
$env:COMPUTERNAME
#> HV01
#: the PowerShell
$PSVersionTable.PSVersion.Major -ge 2
#> True
#: history
Get-VM web01 | Out-Null
(Get-History | Select-Object -Last 1).CommandLine -like 'Get-VM*'
#> True
#: sum with a unit
'{0:N1} GB' -f ((Get-VM | Measure-Object MemoryStartup -Sum).Sum / 1GB)
#> 4.0 GB
#: the percentage
$running = @(Get-VM | Where-Object State -eq Running).Count
'{0:P0} running' -f ($running / @(Get-VM).Count)
#> 50 % running
#: ping
Test-Connection 192.168.0.1 -Count 1 -Quiet
#> True
#: ping a dead one
Test-Connection 192.168.0.77 -Count 1 -Quiet
#> False
#: a beep of a list
1..3 | ForEach-Object { "$_" } | Out-String -Stream
#> 1
#> 2
#> 3
#: read a prompt's answer
$answer = 'y'
if ($answer -match '^(y|yes)$') { 'go' }
#> go
