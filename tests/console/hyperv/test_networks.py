"""The network cmdlets as a learner types them: objects, refusals, pings, load balancing and its condition."""

from __future__ import annotations

from typing import Any

import pytest

from hvlab import paths
from hvlab.text import LANGUAGES, Text
from tests.host.support import Lab

EXTERNAL = "New-VMSwitch LAN -NetAdapterName 'Local Area Connection'"
BOTH = "web01", "web02"
DISKS = {"web01": r"C:\Images\WS2008-x64.vhd", "web02": r"C:\Images\WS2012-x64.vhd"}


def values(objects: list[object], name: str) -> list[object]:
    """One property of each object."""
    return [getattr(one, "get")(name) for one in objects]  # noqa: B009 - an object of the console's language


def two_guests(static: bool = False, **options: Any) -> Lab:
    """Two booted guests on an external switch, 192.168.0.21 and .22."""
    lab = Lab(**options)
    lab.run(EXTERNAL)
    for place, (name, disk) in enumerate(DISKS.items(), 1):
        lab.run(f"New-VM {name} -VHDPath {disk} -SwitchName LAN")
        if static:
            lab.run(f"Set-VMNetworkAdapter {name} -StaticMacAddress 00-15-5D-00-00-0{place}")
        lab.run(f"Start-VM {name}")
    for place, name in enumerate(DISKS, 1):
        lab.run(f"Wait-Lab {name} -For Heartbeat; Set-LabGuestAddress {name} 192.168.0.2{place}")
    return lab


def test_switches_are_made_listed_changed_and_removed() -> None:
    lab = Lab()
    (made,) = lab.run(EXTERNAL + " -Notes 'to the world'")
    assert values([made], "NetAdapterInterfaceDescription") == ["Intel(R) PRO/1000 EB Network Connection"]
    lab.run("New-VMSwitch Own -SwitchType Private")
    lab.run("New-VMSwitch Home -SwitchType Internal")
    assert values(lab.run("Get-VMSwitch"), "Name") == ["Home", "LAN", "Own"]
    assert values(lab.run("Get-VMSwitch -SwitchType Private"), "Name") == ["Own"]
    assert values(lab.run("Get-VMSwitch L*"), "AllowManagementOS") == [True]
    assert values(lab.run("Get-VMNetworkAdapter -ManagementOS"), "SwitchName") == ["LAN", "Home"]
    lab.run("Set-VMSwitch LAN -AllowManagementOS $false")
    assert values(lab.run("Get-VMNetworkAdapter -ManagementOS"), "SwitchName") == ["Home"]
    assert lab.tried("Test-Connection router -Count 1") == ["TestConnectionException"]
    lab.run("Set-VMSwitch LAN -AllowManagementOS $true; Remove-VMSwitch LAN -Force")
    assert values(lab.run("Get-VMSwitch"), "Name") == ["Home", "Own"]


def test_an_external_switch_moves_the_hosts_address_and_gives_it_back() -> None:
    lab = Lab()
    for script in (
        "",
        EXTERNAL,
        "Remove-VMSwitch LAN -Force",
    ):
        lab.run(script)
        assert values(lab.run("Test-Connection fileserver -Count 2"), "Outcome") == ["ok", "ok"]
    lab.run("New-VMSwitch LAN -NetAdapterName 'Local Area Connection' -AllowManagementOS $false")
    before = len(lab.world.trace)
    assert lab.tried("Test-Connection fileserver -Count 1") == ["TestConnectionException"]
    assert lab.events("net.frame", before) == [], "the adapter is the switch's alone"
    for script in ("Set-VMSwitch LAN -AllowManagementOS $true", "Set-VMSwitch LAN -AllowManagementOS $false"):
        lab.run(script)
        good = script.endswith("$true")
        assert lab.run("Test-Connection fileserver -Count 1 -Quiet") == [good]
    lab.run("Remove-VMSwitch LAN -Force")
    assert lab.run("Test-Connection fileserver -Count 1 -Quiet") == [True]


@pytest.mark.parametrize(
    ("command", "error"),
    [
        ("New-VMSwitch LAN -SwitchType External", "CannotConvertArgumentNoMessage"),
        ("New-VMSwitch a/b -SwitchType Private", "InvalidParameter"),
        ("New-VMSwitch W -NetAdapterName 'Wireless Network Connection'", "OperationFailed"),
        ("New-VMSwitch N -NetAdapterName nothing", "ObjectNotFound"),
        (EXTERNAL + "; " + EXTERNAL.replace("LAN", "X"), "ObjectInUse"),
        (EXTERNAL + "; " + EXTERNAL, "InvalidParameter"),
        ("Remove-VMSwitch nothing", "InvalidParameter"),
        ("New-VMSwitch P -SwitchType Private; Set-VMSwitch P -AllowManagementOS $true", "InvalidParameter"),
        ("New-VM a -SwitchName nothing", "InvalidParameter"),
        ("New-VM a; Remove-VMNetworkAdapter a -Name x", "ObjectNotFound"),
        ("New-VM a; 1..9 | ForEach-Object { Add-VMNetworkAdapter a }", "InvalidParameter"),
        ("New-VM a; 1..5 | ForEach-Object { Add-VMNetworkAdapter a -IsLegacy $true }", "InvalidParameter"),
        ("New-VM a; Start-VM a; Add-VMNetworkAdapter a", "InvalidState"),
        ("New-VM a; Add-VMNetworkAdapter a -StaticMacAddress 01-15-5D-00-00-01", "InvalidParameter"),
        ("New-VM a; Add-VMNetworkAdapter a -StaticMacAddress xyz", "InvalidParameter"),
        ("New-VM a; Add-VMNetworkAdapter a; Set-VMNetworkAdapter a -MacAddressSpoofing On", "NotSupported"),
        ("New-VM a; Add-VMNetworkAdapter a; Connect-VMNetworkAdapter a -SwitchName x", "InvalidParameter"),
        ("Set-VMNetworkAdapterVlan a -Trunk -AllowedVlanIdList 9-x -NativeVlanId 0", "InvalidParameter"),
        ("Set-LabCable -NetAdapterName x -State Pulled", "ObjectNotFound"),
        ("New-VM a; Set-LabGuestAddress a 10.0.0.1", "InvalidState"),
        ("Test-Connection nobody", "TestConnectionException"),
        ("Test-Connection 10.0.0.1 -Source nobody", "InvalidParameter"),
        ("Get-LabMacTable nothing", "InvalidParameter"),
        ("Add-LabNlbNode a x 1", "InvalidParameter"),
    ],
)
def test_refusals_and_their_lines_in_both_languages(command: str, error: str) -> None:
    lab = Lab()
    found = lab.tried(command)
    assert found and found[-1] == error, found
    for record in lab.recorded.errors:
        if record.explain is not None:
            name, filled = record.explain
            for language in LANGUAGES:
                line = Text(language)(name, **filled)
                assert line and "{" not in line


def test_a_new_machine_has_one_adapter_that_is_connected_only_where_a_switch_is_named() -> None:
    lab = Lab()
    lab.run(EXTERNAL + "; New-VM a; New-VM b -SwitchName LAN")
    rows = lab.run("Get-VMNetworkAdapter a, b")
    assert values(rows, "Name") == ["Network Adapter"] * 2 and values(rows, "SwitchName") == ["", "LAN"]
    assert values(rows, "IsLegacy") == [False, False]
    hosted = Lab(platform="vs2005")
    hosted.run("New-VM a")
    assert hosted.run("Get-VMNetworkAdapter a") == [], "that platform has no synthetic adapters"


def test_adapters_are_added_changed_and_removed() -> None:
    lab = Lab()
    lab.run(EXTERNAL + "; New-VM a -SwitchName LAN; Add-VMNetworkAdapter a -Name second -IsLegacy $true")
    rows = lab.run("Get-VMNetworkAdapter a")
    assert values(rows, "Name") == ["Network Adapter", "second"]
    assert values(rows, "SwitchName") == ["LAN", ""] and values(rows, "IsLegacy") == [False, True]
    assert values(rows, "MacAddress") == ["000000000000"] * 2, "a dynamic address comes with the first start"
    lab.run(
        "Connect-VMNetworkAdapter a second LAN; Set-VMNetworkAdapter a second -StaticMacAddress 00155D010203"
    )
    rows = lab.run("Get-VMNetworkAdapter a second")
    assert values(rows, "MacAddress") == ["00155D010203"] and values(rows, "SwitchName") == ["LAN"]
    lab.run(
        "Get-VMNetworkAdapter a second | Disconnect-VMNetworkAdapter; Set-VMNetworkAdapter a -DynamicMacAddress"
    )
    rows = lab.run("Get-VMNetworkAdapter a")
    assert values(rows, "SwitchName") == ["LAN", ""] and values(rows, "DynamicMacAddressEnabled") == [
        True,
        True,
    ]
    lab.run("Remove-VMNetworkAdapter a second")
    assert values(lab.run("Get-VMNetworkAdapter a"), "Name") == ["Network Adapter"]


def test_vlans_are_set_and_shown() -> None:
    lab = Lab()
    lab.run("New-VM a")
    for setting, mode, shown in (
        ("-Access -VlanId 10", "Access", "10"),
        ("-Trunk -AllowedVlanIdList '5,10-12,20' -NativeVlanId 0", "Trunk", "0/5,10-12,20"),
        ("-Untagged", "Untagged", ""),
    ):
        (row,) = lab.run(f"Set-VMNetworkAdapterVlan a {setting} -Passthru")
        assert str(values([row], "Mode")[0]) == mode and values([row], "VlanList") == [shown]
        assert values(lab.run("Get-VMNetworkAdapterVlan a"), "VlanList") == [shown]


def test_the_matrix_and_the_table_after_it() -> None:
    lab = two_guests()
    rows = lab.run("Test-LabNetwork")
    pairs = set(zip(values(rows, "Source"), values(rows, "Destination"), strict=True))
    everyone = {"web01", "web02", "host", "router", "fileserver"}
    assert pairs == {(a, b) for a in ("web01", "web02", "host") for b in everyone - {a}}
    assert set(values(rows, "Outcome")) == {"ok"}
    table = lab.run("Get-LabMacTable LAN")
    assert values(table, "Port") == ["web01/net:0", "web02/net:0", "uplink", "uplink", "host"]
    ports = lab.run("Get-LabSwitchPort LAN")
    assert values(ports, "Dropped") == [0, 0, 0, 0]
    lab.run("Set-VMNetworkAdapterVlan web01 -Access -VlanId 7")
    rows = lab.run("Test-LabNetwork")
    good = {
        (source, target)
        for source, target, outcome in zip(
            values(rows, "Source"), values(rows, "Destination"), values(rows, "Outcome"), strict=True
        )
        if outcome == "ok"
    }
    assert good == {p for p in pairs if "web01" not in p}


def test_names_and_quiet() -> None:
    lab = two_guests()
    assert lab.run("Test-Connection web02 -Source web01 -Quiet -Count 1") == [True]
    assert lab.run("Test-Connection 192.168.0.77, nobody -Source web01 -Quiet -Count 1") == [False, False]
    assert values(lab.run("Test-Connection web01 -Count 1"), "TimeToLive") == [128]


@pytest.mark.parametrize("mode", ["Unicast", "Multicast"])
def test_load_balancing_needs_static_addresses_in_unicast_mode_only(mode: str) -> None:
    lab = two_guests(static=False)
    for number, name in enumerate(BOTH, 1):
        lab.run(f"Add-LabNlbNode {name} 192.168.0.100 {number} -Mode {mode}")
    lab.run("Wait-Lab -Seconds 3")
    nodes = [str(node) for node in values(lab.run("Invoke-LabRequest 192.168.0.100 -Count 20"), "Node")]
    if mode == "Unicast":
        assert nodes == [""], "nobody answers"
        dropped = values(lab.run("Get-LabSwitchPort LAN | Where-Object { $_.Port -like 'web*' }"), "Dropped")
        assert all(isinstance(count, int) and count > 0 for count in dropped)
    else:
        assert nodes == ["web01", "web02"]


def test_a_cluster_shares_its_clients_loses_a_node_and_takes_it_back() -> None:
    lab = two_guests(static=True)
    for number, name in enumerate(BOTH, 1):
        lab.run(f"Add-LabNlbNode {name} 192.168.0.100 {number}")
    lab.run("Wait-Lab -Seconds 3")
    first = lab.run("Invoke-LabRequest 192.168.0.100 -Count 60")
    assert values(first, "Node") == list(BOTH)
    counts = values(first, "Count")
    assert sum(counts) == 60 and min(counts) >= 15  # type: ignore[arg-type, type-var]
    assert values(lab.run("Get-LabNlbNode"), "Served") == counts
    lab.run("Stop-VM web02 -TurnOff; Wait-Lab -Seconds 7")
    assert values(lab.run("Invoke-LabRequest 192.168.0.100 -Count 60"), "Node") == ["web01"]
    lab.run("Remove-LabNlbNode web01")
    assert values(lab.run("Invoke-LabRequest 192.168.0.100 -Count 2"), "Node") == [""]


def test_a_later_platform_has_the_setting_instead() -> None:
    lab = two_guests(static=True, platform="ws2012")
    for number, name in enumerate(BOTH, 1):
        lab.run(f"Add-LabNlbNode {name} 192.168.0.100 {number}")
    lab.run("Wait-Lab -Seconds 3")
    assert values(lab.run("Invoke-LabRequest 192.168.0.100 -Count 5"), "Node") == [""]
    lab.run("Set-VMNetworkAdapter * -MacAddressSpoofing On; Wait-Lab -Seconds 3")
    assert set(values(lab.run("Invoke-LabRequest 192.168.0.100 -Count 40"), "Node")) == set(BOTH)


def test_cables() -> None:
    lab = two_guests()
    lab.run("Set-LabCable web01 -State Pulled")
    assert lab.run("Test-Connection web01 -Source web02 -Count 1 -Quiet") == [False]
    assert values(lab.run("Get-LabGuestAddress web01"), "Media") == ["Disconnected"]
    assert lab.tried("Test-Connection web02 -Source web01 -Count 1") == ["TestConnectionException"]
    assert lab.recorded.errors[0].explain is not None
    assert lab.recorded.errors[0].explain[0] == "explain.ping-no-cable"
    lab.run(
        "Set-LabCable web01 -State Connected; Set-LabCable -NetAdapterName 'Local Area Connection' -State Pulled"
    )
    assert values(lab.run("Get-NetAdapter 'Local Area Connection'"), "Status") == ["Disconnected"]
    assert lab.run("Test-Connection web01 -Source web02 -Count 1 -Quiet") == [True]
    assert lab.run("Test-Connection router -Source web02 -Count 1 -Quiet") == [False]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_example_in_the_help_works(language: str) -> None:
    article = (paths.assets() / "help" / language / "about_Networks.txt").read_text(encoding="utf-8")
    lines = [line.strip() for line in article.splitlines() if line.startswith("  ")]
    example = lines[lines.index("New-VMSwitch LAN -NetAdapterName 'Local Area Connection'") :]
    assert len(example) == 8
    objects = Lab().run("\n".join(example))
    assert {"ok"} == {outcome for outcome in values(objects, "Outcome") if outcome}


def test_the_matrix_follows_vlans_pulled_cables_and_kinds_of_switches() -> None:
    lab = two_guests()

    def reached() -> set[tuple[object, object]]:
        rows = lab.run("Test-LabNetwork")
        pairs = zip(values(rows, "Source"), values(rows, "Destination"), values(rows, "Outcome"), strict=True)
        return {(a, b) for a, b, outcome in pairs if outcome == "ok"}

    everyone = {"web01", "web02", "host", "router", "fileserver"}
    others = {("web02", b) for b in everyone - {"web01", "web02"}} | {
        ("host", b) for b in everyone - {"web01", "host"}
    }
    lab.run("Set-VMNetworkAdapterVlan web01 -Access -VlanId 10")
    assert reached() == others
    lab.run("Set-VMNetworkAdapterVlan web02 -Access -VlanId 10")
    assert reached() == {
        ("web01", "web02"),
        ("web02", "web01"),
        *((("host", b)) for b in ("router", "fileserver")),
    }
    lab.run(
        "Set-VMNetworkAdapterVlan web01, web02 -Untagged; Set-LabCable web01 -State Pulled; Wait-Lab -Seconds 1"
    )
    assert reached() == others
    lab.run("Set-LabCable web01 -State Connected; New-VMSwitch P -SwitchType Private; Wait-Lab -Seconds 1")
    lab.run("Connect-VMNetworkAdapter web01, web02 -SwitchName P; Wait-Lab -Seconds 1")
    assert reached() == {("web01", "web02"), ("web02", "web01"), ("host", "router"), ("host", "fileserver")}
