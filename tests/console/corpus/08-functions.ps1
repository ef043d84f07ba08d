#setting farm
#: a plain function
function Get-OffVM { Get-VM | Where-Object State -eq Off }
(Get-OffVM).Name
#> test01
#> web02
#: with parameters
function Get-Sum($a, $b) { $a + $b }
Get-Sum 2 3
#> 5
#: a param block
function Get-VMByState {
    param([string]$State = 'Running')
    Get-VM | Where-Object { $_.State -eq $State } | ForEach-Object Name
}
Get-VMByState -State Off
#> test01
#> web02
#: a default value
function Hello($Name = 'world') { "Hello, $Name" }
Hello; Hello web01
#> Hello, world
#> Hello, web01
#: typed parameters
function Double([int]$n) { $n * 2 }
Double '21'
#> 42
#: a switch parameter
function Show-VM { param([string]$Name, [switch]$Upper) if ($Upper) { $Name.ToUpper() } else { $Name } }
Show-VM web01 -Upper
#> WEB01
#: a mandatory parameter
function Get-Size { param([Parameter(Mandatory = $true)][string]$Path) "size of $Path" }
Get-Size -Path D:\a
#> size of D:\a
#: pipeline input by value
function Get-Upper { param([Parameter(ValueFromPipeline = $true)][string]$Name) process { $Name.ToUpper() } }
'web01', 'db01' | Get-Upper
#> WEB01
#> DB01
#: pipeline input by property name
function Show-Name { param([Parameter(ValueFromPipelineByPropertyName)][string]$Name) process { "<$Name>" } }
Get-VM web* | Show-Name
#> <web01>
#> <web02>
#: begin, process, end
function Count-Things { begin { $n = 0 } process { $n++ } end { "$n things" } }
Get-VM | Count-Things
#> 4 things
#: the automatic input
function Total { ($input | Measure-Object -Sum).Sum }
1, 2, 3 | Total
#> 6
#: a filter
filter Only-Web { if ($_.Name -like 'web*') { $_.Name } }
Get-VM | Only-Web
#> web01
#> web02
#: args
function Show-Args { $args.Count; $args[0] }
Show-Args a b c
#> 3
#> a
#: a return value
function Test-Running($Name) { return (Get-VM $Name).State -eq 'Running' }
Test-Running web01; Test-Running web02
#> True
#> False
#: a validate set
function Set-Size { param([ValidateSet('Small', 'Large')][string]$Size) $Size }
Set-Size Large
#> Large
#: a wrong value of a set
function Set-Size { param([ValidateSet('Small', 'Large')][string]$Size) $Size }
Set-Size Huge
#x Set-Size : Cannot validate argument on parameter 'Size'.
#: a range of values
function Set-Cpu { param([ValidateRange(1, 4)][int]$Count) $Count }
Set-Cpu 3
#> 3
#: CmdletBinding
function Get-Report { [CmdletBinding()] param([string]$Title) "Report: $Title" }
Get-Report -Title VMs
#> Report: VMs
#: verbose
function Get-Report { [CmdletBinding()] param() Write-Verbose 'working'; 'done' }
Get-Report -Verbose
#> VERBOSE: working
#> done
#: should process
function Remove-Old {
    [CmdletBinding(SupportsShouldProcess = $true)]
    param([string]$Name)
    if ($PSCmdlet.ShouldProcess($Name, 'Remove')) { "removed $Name" }
}
Remove-Old web01 -WhatIf
Remove-Old web01
#> What if: Performing the operation "Remove" on target "web01".
#> removed web01
#: splat the bound parameters
function Inner { param($A, $B) "$A-$B" }
function Outer { param($A, $B) Inner @PSBoundParameters }
Outer -A 1 -B 2
#> 1-2
#: was it given
function Test-It { param($A, $B) $PSBoundParameters.ContainsKey('B') }
Test-It -A 1; Test-It -A 1 -B 2
#> False
#> True
#: a local variable
$x = 1
function Change { $x = 2 }
Change; $x
#> 1
#: a script variable
$x = 1
function Change { $script:x = 2 }
Change; $x
#> 2
#: recursion
function Factorial([int]$n) { if ($n -le 1) { 1 } else { $n * (Factorial ($n - 1)) } }
Factorial 5
#> 120
#: an array parameter
function Join-Names { param([string[]]$Name) $Name -join '|' }
Join-Names web01, web02
#> web01|web02
#: an object back
function Get-Info {
    param([string]$Name)
    $vm = Get-VM $Name
    [pscustomobject]@{ Name = $vm.Name; Up = $vm.State -eq 'Running' }
}
(Get-Info web01).Up
#> True
#: a block as a parameter
function Repeat { param([int]$Times, [scriptblock]$Action) 1..$Times | ForEach-Object { & $Action $_ } }
Repeat 2 { param($i) "turn $i" }
#> turn 1
#> turn 2
#: an alias
Set-Alias vms Get-VM
(vms web01).Name
#> web01
#: New-Alias
New-Alias -Name lsvm -Value Get-VM
lsvm web* | ForEach-Object Name
#> web01
#> web02
#: help for a comment
function Get-Thing {
    <#
    .SYNOPSIS
    Gets a thing.
    #>
    'thing'
}
Get-Thing
#> thing
#: positional after named
function F { param($First, $Second) "$First/$Second" }
F -Second b a
#> a/b
#: parameter sets of the caller
function New-Lab {
    param(
        [string] $Prefix = 'node',
        [int]    $Count  = 2,
        [int64]  $Memory = 256MB
    )
    foreach ($i in 1..$Count) {
        New-VM -Name "$Prefix$i" -MemoryStartupBytes $Memory | Out-Null
    }
    Get-VM "$Prefix*" | Sort-Object Name | ForEach-Object Name
}
New-Lab -Count 3
#> node1
#> node2
#> node3
#: several outputs
function Both { 'a'; 'b' }
$r = Both; $r.Count
#> 2
#: a hashtable of options
function Show { param([hashtable]$Options) $Options.Keys | Sort-Object }
Show @{ b = 1; a = 2 }
#> a
#> b
#: validate not empty
function Get-X { param([ValidateNotNullOrEmpty()][string]$Name) "x$Name" }
Get-X 1
#> x1
#: an alias of a parameter
function Get-Y { param([Alias('Computer')][string]$ComputerName) $ComputerName }
Get-Y -Computer hv01
#> hv01
#: the function exists
function Get-Z { 1 }
Test-Path function:Get-Z
#> True
#: get-command knows it
function Get-Z { 1 }
(Get-Command Get-Z).CommandType
#> Function
