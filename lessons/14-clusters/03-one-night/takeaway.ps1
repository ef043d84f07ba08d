# Windows Server 2012
# What runs where at this moment, and how many of it at most if a node fails
Get-ClusterNode
Get-ClusterGroup | Group-Object OwnerNode | Format-Table Name, Count
