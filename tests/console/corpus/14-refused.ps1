#setting farm
#: a workflow
workflow Start-All { Get-VM | Start-VM }
#! workflow
#= function Start-All { Get-VM | Where-Object State -eq Off | Start-VM }
#= Start-All; (Get-VM test01).State
#> Running
#: parallel
foreach -parallel ($vm in Get-VM) { $vm.Name }
#! foreach -parallel
#= foreach ($vm in Get-VM web01) { $vm.Name }
#> web01
#: a class
class Server { [string]$Name }
#! class
#= $server = [pscustomobject]@{ Name = 'web01' }; $server.Name
#> web01
#: an enum
enum Size { Small; Large }
#! enum
#= $sizes = @{ Small = 0; Large = 1 }; $sizes.Large
#> 1
#: using
using namespace System.IO
#! using
#= [System.IO.Path]::GetExtension('a.vhd')
#> .vhd
#: a trap
trap { 'caught' } Get-VM nope -ErrorAction Stop
#! trap
#= try { Get-VM nope -ErrorAction Stop } catch { 'caught' }
#> caught
#: a background job
Start-Job { Get-VM }
#! Start-Job
#= & { (Get-VM).Count }
#> 4
#: another computer's session
Invoke-Command -ComputerName hv02 -ScriptBlock { Get-VM }
#! Invoke-Command
#= & { (Get-VM web01).Name }
#> web01
#: wmi the old way
Get-CimInstance Win32_OperatingSystem
#! Get-CimInstance
#= (Get-VMHost).Name
#> HV01
#: code from a string
Invoke-Expression 'Get-VM web01'
#! Invoke-Expression
#= & 'Get-VM' web01 | ForEach-Object Name
#> web01
#: a C# type
Add-Type -TypeDefinition 'public class A {}'
#! Add-Type
#= [pscustomobject]@{ Kind = 'A' } | ForEach-Object Kind
#> A
#: a grid
Get-VM | Out-GridView
#! Out-GridView
#= Get-VM web01 | Format-Table Name
#> Name
#> ----
#> web01
#: the stop-parsing sign
Get-VM --% web01
#! --%
#= (Get-VM 'web01').Name
#> web01
#: the ternary of later versions
(Get-VM).Count -gt 3 ? 'many' : 'few'
#! ?
#= if ((Get-VM).Count -gt 3) { 'many' } else { 'few' }
#> many
#: and-and of later versions
Get-VM web01 && 'ok'
#! &&
#= Get-VM web01 | Out-Null; if ($?) { 'ok' }
#> ok
#: null coalescing of later versions
$x ?? 'none'
#! ??
#= if ($null -eq $x) { 'none' } else { $x }
#> none
#: a program
ipconfig /all
#! ipconfig
#= (Get-NetAdapter | Select-Object -First 1).Name
#> Local Area Connection
#: a look-behind
'web01' -match '(?<=web)\d+'
#! (?<=
#= 'web01' -match 'web(\d+)' | Out-Null; $Matches[1]
#> 01
#: a random number
Get-Random -Maximum 10
#! Get-Random
#= (Get-Date).Second % 10 -lt 10
#> True
#: asking
$name = Read-Host 'Name'
#! Read-Host
#= $name = 'web01'; $name
#> web01
