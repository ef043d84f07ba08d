# Four machines, two of them running; two switches.
New-VMSwitch Lan -SwitchType Internal | Out-Null
New-VMSwitch Lab -SwitchType Private | Out-Null
New-VM db01 2GB -SwitchName Lab | Out-Null
New-VM test01 1GB | Out-Null
New-VM web01 512MB -SwitchName Lan | Out-Null
New-VM web02 512MB -SwitchName Lan | Out-Null
Start-VM db01, web01
