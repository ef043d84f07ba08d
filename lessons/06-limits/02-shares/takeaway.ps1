# Windows Server 2012
Set-VMProcessor shop -RelativeWeight 300
Set-VMProcessor shop -Reserve 80
Set-VMProcessor report -Maximum 20
Get-VMProcessor shop, report
