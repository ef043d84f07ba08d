"""Network load balancing across two hosts, as a client on the wire sees it; one node is lost and comes back."""

from __future__ import annotations

from typing import Any

import pytest

from tests.host.support import Lab

READY = (
    "New-VMSwitch LAN -NetAdapterName 'Local Area Connection'; "
    "New-VMSwitch LAN -NetAdapterName 'Local Area Connection' -ComputerName HV02; "
    r"New-VM a 512MB -VHDPath C:\Images\WS2008-x64.vhd -SwitchName LAN; "
    r"New-VM b 512MB -VHDPath C:\Images\WS2008-x64.vhd -SwitchName LAN -ComputerName HV02; "
    "Set-VMNetworkAdapter a -StaticMacAddress 00155D000101; "
    "Set-VMNetworkAdapter b -StaticMacAddress 00155D000102 -ComputerName HV02; "
    "Start-VM a; Start-VM b -ComputerName HV02; "
    "Wait-Lab a -For Heartbeat; Wait-Lab b -For Heartbeat -ComputerName HV02; "
    "Set-LabGuestAddress a 192.168.0.21; Set-LabGuestAddress b 192.168.0.22 -ComputerName HV02; "
    "Add-LabNlbNode a 192.168.0.50 1; Add-LabNlbNode b 192.168.0.50 2 -ComputerName HV02; Wait-Lab -Seconds 5"
)


@pytest.fixture
def lab() -> Lab:
    lab = Lab(scenario="two-nodes", exports=False)
    lab.run(READY)
    return lab


def served(lab: Lab, source: str = "client", count: int = 60) -> dict[str, int]:
    """Which node answered how many of a client's requests; an empty name: nobody."""
    rows: list[Any] = lab.run(f"Invoke-LabRequest 192.168.0.50 -Count {count} -Source {source}")
    return {str(row.get("Node")): int(row.get("Count")) for row in rows}


def counted(lab: Lab) -> dict[str, int]:
    """What each node says it has served."""
    rows: list[Any] = lab.run("Get-LabNlbNode; Get-LabNlbNode -ComputerName HV02")
    return {str(row.get("VM")): int(row.get("Served")) for row in rows}


def test_both_nodes_serve_and_each_request_is_served_once(lab: Lab) -> None:
    before = counted(lab)
    found = served(lab)
    assert sum(found.values()) == 60 and set(found) == {"a", "b"} and min(found.values()) >= 15
    after = counted(lab)
    assert {name: after[name] - before[name] for name in after} == found


def test_a_lost_host_s_share_goes_to_the_other_node(lab: Lab) -> None:
    lab.run("Add-LabFault RootCrash -ComputerName HV02")
    at_once = served(lab)
    assert at_once.get("", 0) > 0, "until five heartbeats are missed, the lost node's clients wait in vain"
    lab.run("Wait-Lab -Seconds 10")
    assert served(lab) == {"a": 60}
    lab.run("Wait-Lab -Seconds 150; Wait-Lab b -For Heartbeat -ComputerName HV02; Wait-Lab -Seconds 10")
    assert set(served(lab)) == {"a", "b"}


def test_a_computer_on_the_wire_asks_and_an_unknown_one_is_named(lab: Lab) -> None:
    assert served(lab, "router", 4)
    assert lab.tried("Invoke-LabRequest 192.168.0.50 -Source nobody") == ["InvalidParameter"]
    rows: list[Any] = lab.run("Invoke-LabRequest 192.168.0.99 -Count 2 -Source client")
    assert [(row.get("Node"), row.get("Count")) for row in rows] == [("", 2)]
