"""Switches, their ports and what is at their ends by 2008's network classes; Put() and where a machine's files lie."""

from __future__ import annotations

import pytest

from tests.host.support import OLD, Lab

BEGIN = (
    r"$n = 'root\virtualization'; $net = gwmi -Namespace $n Msvm_VirtualSwitchManagementService; "
    r"$svc = gwmi -Namespace $n Msvm_VirtualSystemManagementService; "
    r"$vm = gwmi -Namespace $n Msvm_ComputerSystem -Filter " + "\"ElementName = 'web01'\""
)
MAKE = (
    "$s = $net.CreateSwitch($null, 'Lab').CreatedVirtualSwitch; "
    "$p = $net.CreateSwitchPort($s, $null, 'one').CreatedSwitchPort"
)
END = "$e = gwmi -Namespace $n Msvm_VmLANEndpoint"


@pytest.fixture
def lab() -> Lab:
    made = Lab()
    made.run(f"New-VM web01 256MB -VHDPath {OLD}")
    made.run(BEGIN)
    return made


def test_a_port_is_there_before_anything_is_connected_to_it(lab: Lab) -> None:
    lab.run(MAKE)
    assert lab.run("(Get-VMSwitch Lab).SwitchType -eq 'Private'") == [True]
    assert lab.run("([wmi]$p).ElementName; ([wmi]$p).EnabledState") == ["one", 3]
    lab.run(END)
    assert lab.run("$net.ConnectSwitchPort($p, $e.__PATH).ReturnValue; $e.Connected") == [0, True]
    assert lab.run("(Get-VMNetworkAdapter web01).SwitchName") == ["Lab"]
    assert lab.run("([wmi]$p).EnabledState") == [2]
    lab.run(
        "$a = gwmi -Namespace $n Msvm_SyntheticEthernetPortSettingData -Filter 'StaticMacAddress = FALSE'"
    )
    assert lab.run("@($a.Connection)[0] -eq $p") == [True], "the adapter's Connection is that port"
    assert lab.run("$net.ConnectSwitchPort($p, $e.__PATH).ReturnValue") == [32774], "it is taken"
    assert lab.run("$net.DisconnectSwitchPort($p).ReturnValue; ([wmi]$p).EnabledState") == [0, 3]
    assert lab.run("(Get-VMNetworkAdapter web01).SwitchName") in ([""], [None])


def test_a_connection_made_by_cmdlets_has_a_port_too(lab: Lab) -> None:
    lab.run("New-VMSwitch Lan -NetAdapterName 'Local Area Connection 2'")
    lab.run("Connect-VMNetworkAdapter web01 -SwitchName Lan")
    ports = "gwmi -Namespace $n Msvm_SwitchPort"
    assert lab.run(f"@({ports}).Count") == [3], "the cable's, the host's, the machine's"
    lab.run(f"$mine = {ports} | ? ElementName -eq 'Network Adapter'")
    assert lab.run("$net.DeleteSwitchPort($mine.__PATH).ReturnValue") == [0]
    assert lab.run(f"@({ports}).Count") == [2]
    lab.run(f"$cable = {ports} | ? ElementName -eq 'Local Area Connection 2'")
    assert lab.run("$net.DisconnectSwitchPort($cable.__PATH).ReturnValue") == [32773]


def test_setup_switch_binds_an_adapter_once(lab: Lab) -> None:
    lab.run(MAKE)
    lab.run("$h = $net.CreateSwitchPort($s, $null, 'host').CreatedSwitchPort")
    lab.run("$nic = gwmi -Namespace $n Msvm_ExternalEthernetPort -Filter \"DeviceID LIKE '%Connection 2'\"")
    assert lab.run("$nic.IsBound; $net.SetupSwitch($p, $h, $nic.__PATH, 'x').ReturnValue; $nic.IsBound") == [
        False,
        0,
        True,
    ]
    assert lab.run('$w = Get-VMSwitch Lab; "$($w.SwitchType) $($w.AllowManagementOS)"') == ["External True"]
    lab.run("$s2 = $net.CreateSwitch($null, 'Two').CreatedVirtualSwitch")
    lab.run("$p2 = $net.CreateSwitchPort($s2, $null, 'a').CreatedSwitchPort")
    assert lab.run("$net.SetupSwitch($p2, $null, $nic.__PATH, 'x').ReturnValue") == [32768]
    assert lab.run("(Get-VMSwitch Two).SwitchType -eq 'Private'") == [True]
    assert lab.run("$net.DeleteSwitch($s).ReturnValue; $nic.IsBound; @(Get-VMSwitch).Name") == [
        0,
        False,
        "Two",
    ]


@pytest.mark.parametrize(
    "call",
    [
        "CreateSwitchPort('nothing', $null, 'x')",
        "ConnectSwitchPort($s, $e.__PATH)",
        "ConnectSwitchPort($p, $s)",
        "DeleteSwitch($p)",
        "SetupSwitch($p, $null, $p, 'x')",
        "CreateSwitch($null, 12)",
    ],
)
def test_wrong_arguments_change_nothing(lab: Lab, call: str) -> None:
    lab.run(MAKE)
    lab.run(END)
    before = lab.world.digest()
    assert lab.run(f"$net.{call}.ReturnValue") == [32773]
    assert lab.world.digest() == before


def test_put_is_refused_and_says_what_to_do(lab: Lab) -> None:
    lab.run(
        "$m = gwmi -Namespace $n Msvm_MemorySettingData -Filter 'VirtualQuantity = 256'; $m.VirtualQuantity = 512"
    )
    assert lab.tried("$m.Put()") == ["MethodInvocationException"]
    assert lab.recorded.errors[0].explain is not None
    assert lab.vmms.machine("web01").memory == 256 << 20


def test_where_a_machines_files_lie_is_taken_or_refused_and_not_ignored(lab: Lab) -> None:
    define = "$svc.DefineVirtualSystem(@{{ElementName='{}'; ExternalDataRoot='{}'}})"
    assert lab.run(define.format("a", r"D:\Machines\a") + ".ReturnValue") == [0]
    assert lab.vmms.machine("a").folder == r"D:\Machines\a"
    assert lab.run(define.format("b", r"Q:\Machines") + ".ReturnValue") == [32773]
    assert lab.vmms.find("b") is None
    lab.run("$g = gwmi -Namespace $n Msvm_VirtualSystemGlobalSettingData -Filter \"ElementName = 'a'\"")
    lab.run(
        "$a = gwmi -Namespace $n Msvm_ComputerSystem -Filter \"ElementName = 'a'\"; $g.AutomaticShutdownAction = 0"
    )
    assert lab.run("$svc.ModifyVirtualSystem($a, $g.GetText(1)).ReturnValue") == [0], (
        "unchanged it may be there"
    )
    lab.run("$g.ExternalDataRoot = 'D:\\Other'")
    assert lab.run("$svc.ModifyVirtualSystem($a, $g.GetText(1)).ReturnValue") == [32773]
    assert lab.vmms.machine("a").folder == r"D:\Machines\a"


def test_ports_lead_to_their_switch_their_end_and_its_owner(lab: Lab) -> None:
    lab.run("New-VMSwitch Lan -NetAdapterName 'Local Area Connection 2'")
    lab.run("Connect-VMNetworkAdapter web01 -SwitchName Lan; $s = gwmi -Namespace $n Msvm_VirtualSwitch")
    of_switch = 'gwmi -Namespace $n -Query "ASSOCIATORS OF {$s} WHERE ResultClass = Msvm_SwitchPort"'
    titles = "Local Area Connection 2", "Network Adapter", "Lan (HV01)"
    assert sorted(map(str, lab.run(f"({of_switch}).ElementName"))) == sorted(titles)
    lab.run(f"$p = {of_switch} | Where-Object ElementName -eq 'Network Adapter'")
    ends = "ASSOCIATORS OF {$p} WHERE AssocClass = Msvm_ActiveConnection"
    lab.run(f'$e = gwmi -Namespace $n -Query "{ends}"')
    assert lab.run("$e.__CLASS") == ["Msvm_VmLANEndpoint"]
    owner = "ASSOCIATORS OF {$e} WHERE AssocClass = Msvm_HostedAccessPoint"
    assert lab.run(f'(gwmi -Namespace $n -Query "{owner}").ElementName') == ["web01"]
    kinds = f'foreach ($p in {of_switch}) {{ (gwmi -Namespace $n -Query "{ends}").__CLASS }}'
    assert sorted(map(str, lab.run(kinds))) == [
        "Msvm_ExternalEthernetPort",
        "Msvm_InternalEthernetPort",
        "Msvm_VmLANEndpoint",
    ]
    lab.run("Disconnect-VMNetworkAdapter web01")
    assert lab.run("@(gwmi -Namespace $n Msvm_ActiveConnection).Count") == [2]


def test_new_guids_are_the_worlds_own_numbers(lab: Lab) -> None:
    first = lab.run("[guid]::NewGuid(); [guid]::NewGuid()")
    assert len(set(map(str, first))) == 2 and first == Lab().run("[guid]::NewGuid(); [guid]::NewGuid()")
    made = "$net.CreateSwitch([guid]::NewGuid().ToString(), 'Named', 1024, '').ReturnValue"
    assert lab.run(made) == [0] and lab.run("(Get-VMSwitch Named).Name") == ["Named"]
