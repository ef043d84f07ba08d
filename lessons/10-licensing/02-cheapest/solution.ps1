Submit-LabAnswer match '1a 2c 3b'
Submit-LabAnswer tip (1..20 | Where-Object { (Measure-LabLicense -Instance $_ -Sockets 2 | Where-Object Way -eq Cheapest).Set -eq '2 Datacenter' })[0]
if ({{many}} -le 7) { Add-LabLicense Standard -Count ({{many}} - 4) } else { Add-LabLicense Datacenter -Count 2 }
Submit-LabAnswer moves nothing
