# A report on the machines of a host, as administrators of 2008 wrote them: who runs, with how much memory, on which
# disks, and whether the guest answers.
$ns = "root\virtualization"
$states = @{ 2 = "Running"; 3 = "Off"; 32768 = "Paused"; 32769 = "Saved" }
foreach ($vm in Get-WmiObject -Namespace $ns -Query "SELECT * FROM Msvm_ComputerSystem WHERE Caption = 'Virtual Machine'") {
    $settings = gwmi -Namespace $ns -Query "ASSOCIATORS OF {$vm} WHERE AssocClass = Msvm_SettingsDefineState"
    $parts = gwmi -Namespace $ns -Query "ASSOCIATORS OF {$settings} WHERE AssocClass = Msvm_VirtualSystemSettingDataComponent"
    $memory = $parts | Where-Object { $_.__CLASS -eq "Msvm_MemorySettingData" }
    $disks = $parts | Where-Object { $_.ResourceSubType -eq "Microsoft Virtual Hard Disk" } | ForEach-Object { $_.Connection }
    $beat = gwmi -Namespace $ns Msvm_HeartbeatComponent -Filter "SystemName = '$($vm.Name)'"
    $answer = if ($beat -ne $null -and $beat.OperationalStatus[0] -eq 2) { "answers" } else { "silent" }
    "{0};{1};{2} MB;{3};{4}" -f $vm.ElementName, $states[$vm.EnabledState], $memory.VirtualQuantity, ($disks -join "+"), $answer
}
