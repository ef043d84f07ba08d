# Starts a machine again whenever it stops running without having been asked to by its guest.
$ns = "root\virtualization"
$query = "SELECT * FROM __InstanceModificationEvent WITHIN 5 " +
    "WHERE TargetInstance ISA 'Msvm_ComputerSystem' " +
    "AND TargetInstance.EnabledState = 3 AND PreviousInstance.EnabledState <> 3"
$global:restarts = 0
Register-WmiEvent -Namespace $ns -Query $query -SourceIdentifier "Watchdog" -Action {
    $lost = $Event.SourceEventArgs.NewEvent.TargetInstance
    $vm = [wmi]$lost.__PATH
    if ($vm.RequestStateChange(2).ReturnValue -eq 4096) {
        $global:restarts += 1
        Write-Host "$($lost.ElementName) starts again"
    }
} | Out-Null
