#setting farm
#: a csv report
Get-VM | Select-Object Name, State | Export-Csv D:\vms.csv -NoTypeInformation
Get-Content D:\vms.csv
#> "Name","State"
#> "db01","Running"
#> "test01","Off"
#> "web01","Running"
#> "web02","Off"
#: read it back
Get-VM | Select-Object Name, State | Export-Csv D:\vms.csv -NoTypeInformation
Import-Csv D:\vms.csv | Where-Object State -eq Off | ForEach-Object Name
#> test01
#> web02
#: machines from a csv
'Name,Memory', 'app01,256', 'app02,512' | Set-Content D:\new.csv
Import-Csv D:\new.csv | ForEach-Object { New-VM $_.Name -MemoryStartupBytes ([int]$_.Memory * 1MB) } | Out-Null
(Get-VM app02).MemoryStartup / 1MB
#> 512
#: another delimiter
Get-VM web01 | Select-Object Name, State | ConvertTo-Csv -NoTypeInformation -Delimiter ';'
#> "Name";"State"
#> "web01";"Running"
#: csv from text
$rows = @'
Name,Role
web01,web
db01,sql
'@ | ConvertFrom-Csv
($rows | Where-Object Role -eq sql).Name
#> db01
#: json
[ordered]@{ Name = 'web01'; Cpu = 2 } | ConvertTo-Json -Compress
#> {"Name":"web01","Cpu":2}
#: json of machines
Get-VM web01 | Select-Object Name, @{n='State';e={"$($_.State)"}} | ConvertTo-Json -Compress
#> {"Name":"web01","State":"Running"}
#: json of several
Get-VM web* | Select-Object Name | ConvertTo-Json -Compress
#> [{"Name":"web01"},{"Name":"web02"}]
#: json over lines
@{ Name = 'web01' } | ConvertTo-Json
#> {
#> "Name": "web01"
#> }
#: from json
$c = '{ "name": "app01", "memory": 256, "tags": ["a", "b"] }' | ConvertFrom-Json
$c.name; $c.tags.Count
#> app01
#> 2
#: json into a file
@{ Prefix = 'node'; Count = 2 } | ConvertTo-Json | Set-Content D:\c.json
(Get-Content D:\c.json -Raw | ConvertFrom-Json).Count
#> 2
#: json as a plan
$plan = '[{"n":"a1","mb":256},{"n":"a2","mb":128}]' | ConvertFrom-Json
foreach ($p in $plan) { New-VM $p.n ($p.mb * 1MB) | Out-Null }
(Get-VM a?).Name -join ','
#> a1,a2
#: out-string
(Get-VM web01 | Select-Object Name | Out-String).Trim().Split("`n")[0].Trim()
#> Name
#: a report as text
$report = Get-VM | Sort-Object Name | ForEach-Object { "{0}`t{1}" -f $_.Name, $_.State }
$report | Set-Content D:\r.txt
(Get-Content D:\r.txt)[0]
#> db01	Running
#: a here-string report
$vms = Get-VM
@"
Machines: $($vms.Count)
Running:  $(($vms | Where-Object State -eq Running).Count)
"@
#> Machines: 4
#> Running: 2
#: xml out and in
Get-VM web01 | Select-Object Name | Export-Clixml D:\vm.xml
(Import-Clixml D:\vm.xml).Name
#> web01
#: html
Get-VM web01 | Select-Object Name | ConvertTo-Html -Fragment
#> <table>
#> <colgroup><col/></colgroup>
#> <tr><th>Name</th></tr>
#> <tr><td>web01</td></tr>
#> </table>
#: csv by hand
Get-VM | Sort-Object Name | ForEach-Object { ($_.Name, $_.State, ($_.MemoryStartup / 1MB)) -join ';' }
#> db01;Running;2048
#> test01;Off;1024
#> web01;Running;512
#> web02;Off;512
#: string data
$d = ConvertFrom-StringData "a=1`nb=2"
$d.b
#> 2
