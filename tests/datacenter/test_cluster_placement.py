"""Where a manager would put a machine: stars by memory, and a cluster's machine only on its cluster's nodes."""

from __future__ import annotations

from typing import Any

from tests.host.support import SYSTEM, Lab


def places(lab: Lab, text: str = "Get-LabPlacement web01") -> dict[str, tuple[int, str]]:
    rows: list[Any] = lab.run(text)
    return {str(row.get("Host")): (int(row.get("Stars")), str(row.get("Reason"))) for row in rows}


def test_a_machine_of_a_cluster_gets_nodes_of_it_only() -> None:
    lab = Lab(scenario="four-nodes", exports=False)
    lab.run(
        "New-Cluster C1 -Node HV01, HV02; New-VM web01 512MB -NoVHD -Path E:\\; Add-ClusterVirtualMachineRole web01"
    )
    found = places(lab)
    assert found["HV01"][1] == "here" and found["HV02"][0] > 0
    assert found["HV03"] == found["HV04"] == (0, "not-in-its-cluster")
    lab.run("Add-ClusterNode HV03")
    assert places(lab)["HV03"][0] > 0


def test_one_of_no_cluster_may_go_anywhere_it_fits() -> None:
    lab = Lab(scenario="two-nodes", exports=False)
    lab.run("New-VM web01 5GB -NoVHD; New-VMSwitch LAN -SwitchType Private")
    before = places(lab)
    assert before["HV02"][0] > 0 and before["HV01"][1] == "here"
    lab.run("New-VM big 4GB -NoVHD -ComputerName HV02; Start-VM big -ComputerName HV02")
    assert places(lab)["HV02"] == (0, "no-room-there")
    lab.run("Get-VMNetworkAdapter web01 | Connect-VMNetworkAdapter -SwitchName LAN")
    assert places(lab)["HV02"][1] in ("no-such-switch", "no-room-there")
    lab.run("Add-LabFault RootCrash -ComputerName HV02")
    assert places(lab)["HV02"] == (0, "host-down")


def test_more_memory_left_is_more_stars_and_2007_manages_no_such_host() -> None:
    lab = Lab(scenario="two-nodes", exports=False)
    lab.run(f"New-VM web01 512MB -VHDPath {SYSTEM}; New-VM big 4GB -NoVHD; Start-VM big")
    found = places(lab)
    assert found["HV02"][0] > found["HV01"][0]
    lab.tried("Get-LabPlacement web01 -Version 2007")
    explain = lab.recorded.errors[0].explain
    assert explain is not None and explain[0] == "explain.vmm-host"
