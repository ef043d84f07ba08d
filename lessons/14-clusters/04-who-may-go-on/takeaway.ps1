# Windows Server 2008 R2
Get-Cluster
Get-ClusterNode
