"""The Hyper-V module's cmdlets, as they came with Windows Server 2012 and still are."""
