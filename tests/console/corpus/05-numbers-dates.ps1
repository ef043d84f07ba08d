#setting empty
#: sizes
1KB; 1MB; 1GB
#> 1024
#> 1048576
#> 1073741824
#: sizes add up
512MB + 512MB -eq 1GB
#> True
#: in gigabytes
[math]::Round(1500MB / 1GB, 2)
#> 1.46
#: whole division
[math]::Floor(7 / 2)
#> 3
#: rounding up
[math]::Ceiling(7 / 2)
#> 4
#: a remainder
17 % 5
#> 2
#: powers
[math]::Pow(2, 16)
#> 65536
#: a cast rounds to even
[int]2.5; [int]3.5
#> 2
#> 4
#: a string becomes a number
[int]'42' + 1
#> 43
#: the left side decides
'4' + 2; 4 + '2'
#> 42
#> 6
#: maximum and minimum
[math]::Max(3, 8); [math]::Min(3, 8)
#> 8
#> 3
#: sum
(1..10 | Measure-Object -Sum).Sum
#> 55
#: average
(1, 2, 6 | Measure-Object -Average).Average
#> 3
#: a range backwards
(5..1) -join ','
#> 5,4,3,2,1
#: even ones
1..10 | Where-Object { $_ % 2 -eq 0 } | ForEach-Object { $_ }
#> 2
#> 4
#> 6
#> 8
#> 10
#: increments
$i = 0; $i++; $i += 5; $i
#> 6
#: is it a number
'12' -as [int]; $null -eq ('x' -as [int])
#> 12
#> True
#: types
(5).GetType().Name; (5GB).GetType().Name; (5.5).GetType().Name; 'x'.GetType().Name
#> Int32
#> Int64
#> Double
#> String
#: hexadecimal numbers
0xFF
#> 255
#: a cast to hexadecimal
[Convert]::ToString(255, 16)
#> ff
#: binary
[Convert]::ToString(10, 2)
#> 1010
#: bits
6 -band 3; 6 -bor 1; 1 -shl 4
#> 2
#> 7
#> 16
#: today
Get-Date -Format 'yyyy-MM-dd'
#> 2008-06-22
#: a time stamp for a file name
"backup-$(Get-Date -Format 'yyyyMMdd-HHmmss').vhd"
#> backup-20080622-000000.vhd
#: tomorrow
(Get-Date).AddDays(1).ToString('yyyy-MM-dd')
#> 2008-06-23
#: a week ago
(Get-Date).AddDays(-7).ToString('dd.MM.yyyy')
#> 15.06.2008
#: in two hours
(Get-Date).AddHours(2).Hour
#> 2
#: the weekday
(Get-Date).DayOfWeek
#> Sunday
#: parts
$d = Get-Date; "$($d.Year)/$($d.Month)/$($d.Day)"
#> 2008/6/22
#: a date from a string
[datetime]'2008-06-26' -gt (Get-Date)
#> True
#: days between
([datetime]'2008-06-26' - (Get-Date)).Days
#> 4
#: a span
(New-TimeSpan -Start (Get-Date) -End '2008-06-22 06:30').TotalMinutes
#> 390
#: a span by hours
(New-TimeSpan -Hours 1 -Minutes 30).TotalMinutes
#> 90
#: a span printed
"$(New-TimeSpan -Seconds 3725)"
#> 01:02:05
#: a span from a string
[timespan]'1.02:03:04' | Select-Object -ExpandProperty Days
#> 1
#: a span of minutes
[timespan]::FromMinutes(90).TotalHours
#> 1.5
#: waiting
Start-Sleep -Seconds 90
Get-Date -Format 'HH:mm:ss'
#> 00:01:30
#: waiting shorter
Start-Sleep -Milliseconds 2500; (Get-Date).Second
#> 2
#: until a time
$end = (Get-Date).AddMinutes(2)
$turns = 0
while ((Get-Date) -lt $end) { Start-Sleep -Seconds 30; $turns++ }
$turns
#> 4
#: a date in a string
'Report of {0:yyyy-MM-dd}' -f (Get-Date)
#> Report of 2008-06-22
#: the month's name
(Get-Date).ToString('MMMM')
#> June
#: the first of the month
(Get-Date -Day 1).ToString('yyyy-MM-dd')
#> 2008-06-01
#: midnight
(Get-Date).AddHours(5).Date.ToString('HH:mm')
#> 00:00
#: how long it took
$before = Get-Date
Start-Sleep 5
((Get-Date) - $before).TotalSeconds
#> 5
#: measured
(Measure-Command { Start-Sleep -Seconds 3 }).Seconds
#> 3
#: dates sorted
'2008-03-01', '2008-01-01', '2008-02-01' | ForEach-Object { [datetime]$_ } | Sort-Object | ForEach-Object { $_.Month }
#> 1
#> 2
#> 3
#: short date
(Get-Date).ToShortDateString()
#> 6/22/2008
#: date into table
[pscustomobject]@{ When = (Get-Date).ToString('s') }
#> When
#> ----
#> 2008-06-22T00:00:00
#: a comparison of versions
[version]'6.1.7600' -gt [version]'6.0.6001'
#> True
#: random-free guid check
[guid]::Empty.ToString()
#> 00000000-0000-0000-0000-000000000000
#: division by zero
1 / 0
#x Attempted to divide by zero.
#: a letter is no number
[int]'abc'
#x Cannot convert value "abc" to type "System.Int32". Error: "Input string was not in a correct format."
