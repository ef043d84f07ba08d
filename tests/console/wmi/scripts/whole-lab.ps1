# A whole lab by WMI alone: switches and ports, disks, a machine with its parts, its folder and its actions; it boots,
# gets a snapshot, stands still for a while, goes on and is saved. A second one boots and is shut down; a third goes.
$ns = "root\virtualization"
$service = gwmi -Namespace $ns Msvm_VirtualSystemManagementService
$images = gwmi -Namespace $ns Msvm_ImageManagementService
$network = gwmi -Namespace $ns Msvm_VirtualSwitchManagementService

function Wait-Done($result, $what) {
    if ($result.ReturnValue -eq 4096) {
        $job = [wmi]$result.Job
        while ($job.JobState -eq 3 -or $job.JobState -eq 4) { Start-Sleep -Seconds 1; $job.Get() }
        if ($job.JobState -ne 7) { throw "$what failed: $($job.ErrorCode)" }
    } elseif ($result.ReturnValue -ne 0) { throw "$what failed: $($result.ReturnValue)" }
}

function Wait-Beat($vm) {
    do {
        Start-Sleep -Seconds 1
        $beat = gwmi -Namespace $ns Msvm_HeartbeatComponent -Filter "SystemName = '$($vm.Name)'"
    } until ($beat -ne $null -and $beat.OperationalStatus[0] -eq 2)
}

function New-Switch($name) {
    $made = $network.CreateSwitch($null, $name, 1024, $null)
    Wait-Done $made "switch $name"
    $made.CreatedVirtualSwitch
}

function New-Port($switch, $name) {
    $made = $network.CreateSwitchPort($switch, $null, $name, $null)
    Wait-Done $made "port $name"
    $made.CreatedSwitchPort
}

function Get-Part($vm, $class) {
    $settings = gwmi -Namespace $ns -Query "ASSOCIATORS OF {$($vm.__PATH)} WHERE AssocClass = Msvm_SettingsDefineState"
    gwmi -Namespace $ns -Query "ASSOCIATORS OF {$($settings.__PATH)} WHERE ResultClass = $class"
}

function Get-Begin($class, $subType) {
    (gwmi -Namespace $ns $class -Filter "InstanceID LIKE '%Default'" | ? ResourceSubType -eq $subType).Clone()
}

function Add-Part($vm, $part, $what) {
    $result = $service.AddVirtualSystemResources($vm.__PATH, $part.GetText(1))
    Wait-Done $result $what
    $result.NewResources[0]
}

function Add-Disk($vm, $controller, $address, $file) {
    $drive = Get-Begin Msvm_ResourceAllocationSettingData "Microsoft Synthetic Disk Drive"
    $drive.Parent = $controller.__PATH
    $drive.Address = $address
    $image = Get-Begin Msvm_ResourceAllocationSettingData "Microsoft Virtual Hard Disk"
    $image.Parent = Add-Part $vm $drive "drive"
    $image.Connection = @($file)
    Add-Part $vm $image $file | Out-Null
}

function New-Machine($name, $megabytes, $folder) {
    $global = ([wmiclass]"\\.\root\virtualization:Msvm_VirtualSystemGlobalSettingData").CreateInstance()
    $global.ElementName = $name
    if ($folder) { $global.ExternalDataRoot = $folder }
    $result = $service.DefineVirtualSystem($global.GetText(1))
    Wait-Done $result $name
    $vm = [wmi]$result.DefinedSystem
    $memory = Get-Part $vm Msvm_MemorySettingData
    $memory.VirtualQuantity = $megabytes
    Wait-Done $service.ModifyVirtualSystemResources($vm.__PATH, $memory.GetText(1)) "memory"
    $ide = Get-Part $vm Msvm_ResourceAllocationSettingData | ? ResourceSubType -eq "Microsoft Emulated IDE Controller"
    $dvd = Get-Begin Msvm_ResourceAllocationSettingData "Microsoft Synthetic DVD Drive"
    $dvd.Parent = ($ide | ? Address -eq 1).__PATH
    $dvd.Address = 0
    Add-Part $vm $dvd "DVD drive" | Out-Null
    $vm
}

function Add-Adapter($vm, $port) {
    $adapter = Get-Begin Msvm_SyntheticEthernetPortSettingData "Microsoft Synthetic Ethernet Port"
    if ($port) { $adapter.Connection = @($port) }
    Add-Part $vm $adapter "adapter" | Out-Null
}

function Get-Controller($vm, $kind, $number) {
    Get-Part $vm Msvm_ResourceAllocationSettingData | ? ResourceSubType -eq $kind | ? Address -eq $number
}

$inside = New-Switch "Inside"
$office = New-Switch "Office"
$nic = gwmi -Namespace $ns Msvm_ExternalEthernetPort -Filter "DeviceID LIKE '%Connection 2'"
Wait-Done $network.SetupSwitch((New-Port $office "out"), (New-Port $office "host"), $nic.__PATH, "Office") "SetupSwitch"
$admin = New-Switch "Admin"
$own = $network.CreateInternalEthernetPortDynamicMac($null, "Admin")
Wait-Done $network.ConnectSwitchPort((New-Port $admin "host"), $own.CreatedInternalEthernetPort) "Admin"

Wait-Done $images.CreateDynamicVirtualHardDisk("D:\data.vhd", 1GB) "data.vhd"
Wait-Done $images.CreateFixedVirtualHardDisk("D:\fixed.vhd", 64MB) "fixed.vhd"

$web = New-Machine "web01" $MEGABYTES "D:\VMs\web01"
$processor = Get-Part $web Msvm_ProcessorSettingData
$processor.VirtualQuantity = 2
$processor.Weight = 200
$processor.Reservation = 10000
Wait-Done $service.ModifyVirtualSystemResources($web.__PATH, $processor.GetText(1)) "processors"
Add-Disk $web (Get-Controller $web "Microsoft Emulated IDE Controller" 0) 0 "C:\Images\WS2008-x64.vhd"
Add-Disk $web (Get-Controller $web "Microsoft Synthetic SCSI Controller" 0) 0 "D:\data.vhd"
Add-Adapter $web (New-Port $inside "web01")
$settings = gwmi -Namespace $ns Msvm_VirtualSystemGlobalSettingData -Filter "ElementName = 'web01'"
$settings.AutomaticStartupAction = 2
$settings.AutomaticShutdownAction = 2
Wait-Done $service.ModifyVirtualSystem($web.__PATH, $settings.GetText(1)) "actions"

Wait-Done $web.RequestStateChange(2) "start"
Wait-Beat $web
Wait-Done $service.CreateVirtualSystemSnapshot($web.__PATH) "snapshot"
Start-Sleep -Seconds 20
Wait-Done $web.RequestStateChange(32768) "pause"
Wait-Done $web.RequestStateChange(2) "resume"

$old = New-Machine "old" 256
Add-Disk $old (Get-Controller $old "Microsoft Emulated IDE Controller" 0) 0 "C:\Images\WS2012-x64.vhd"
Add-Disk $old (Get-Controller $old "Microsoft Emulated IDE Controller" 0) 1 "D:\fixed.vhd"
Add-Adapter $old $null
Wait-Done $old.RequestStateChange(2) "start"
Wait-Beat $old
$end = gwmi -Namespace $ns Msvm_VmLANEndpoint -Filter "SystemName = '$($old.Name)'"
Wait-Done $network.ConnectSwitchPort((New-Port $office "old"), $end.__PATH) "connect"
Start-Sleep -Seconds 20
$shutdown = gwmi -Namespace $ns Msvm_ShutdownComponent -Filter "SystemName = '$($old.Name)'"
Wait-Done $shutdown.InitiateShutdown($true, "done") "shut down"
while ($old.EnabledState -ne 3) { Start-Sleep -Seconds 1 }

$gone = New-Machine "gone" 128
Wait-Done $service.DestroyVirtualSystem($gone.__PATH) "remove"
Wait-Done $web.RequestStateChange(32769) "save"
