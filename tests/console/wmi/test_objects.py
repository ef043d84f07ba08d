"""root\\virtualization: the same machines as the cmdlets', by the real names and numbers."""

from __future__ import annotations

import pytest

from hvlab import catalog
from tests.host.support import OLD, Lab

NAMESPACE = r"$n = 'root\virtualization'; "
VM = NAMESPACE + "$vm = Get-WmiObject -Namespace $n Msvm_ComputerSystem -Filter \"ElementName='web01'\"; "
SERVICE = VM + "$svc = Get-WmiObject -Namespace $n Msvm_VirtualSystemManagementService; "

BY_CMDLETS = r"""
New-VHD D:\data.vhd -SizeBytes 1GB | Out-Null
New-VM web01 -MemoryStartupBytes 256MB -VHDPath C:\Images\NT4.vhd | Out-Null
Start-VM web01
Wait-Lab -Seconds 30
Checkpoint-VM web01
Wait-Lab -Seconds 30
Suspend-VM web01
Resume-VM web01
Save-VM web01
Start-VM web01
Stop-VM web01 -TurnOff -Force
"""
BY_WMI = r"""
$n = 'root\virtualization'
function Done($r) {
    if ($r.ReturnValue -eq 4096) {
        $job = Get-WmiObject -Namespace $n Msvm_ConcreteJob | Where-Object { $_.__PATH -eq $r.Job }
        Wait-Lab -Until { $job.JobState -ne 4 }
    } elseif ($r.ReturnValue -ne 0) { throw "failed: $($r.ReturnValue)" }
}
$images = Get-WmiObject -Namespace $n Msvm_ImageManagementService
Done $images.CreateDynamicVirtualHardDisk('D:\data.vhd', 1GB)
$svc = Get-WmiObject -Namespace $n Msvm_VirtualSystemManagementService
$new = $svc.DefineVirtualSystem(@{ElementName='web01'}, @(@{ResourceType=4; VirtualQuantity=256}), $null)
Done $svc.AddVirtualSystemResources($new.DefinedSystem, @(
    @{ResourceType=10; ElementName='Network Adapter'},
    @{ResourceType=16},
    @{ResourceType=21; Connection='C:\Images\NT4.vhd'; Parent='IDE 0'; Address=0}))
$vm = Get-WmiObject -Namespace $n -Query "SELECT * FROM Msvm_ComputerSystem WHERE ElementName = 'web01'"
Done $vm.RequestStateChange(2)
Wait-Lab -Seconds 30
Done $svc.CreateVirtualSystemSnapshot($vm)
Wait-Lab -Seconds 30
Done $vm.RequestStateChange(32768)
Done $vm.RequestStateChange(2)
Done $vm.RequestStateChange(32769)
Done $vm.RequestStateChange(2)
Done $vm.RequestStateChange(3)
"""


def test_the_same_lab_by_cmdlets_and_by_wmi_alone_has_the_same_digest() -> None:
    one, other = Lab(), Lab()
    one.run(BY_CMDLETS)
    other.run(BY_WMI)
    assert one.vmms.machine("web01") == other.vmms.machine("web01")
    assert one.world.now == other.world.now
    assert one.world.digest() == other.world.digest()


@pytest.mark.parametrize(
    ("state", "number"), [("Off", 3), ("Running", 2), ("Paused", 32768), ("Saved", 32769)]
)
def test_states_have_their_numbers_and_an_object_follows_its_machine(state: str, number: int) -> None:
    lab = Lab()
    lab.run(f"New-VM web01 -VHDPath {OLD} -MemoryStartupBytes 256MB")
    lab.run(VM)
    steps = {
        "Off": "",
        "Running": "Start-VM web01",
        "Paused": "Start-VM web01; Suspend-VM web01",
        "Saved": "Start-VM web01; Save-VM web01",
    }
    lab.run(steps[state])
    assert lab.run("$vm.EnabledState; (Get-VM web01).State.value__") == [number, number]
    where = f'SELECT * FROM Msvm_ComputerSystem WHERE EnabledState = {number} AND Caption = "Virtual Machine"'
    assert lab.run(NAMESPACE + f"(Get-WmiObject -Namespace $n -Query '{where}').ElementName") == ["web01"]


def test_a_job_ends_completed_or_with_an_exception_and_a_refusal_is_a_code() -> None:
    lab = Lab()
    lab.run("New-VM web01 -MemoryStartupBytes 256MB")
    returned = lab.run(VM + "$r = $vm.RequestStateChange(2); $r.ReturnValue")
    assert returned == [4096]
    job = "$job = Get-WmiObject -Namespace $n Msvm_ConcreteJob; "
    assert lab.run(job + "$job.JobState; $job.__PATH -eq $r.Job") == [4, True]
    assert lab.run("$vm.RequestStateChange(2).ReturnValue; $vm.RequestStateChange(77).ReturnValue") == [
        32775,
        32773,
    ]
    lab.settle(5)
    assert lab.run("$job.JobState; $job.PercentComplete") == [7, 100]
    assert lab.run("$vm.RequestStateChange(2).ReturnValue") == [32775], (
        "it runs already: no move of its states"
    )
    lab.run("New-VM large -MemoryStartupBytes 7GB")
    lab.run(
        NAMESPACE + "$big = Get-WmiObject -Namespace $n Msvm_ComputerSystem -Filter \"ElementName='large'\"; "
        "$r = $big.RequestStateChange(2)"
    )
    lab.settle(5)
    again = "(Get-WmiObject -Namespace $n Msvm_ConcreteJob | Where-Object ElementName -eq large).JobState"
    assert lab.run(again) == [10]
    lab.settle(400)
    assert lab.run("@(Get-WmiObject -Namespace $n Msvm_ConcreteJob).Count") == [0], (
        "jobs are kept for a while"
    )


def test_associations_lead_from_a_machine_to_its_parts_and_back() -> None:
    lab = Lab()
    lab.boot()
    lab.settle(2)
    ask = "Get-WmiObject -Namespace $n -Query "
    components = lab.run(
        VM + ask + '"ASSOCIATORS OF {$($vm.__PATH)} WHERE AssocClass=Msvm_SystemDevice" | % ElementName'
    )
    assert components == ["Shutdown", "Heartbeat", "Key-Value Pair Exchange", "Time Synchronization", "VSS"]
    setting = '"ASSOCIATORS OF {$($vm.__RELPATH)} WHERE ResultClass=Msvm_VirtualSystemSettingData"'
    assert lab.run(f"$s = {ask} {setting}; $s.ElementName; $s.SettingType") == ["web01", 3]
    part = '"ASSOCIATORS OF {$($s.__PATH)} WHERE ResultClass=Msvm_MemorySettingData"'
    assert lab.run(f"$m = {ask} {part}; $m.VirtualQuantity") == [512]
    back = '"ASSOCIATORS OF {$($m.__PATH)} WHERE ResultRole=GroupComponent"'
    assert lab.run(f"({ask} {back}).InstanceID -eq $s.InstanceID") == [True]
    joint = '"REFERENCES OF {$($m.__PATH)}"'
    assert lab.run(f"({ask} {joint}).PartComponent -eq $m.__PATH") == [True]
    whose = "CIM_ResourceAllocationSettingData WHERE NOT InstanceID LIKE '%Default'"
    kinds = lab.run(f'{ask} "SELECT * FROM {whose}" | % ResourceSubType')
    assert kinds == [
        "Microsoft Virtual Machine Memory",
        "Microsoft Processor",
        "Microsoft Emulated IDE Controller",
        "Microsoft Emulated IDE Controller",
        "Microsoft Synthetic SCSI Controller",
        "Microsoft Synthetic Disk Drive",
        "Microsoft Virtual Hard Disk",
        "Microsoft Synthetic DVD Drive",
        "Microsoft Synthetic Ethernet Port",
    ]


def test_a_snapshot_is_settings_of_its_machine_and_is_applied_and_removed_by_path() -> None:
    lab = Lab()
    lab.run(f"New-VM web01 -VHDPath {OLD}; Checkpoint-VM web01 one; Checkpoint-VM web01 two")
    lab.run(SERVICE)
    get = "Get-WmiObject -Namespace $n Msvm_VirtualSystemSettingData -Filter 'SettingType = 5'"
    assert lab.run(f"$all = {get}; $all.ElementName") == ["one", "two"]
    assert lab.run("$all[1].Parent -eq $all[0].InstanceID") == [True]
    assert lab.run("$svc.ApplyVirtualSystemSnapshot($vm, $all[0].__PATH).ReturnValue") == [0]
    assert lab.vmms.machine("web01").last_snapshot == lab.vmms.find_snapshot("web01", "one").identifier
    assert lab.run("$svc.RemoveVirtualSystemSnapshotTree($all[0]).ReturnValue") == [0]
    assert lab.vmms.machine("web01").snapshots == {}
    assert lab.run("$svc.RemoveVirtualSystemSnapshot('nothing').ReturnValue") == [32773]
    assert lab.run("$svc.DestroyVirtualSystem($vm).ReturnValue; @(Get-VM).Count") == [0, 0]


def test_a_shutdown_is_asked_of_the_component_and_not_of_the_machine() -> None:
    lab = Lab()
    lab.boot()
    lab.settle(2)
    lab.run(NAMESPACE + "$c = Get-WmiObject -Namespace $n Msvm_ShutdownComponent")
    assert lab.run(
        "(Invoke-WmiMethod -Name InitiateShutdown -InputObject $c -ArgumentList $true, 'test').ReturnValue"
    ) == [0]
    lab.settle(30)
    assert lab.phases()[-2:] == ["shutting-down", "off"]
    assert lab.run("@(Get-WmiObject -Namespace $n Msvm_ShutdownComponent).Count") == [0]


@pytest.mark.parametrize(
    ("command", "error", "message"),
    [
        ("Get-WmiObject Msvm_ComputerSystem", "GetWMIManagementException", "Invalid class"),
        (r"Get-WmiObject -Namespace root\nothing x", "GetWMIManagementException", "Invalid namespace"),
        (
            r"Get-WmiObject -Namespace root\virtualization -Query 'SELECT'",
            "GetWMIManagementException",
            "Invalid query",
        ),
        (
            r"Get-WmiObject -Namespace root\virtualization Msvm_ComputerSystem -Filter 'Colour = 1'",
            "GetWMIManagementException",
            "no property 'Colour'",
        ),
        (
            r"Get-WmiObject -Namespace root\virtualization -Query 'ASSOCIATORS OF {x}'",
            "GetWMIManagementException",
            "Not found",
        ),
        (
            r"Invoke-WmiMethod -Namespace root\virtualization Msvm_ComputerSystem Fly",
            "InvokeWMIManagementException",
            "Invalid method",
        ),
        ("Get-WmiObject", "MissingParameter", "-Class or -Query"),
    ],
)
def test_what_is_not_there_is_said_in_wmis_words(command: str, error: str, message: str) -> None:
    lab = Lab()
    assert lab.tried(command) == [error]
    assert message in lab.recorded.errors[0].message


def test_each_platform_has_its_namespaces() -> None:
    has = {name: catalog.platform(name).wmi_namespaces for name in catalog.platforms()}
    first, second = "root\\virtualization", "root\\virtualization\\v2"
    assert has["vs2005"] == () and has["ws2008"] == has["ws2008r2"] == (first,)
    assert has["ws2012"] == (first, second)
    assert {has[name] for name in ("ws2012r2", "ws2016", "ws2019", "ws2022", "ws2025")} == {(second,)}
    lab = Lab(platform="ws2012r2")
    assert lab.tried(r"Get-WmiObject -Namespace root\virtualization Msvm_ComputerSystem") != []
    assert lab.run(r"@(Get-WmiObject -Namespace root\virtualization\v2 Msvm_ComputerSystem).Count") == [1]
