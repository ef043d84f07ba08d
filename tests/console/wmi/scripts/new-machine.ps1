# Defines a machine as scripts for Windows Server 2008 do: settings are taken from the host's definitions, filled in,
# and handed over as text; what takes time comes back as a job.
$ns = "root\virtualization"
$service = Get-WmiObject -Namespace $ns -Class Msvm_VirtualSystemManagementService
$images = gwmi -Namespace $ns Msvm_ImageManagementService

function Wait-Job2008($result, $what) {
    if ($result.ReturnValue -eq 0) { return }
    if ($result.ReturnValue -ne 4096) { throw "$what failed: $($result.ReturnValue)" }
    $job = [wmi]$result.Job
    while ($job.JobState -eq 3 -or $job.JobState -eq 4) {
        Start-Sleep -Seconds 1
        $job.PSBase.Get()
    }
    if ($job.JobState -ne 7) { throw "$what failed: $($job.ErrorCode)" }
}

function Get-DefaultSetting($subType) {
    $path = (Get-WmiObject -Namespace $ns -Query "SELECT * FROM Msvm_AllocationCapabilities WHERE ResourceSubType = '$subType'").__PATH.Replace('\', '\\')
    $begins = Get-WmiObject -Namespace $ns -Query "SELECT * FROM Msvm_SettingsDefineCapabilities WHERE ValueRange = 0 AND GroupComponent = '$path'"
    return [wmi]$begins.PartComponent
}

$global = ([wmiclass]"\\.\root\virtualization:Msvm_VirtualSystemGlobalSettingData").CreateInstance()
$global.ElementName = "web01"
$global.AutomaticShutdownAction = 0
$result = $service.DefineVirtualSystem($global.PSBase.GetText(1))
Wait-Job2008 $result "DefineVirtualSystem"
$vm = [wmi]$result.DefinedSystem

$settings = Get-WmiObject -Namespace $ns -Query "ASSOCIATORS OF {$($vm.__PATH)} WHERE ResultClass = Msvm_VirtualSystemSettingData"
$memory = Get-WmiObject -Namespace $ns -Query "ASSOCIATORS OF {$($settings.__PATH)} WHERE ResultClass = Msvm_MemorySettingData"
$memory.VirtualQuantity = 256
$memory.Reservation = 256
$memory.Limit = 256
Wait-Job2008 $service.ModifyVirtualSystemResources($vm.__PATH, $memory.PSBase.GetText(1)) "memory"

Wait-Job2008 $images.CreateDynamicVirtualHardDisk("D:\data.vhd", 1GB) "data.vhd"
$ide = Get-WmiObject -Namespace $ns -Query "ASSOCIATORS OF {$($settings.__PATH)} WHERE ResultClass = Msvm_ResourceAllocationSettingData" |
    Where-Object { $_.ResourceSubType -eq "Microsoft Emulated IDE Controller" -and $_.Address -eq 0 }
$address = 0
foreach ($file in "C:\Images\NT4.vhd", "D:\data.vhd") {
    $drive = Get-DefaultSetting "Microsoft Synthetic Disk Drive"
    $drive.Parent = $ide.__PATH
    $drive.Address = $address
    $result = $service.AddVirtualSystemResources($vm.__PATH, $drive.PSBase.GetText(1))
    Wait-Job2008 $result "drive $address"
    $image = Get-DefaultSetting "Microsoft Virtual Hard Disk"
    $image.Parent = $result.NewResources[0]
    $image.Connection = @($file)
    Wait-Job2008 $service.AddVirtualSystemResources($vm.__PATH, $image.PSBase.GetText(1)) $file
    $address += 1
}

$port = (gwmi -Namespace $ns Msvm_EmulatedEthernetPortSettingData -Filter "InstanceID LIKE '%Default'").PSBase.Clone()
$port.ElementName = "Office"
$port.StaticMacAddress = $true
$port.Address = "00155D010203"
$arguments = $service.PSBase.GetMethodParameters("AddVirtualSystemResources")
$arguments.TargetSystem = $vm.__PATH
$arguments.ResourceSettingData = @($port.PSBase.GetText(1))
Wait-Job2008 $service.PSBase.InvokeMethod("AddVirtualSystemResources", $arguments, $null) "port"

Wait-Job2008 $vm.RequestStateChange(2) "start"
"{0} is {1}" -f $vm.ElementName, $vm.EnabledState
