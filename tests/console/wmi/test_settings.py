"""Settings as real scripts of 2008 handle them: taken from definitions, changed locally, handed over as text."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest

from hvlab.console.wmi import texts
from tests.host.support import OLD, Lab

SCRIPTS = Path(__file__).parent / "scripts"
NAMESPACE = r"$n = 'root\virtualization'; "
SERVICE = NAMESPACE + "$svc = gwmi -Namespace $n Msvm_VirtualSystemManagementService; "
VM = SERVICE + "$vm = gwmi -Namespace $n Msvm_ComputerSystem -Filter \"ElementName='web01'\"; "

BY_CMDLETS = r"""
New-VM web01 256MB -NoVHD | Out-Null
Set-VM web01 -AutomaticStopAction TurnOff
Get-VMNetworkAdapter web01 | Remove-VMNetworkAdapter
Get-VMDvdDrive web01 | Remove-VMDvdDrive
New-VHD D:\data.vhd -SizeBytes 1GB | Out-Null
Add-VMHardDiskDrive web01 -Path C:\Images\NT4.vhd
Add-VMHardDiskDrive web01 -Path D:\data.vhd
Add-VMNetworkAdapter web01 -IsLegacy $true -Name Office -StaticMacAddress 00155D010203
Start-VM web01
"""


def outcome(lab: Lab) -> list[object]:
    """What a lab has come to, without identifiers and times."""
    found: list[object] = [lab.guest().phase, lab.guest().system]
    for machine in lab.vmms.machines.values():
        known = {
            name: value for name, value in asdict(machine).items() if name not in ("identifier", "created")
        }
        known = {name: value for name, value in known.items() if name not in ("changed", "running_since")}
        known["adapters"] = [{**one, "identifier": ""} for one in known["adapters"]]
        found.append(known)
    files = lab.storage.files
    found += [(path, files.open(path).size) for path in ("C:\\Images\\NT4.vhd", "D:\\data.vhd")]
    return found


def test_a_script_of_2008_makes_the_same_machine_as_the_cmdlets() -> None:
    one, other = Lab(), Lab()
    printed = one.run((SCRIPTS / "new-machine.ps1").read_text(encoding="utf-8"))
    assert printed[-1] == "web01 is 2"
    other.run(BY_CMDLETS)
    one.settle(60)
    other.world.run(until=one.world.now)
    assert one.vmms.machine("web01").empty_drives == []
    assert outcome(one) == outcome(other)


@pytest.mark.parametrize("form", [texts.MOF, texts.CIM_XML, texts.WMI_XML])
def test_a_text_says_what_the_instance_says(form: int) -> None:
    properties: list[tuple[str, object]] = [
        ("ElementName", 'a "quoted" \\ <name> & more'),
        ("ResourceType", 21),
        ("Static", True),
        ("Connection", ["C:\\a.vhd", "b"]),
        ("Empty", []),
        ("Parent", None),
    ]
    kind, found = texts.read(texts.write("Msvm_X", properties, form))
    assert kind == "Msvm_X"
    wanted = {name.casefold(): value for name, value in properties if value is not None or form != texts.MOF}
    assert found == wanted


@pytest.mark.parametrize(
    "text",
    [
        "",
        "instance",
        "<INSTANCE>",
        "<INSTANCE/>",
        '<!DOCTYPE a [<!ENTITY b "c">]><INSTANCE CLASSNAME="X"/>',
        '<INSTANCE CLASSNAME="X"><PROPERTY NAME="A" TYPE="uint16"><VALUE>x</VALUE></PROPERTY></INSTANCE>',
        "instance of X { A = ; };",
        "instance of X { A = 1; } and more",
        "x" * (texts.LONGEST + 1),
    ],
)
def test_what_is_no_instance_is_not_read_and_a_method_answers_32773(text: str) -> None:
    with pytest.raises(texts.BadText):
        texts.read(text)
    lab = Lab()
    before = lab.world.digest()
    lab.run(SERVICE)
    quoted = text[:200].replace("'", "''")
    assert lab.run(f"$svc.DefineVirtualSystem('{quoted}').ReturnValue") == [32773]
    assert lab.world.digest() == before


def test_a_change_stays_local_until_it_is_handed_over() -> None:
    lab = Lab()
    lab.run(f"New-VM web01 256MB -VHDPath {OLD}")
    lab.run(VM + "$m = gwmi -Namespace $n Msvm_MemorySettingData -Filter 'VirtualQuantity = 256'")
    assert lab.run("$m.VirtualQuantity = 512; $m.VirtualQuantity; (Get-VM web01).MemoryStartup / 1MB") == [
        512,
        256,
    ]
    assert lab.run("$m.Get(); $m.VirtualQuantity") == [256]
    lab.run("$m.VirtualQuantity = 384")
    assert lab.run("$svc.ModifyVirtualSystemResources($vm, $m.GetText(0)).ReturnValue") == [0]
    assert lab.vmms.machine("web01").memory == 384 << 20
    lab.run("$p = gwmi -Namespace $n Msvm_ProcessorSettingData -Filter \"NOT InstanceID LIKE '%Default'\"")
    lab.run(
        "$p.VirtualQuantity = 2; $p.Weight = 300; $r = $svc.ModifyVirtualSystemResources($vm, $p.GetText(1))"
    )
    machine = lab.vmms.machine("web01")
    assert (machine.processors, machine.weight) == (2, 300)


def test_what_the_machine_is_called_and_does_at_its_hosts_end_is_changed_by_text() -> None:
    lab = Lab()
    lab.run("New-VM web01 256MB -NoVHD")
    lab.run(
        VM
        + '$g = gwmi -Namespace $n -Query "ASSOCIATORS OF {$($vm.__PATH)} WHERE AssocClass=Msvm_ElementSettingData"'
    )
    lab.run("$g.ElementName = 'web02'; $g.AutomaticStartupAction = 2; $g.AutomaticShutdownAction = 0")
    assert lab.run("$svc.ModifyVirtualSystem($vm.__PATH, $g.GetText(1)).ReturnValue") == [0]
    machine = lab.vmms.machine("web02")
    assert (machine.start_action, machine.stop_action) == ("Start", "TurnOff")
    assert lab.run(
        "$g.AutomaticStartupAction = 9; $svc.ModifyVirtualSystem($vm, $g.GetText(1)).ReturnValue"
    ) == [32773]


def test_parts_are_taken_away_by_their_paths() -> None:
    lab = Lab()
    lab.run(f"New-VM web01 256MB -VHDPath {OLD}")
    lab.run(
        VM
        + "$parts = gwmi -Namespace $n Msvm_ResourceAllocationSettingData -Filter \"NOT InstanceID LIKE '%Default'\""
    )
    take = "$svc.RemoveVirtualSystemResources($vm, ($parts | ? ResourceSubType -eq '{}').__PATH).ReturnValue"
    assert lab.run(take.format("Microsoft Virtual Hard Disk")) == [0]
    assert lab.vmms.machine("web01").drives == []
    assert lab.vmms.machine("web01").empty_drives == [("IDE", 0, 0)]
    assert lab.run(take.format("Microsoft Synthetic Disk Drive")) == [0]
    assert lab.vmms.machine("web01").empty_drives == []
    assert lab.run(take.format("Microsoft Synthetic DVD Drive")) == [0]
    assert lab.vmms.machine("web01").dvds == []
    assert lab.run("$svc.RemoveVirtualSystemResources($vm, $vm).ReturnValue") == [32773]


def test_an_empty_drive_holds_its_place_and_a_running_machine_gets_none() -> None:
    lab = Lab()
    lab.run("New-VM web01 256MB -NoVHD")
    lab.run(VM + "$d = @{ResourceType = 22; Parent = 'IDE 0'; Address = 1}")
    assert lab.run("$svc.AddVirtualSystemResources($vm, $d).ReturnValue") == [0]
    assert lab.run("$svc.AddVirtualSystemResources($vm, $d).ReturnValue -ne 0") == [True]
    taken = (
        f"Add-VMHardDiskDrive web01 -Path {OLD} -ControllerType IDE -ControllerNumber 0 -ControllerLocation 1"
    )
    assert len(lab.tried(taken)) == 1
    lab.run("Start-VM web01; $d.Address = 0")
    assert lab.run("$svc.AddVirtualSystemResources($vm, $d).ReturnValue") == [32775]


@pytest.mark.parametrize(
    "text",
    [
        r"[wmi]'\\.\root\virtualization:Msvm_ComputerSystem.Name=" "nobody" "'",
        r"[wmi]'\\.\root\nowhere:Msvm_ComputerSystem.Name=" "x" "'",
        r"[wmi]'\\ELSEWHERE\root\virtualization:Msvm_ComputerSystem.Name=" "x" "'",
        "[wmi]''",
        "[wmi]'Win32_Process.Handle=4'",
        r"[wmiclass]'root\virtualization:Msvm_Nothing'",
    ],
)
def test_a_path_that_leads_nowhere_is_said(text: str) -> None:
    assert Lab().tried(text) == ["InvalidCast"]


def test_an_object_a_class_and_new_instances_by_path() -> None:
    lab = Lab()
    lab.run("New-VM web01 256MB -NoVHD")
    assert lab.run(VM + "([wmi]$vm.__PATH).ElementName; ([wmi]$vm).ElementName") == ["web01", "web01"]
    assert lab.run("[wmi]$again = $vm.__PATH; $again.ElementName") == ["web01"]
    lab.run(r"$class = [wmiclass]'\\.\root\virtualization:Msvm_MemorySettingData'")
    assert lab.run("$class.Name; @($class.GetInstances()).Count") == ["Msvm_MemorySettingData", 2]
    assert lab.run("$new = $class.CreateInstance(); $null -eq $new.VirtualQuantity; $new.__RELPATH") == [
        True,
        "Msvm_MemorySettingData",
    ]
    assert lab.tried("$vm.GetText(7)") == ["MethodException"]
    assert lab.tried("$vm.InvokeMethod('Fly', $null)") == ["MethodException"]
    assert lab.run("$vm.InvokeMethod('RequestStateChange', @(2))") == [4096]


def test_local_changes_go_back_with_the_session() -> None:
    lab = Lab()
    lab.run("New-VM web01 256MB -NoVHD")
    lab.run(NAMESPACE + "$m = gwmi -Namespace $n Msvm_MemorySettingData -Filter 'VirtualQuantity = 256'")
    lab.run("$m.VirtualQuantity = 300")
    lab.run("$m.VirtualQuantity = 400")
    lab.run("Undo-Lab")
    assert lab.run("$m.VirtualQuantity") == [300]
