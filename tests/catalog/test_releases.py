"""The releases of Windows Server are apart: each differs from its neighbour in probes that are run, one a behaviour."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest

from hvlab import catalog
from hvlab.console.host import RecordingHost
from hvlab.datacenter.cluster import CLUSTER, DOWN, Cluster
from hvlab.datacenter.licence_book import BOOK, LicenceBook
from hvlab.datacenter.licensing import Server
from hvlab.session.session import Session

RELEASES = ["ws2008", "ws2008r2", "ws2012", "ws2012r2", "ws2016", "ws2019", "ws2022", "ws2025"]
VERSIONS = ["1.0", "2.0", "3.0", "5.0", "8.0", "9.0", "10.0", "12.0"]


def lab(platform: str, scenario: str = "one-host") -> Session:
    return Session(scenario=scenario, platform=platform, exports=False, host=RecordingHost())


def value(session: Session, command: str) -> str:
    host = RecordingHost()
    session.shell.host = host
    assert session.run(command).ok, command
    return str(host.objects[-1])


def limit(name: str) -> Callable[[str], object]:
    return lambda platform: value(
        lab(platform),
        f"((Get-LabPlatform {platform}).Limits | Where-Object Name -eq {name}).Value",
    )


def version_of_a_new_machine(platform: str) -> object:
    return value(lab(platform), "New-VM web01 -NoVHD | Out-Null; (Get-VM web01).Version")


def vmbus(platform: str) -> object:
    return value(lab(platform), f"(Get-LabPlatform {platform}).VMBusVersions -join ' '")


def versions_it_makes(platform: str) -> object:
    session = lab(platform)
    return [one for one in VERSIONS if session.run(f"New-VM v{one} -NoVHD -Version {one}").ok]


def hot_plugging(platform: str) -> object:
    session = lab(platform)
    assert session.run("New-VM web01 512MB -NoVHD; New-VHD D:\\more.vhd 64MB -Dynamic; Start-VM web01").ok
    return session.run("Add-VMHardDiskDrive web01 -ControllerType SCSI -Path D:\\more.vhd").ok


def set_up_disc(platform: str) -> object:
    session = lab(platform)
    assert session.run("New-VM web01 512MB -NoVHD").ok
    return session.run(r"Set-VMDvdDrive web01 -Path C:\Windows\System32\vmguest.iso").ok


def standard_clusters(platform: str) -> object:
    session = lab(platform, "two-nodes")
    session.world.get(BOOK, LicenceBook).add_server(Server("HV02", 1, "standard"), "host2")
    return session.run("New-Cluster C1 -Node HV01, HV02").ok


def live_migration(platform: str) -> object:
    """How long a running machine is on its way, in ms; None where it has to be saved."""
    session = lab(platform, "two-nodes")
    assert session.run(r"New-Cluster C1 -Node HV01, HV02; New-VM web01 512MB -NoVHD -Path E:\ ").ok
    assert session.run("Add-ClusterVirtualMachineRole web01; Start-VM web01").ok
    if not session.run("Move-ClusterVirtualMachineRole web01 -MigrationType Live").ok:
        return None
    (move,) = session.world.get(CLUSTER, Cluster).moves
    return (move.ended - move.begun) // 1_000_000


def patience_with_a_silent_node(platform: str) -> object:
    """After how many seconds a node that is not heard counts as lost."""
    session = lab(platform, "two-nodes")
    assert session.run("New-Cluster C1 -Node HV01, HV02; Add-LabFault RootCrash -ComputerName HV02").ok
    lost = session.world.get(CLUSTER, Cluster).nodes["host2"]
    for seconds in range(1, 40):
        assert session.run("Start-Sleep 1").ok
        if lost.state == DOWN:
            return seconds
    return None


DATA = {
    "version": version_of_a_new_machine,
    "VMBus": vmbus,
    "processors": limit("processors_per_vm"),
    "running": limit("running_vms"),
    "logical processors": limit("logical_processors"),
    "nodes": limit("cluster_nodes"),
}
BEHAVIOURS = {
    "versions it makes": versions_it_makes,
    "hot plugging": hot_plugging,
    "set-up disc": set_up_disc,
    "Standard clusters": standard_clusters,
    "live migration": live_migration,
    "patience": patience_with_a_silent_node,
}


@pytest.fixture(scope="module")
def probed() -> dict[str, dict[str, object]]:
    return {
        release: {name: probe(release) for name, probe in {**DATA, **BEHAVIOURS}.items()}
        for release in RELEASES
    }


@pytest.mark.parametrize(("older", "newer"), list(pairwise(RELEASES)))
def test_neighbours_differ_in_three_probes_one_of_them_a_behaviour(
    probed: dict[str, dict[str, object]], older: str, newer: str
) -> None:
    differing = [name for name in probed[older] if probed[older][name] != probed[newer][name]]
    assert len(differing) >= 3, differing
    assert set(differing) & set(BEHAVIOURS), differing


def test_what_came_when(probed: dict[str, dict[str, object]]) -> None:
    first = {
        name: next(release for release in RELEASES if probed[release][name])
        for name in ("hot plugging", "Standard clusters", "live migration")
    }
    assert first == {
        "hot plugging": "ws2008r2",
        "Standard clusters": "ws2012",
        "live migration": "ws2008r2",
    }
    assert [probed[release]["set-up disc"] for release in RELEASES] == [True] * 4 + [False] * 4
    migrations = [probed[release]["live migration"] for release in RELEASES[1:]]
    assert migrations[0] == migrations[1] and isinstance(migrations[2], int)
    assert 2 * migrations[2] < 1.1 * int(str(migrations[1])), "compressed"
    assert [probed[release]["versions it makes"] for release in ("ws2008", "ws2016")] == [
        ["1.0"],
        ["5.0", "8.0"],
    ]


def test_each_release_says_what_is_not_modelled_and_where_its_limits_come_from() -> None:
    for release in RELEASES:
        platform = catalog.platform(release)
        assert platform.missing["en"] and platform.missing["de"] != platform.missing["en"]
        assert all(limit.source for limit in platform.limits.values())
        assert platform.cluster is not None and platform.cluster.source
        assert platform.vm_version in platform.vm_versions
