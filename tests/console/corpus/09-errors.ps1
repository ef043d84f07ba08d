#setting farm
#: catch
try { Get-VM nope -ErrorAction Stop } catch { 'not found' }
#> not found
#: the message
try { Get-VM nope -ErrorAction Stop } catch { $_.Exception.Message }
#> Hyper-V was unable to find a virtual machine with name "nope".
#: finally
try { 'work' } finally { 'tidy' }
#> work
#> tidy
#: throw
try { throw 'no room' } catch { "Error: $_" }
#> Error: no room
#: throw unhandled
function Check($n) { if ($n -gt 5) { throw "too big: $n" } }
Check 9
#x too big: 9
#: silently
Get-VM nope -ErrorAction SilentlyContinue
$?
#> False
#: the short form
Get-VM nope -EA 0; 'after'
#> after
#: the last error
Get-VM nope -ErrorAction SilentlyContinue
$Error[0].Exception.Message
#> Hyper-V was unable to find a virtual machine with name "nope".
#: an error variable
Get-VM nope -ErrorVariable problems -ErrorAction SilentlyContinue
$problems.Count
#> 1
#: go on after an error
foreach ($n in 'web01', 'nope', 'web02') { (Get-VM $n -ErrorAction SilentlyContinue).Name }
#> web01
#> web02
#: count the failures
$failed = 0
foreach ($n in 'web01', 'nope') { try { Get-VM $n -ErrorAction Stop | Out-Null } catch { $failed++ } }
$failed
#> 1
#: the preference
$ErrorActionPreference = 'Stop'
try { Get-VM nope } catch { 'stopped' }
#> stopped
#: nothing went wrong
Get-VM web01 | Out-Null; $?
#> True
#: clear the errors
Get-VM nope -ErrorAction SilentlyContinue
$Error.Clear(); $Error.Count
#> 0
#: to nothing
Get-VM nope 2>$null; 'after'
#> after
#: an error of one's own
Write-Error 'Something is wrong'
#x Write-Error 'Something is wrong' : Something is wrong
#: an error of one's own, caught
try { Write-Error 'bad' -ErrorAction Stop } catch { "caught: $($_.Exception.Message)" }
#> caught: bad
#: a warning
Write-Warning 'low memory'
#> WARNING: low memory
#: a typed catch
try { 1 / 0 } catch [System.DivideByZeroException] { 'zero' } catch { 'other' }
#> zero
#: another typed catch
try { [int]'x' } catch [System.Management.Automation.RuntimeException] { 'cast' }
#> cast
#: rethrow
try { try { throw 'inner' } catch { throw } } catch { "outer: $_" }
#> outer: inner
#: the error id
try { Get-VM nope -ErrorAction Stop } catch { $_.FullyQualifiedErrorId.Split(',')[0] }
#> InvalidParameter
#: its category
try { Get-VM nope -ErrorAction Stop } catch { "$($_.CategoryInfo.Category)" }
#> InvalidArgument
#: trap with a message
$result = try { [int]'12x' } catch { -1 }
$result
#> -1
#: retry
$n = 0
do { try { $n++; if ($n -lt 3) { throw 'not yet' }; $done = $true } catch { $done = $false } } until ($done)
$n
#> 3
#: an unknown command
Get-VMX
#x Get-VMX : The term 'Get-VMX' is not recognized as the name of a cmdlet, function, script file, or operable program.
#: an unknown parameter
Get-VM -Colour red
#x Get-VM : A parameter cannot be found that matches parameter name 'Colour'.
#: a method that is not there
'abc'.Foo()
#x Method invocation failed because [System.String] does not contain a method named 'Foo'.
#: nothing has no methods
$x = $null
$x.ToUpper()
#x You cannot call a method on a null-valued expression.
#: nothing has no elements
$x = $null
$x[0]
#x Cannot index into a null array.
#: a parameter without a value
Get-VM -Name
#x Get-VM : Missing an argument for parameter 'Name'.
#: a missing brace
if ($true) { 'x'
#x Missing closing '}' in statement block
#: the wrong kind of value
Set-VMProcessor test01 -Count many
#x Set-VMProcessor : Cannot bind parameter 'Count'.
#: exit code of a script
if (-not (Get-VM web09 -ErrorAction SilentlyContinue)) { Write-Warning 'no web09' }
#> WARNING: no web09
#: errors in a list
'web01', 'x1', 'x2' | ForEach-Object { Get-VM $_ -ErrorAction SilentlyContinue -ErrorVariable +bad } | Out-Null
$bad.Count
#> 2
#: the name of the exception's type
try { 1 / 0 } catch { $_.Exception.GetType().Name }
#> RuntimeException
#: the inner exception
try { 1 / 0 } catch { $_.Exception.InnerException.GetType().Name }
#> DivideByZeroException
#: where it was
try { throw 'x' } catch { $_.InvocationInfo.ScriptLineNumber }
#> 1
#: a throw of an object
try { throw [System.ArgumentException]'bad value' } catch [System.ArgumentException] { "argument: $($_.Exception.Message)" }
#> argument: bad value
#: a warning kept
Write-Warning 'careful' -WarningVariable w -WarningAction SilentlyContinue
"$w"
#> careful
#: ignore
Get-VM nope -ErrorAction Ignore; 'still here'
#> still here
