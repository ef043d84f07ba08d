"""Failover clusters: who hears whom, who has the majority, what moves and how long it stands still."""

from __future__ import annotations

import pytest

from hvlab import catalog
from hvlab.datacenter import cluster as clusters
from hvlab.datacenter.build import build_world
from hvlab.datacenter.cluster import CLUSTER, DOWN, MAJORITY, ONLINE, UP, WITH_DISK, Cluster, Group
from hvlab.datacenter.licence_book import BOOK, LicenceBook
from hvlab.datacenter.licensing import Server
from hvlab.datacenter.san import SAN, SharedStorage
from hvlab.host.handover import management
from hvlab.host.machine import OFF, RUNNING, SAVED, Refusal
from hvlab.host.networks import VirtualNetworks
from hvlab.kernel import World
from hvlab.session.session import Session

SECOND = 1_000_000_000
READY = r"""
New-Cluster C1 -Node HV01, HV02
New-VM web01 {memory} -VHDPath E:\web01.vhd -Path E:\
Add-ClusterVirtualMachineRole web01
Start-VM web01
Wait-Lab web01 -For Heartbeat
"""


def lab(memory: str = "512MB") -> Session:
    session = Session(scenario="two-nodes", exports=False)
    outcome = session.run(READY.format(memory=memory))
    assert outcome.ok, [error.message for error in outcome.errors]
    return session


def cluster(session: Session) -> Cluster:
    return session.world.get(CLUSTER, Cluster)


def group(session: Session) -> Group:
    return cluster(session).group("web01")


def reason(session: Session, command: str) -> str:
    before = session.world.digest()
    outcome = session.run(command)
    assert len(outcome.errors) == 1 and outcome.errors[0].explain and session.world.digest() == before
    return outcome.errors[0].explain[0].removeprefix("explain.")


def pull_all(world: World, host: str, linked: bool) -> None:
    networks = world.get(f"{host}/root/vmswitch", VirtualNetworks)
    for nic in networks.nics:
        networks.cable_nic(nic.name, linked)


# -- shared disks --------------------------------------------------------------------------------


def test_a_shared_disk_is_one_host_s_at_a_time_with_all_that_is_on_it() -> None:
    world = build_world("two-nodes")
    san = world.get(SAN, SharedStorage)
    files = {
        host: world.get(f"{host}/root/vmms", management(world, host).__class__).storage.files
        for host in ("host1", "host2")
    }
    assert files["host1"].exists(r"E:\web01.vhd") and "E" not in [v.letter for v in files["host2"].volumes]
    san.give("E", "host2")
    assert files["host2"].exists(r"E:\web01.vhd") and "E" not in [v.letter for v in files["host1"].volumes]
    san.give("E", "")
    assert "E" in san.offline and all("E" not in [v.letter for v in one.volumes] for one in files.values())


# -- members and votes -----------------------------------------------------------------------------


def test_the_votes_of_two_nodes_are_three_with_the_disk_and_two_without() -> None:
    session = lab()
    assert (cluster(session).quorum, cluster(session).all_votes) == (WITH_DISK, 3)
    assert session.run("Set-ClusterQuorum -NodeMajority").ok
    assert (cluster(session).quorum, cluster(session).all_votes) == (MAJORITY, 2)


def test_standard_has_no_clustering() -> None:
    session = Session(scenario="two-nodes", exports=False)
    book = session.world.get(BOOK, LicenceBook)
    book.add_server(Server("HV02", 1, "standard"), "host2")
    assert reason(session, "New-Cluster C1 -Node HV01, HV02") == "no-clustering"
    assert not session.world.has(CLUSTER), "nothing is left of it"


def test_there_are_sixteen_nodes_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    world = build_world("two-nodes")
    of_all = clusters.management(world, "host1")
    monkeypatch.setattr(clusters, "management", lambda world, host: of_all)  # these nodes are names only
    made = world.add(CLUSTER, Cluster("C1", catalog.platform("ws2008")))
    book = world.get(BOOK, LicenceBook)
    for number in range(17):
        book.add_server(Server(f"N{number}", 1, "enterprise"), f"node{number}")
        world.add(f"node{number}/root", type(world.get("host1/root", object))("n", 1, 2))  # type: ignore[type-var]
    for number in range(16):
        made.join(f"N{number}", f"node{number}")
    with pytest.raises(Refusal) as refused:
        made.join("N16", "node16")
    assert refused.value.reason == "limit-cluster-nodes" and refused.value.values["limit"] == 16


@pytest.mark.parametrize(
    ("script", "command", "why"),
    [
        ("", "Get-Cluster", "no-cluster"),
        ("New-Cluster C1", "New-Cluster C2", "cluster-exists"),
        ("New-Cluster C1", "Add-ClusterNode HV01", "node-already"),
        ("", "New-Cluster C1 -Node HV03", "no-such-host"),
        ("Add-LabFault RootCrash -ComputerName HV02", "New-Cluster C1 -Node HV01, HV02", "node-silent"),
        ("New-Cluster C1", "Get-ClusterNode HV02", "no-such-node"),
        ("New-Cluster C1", "Move-ClusterGroup web01", "no-such-group"),
        ("New-Cluster C1", "Add-ClusterVirtualMachineRole web01", "no-such-vm"),
        (
            r"New-Cluster C1; New-VM web01 -VHDPath C:\Images\WS2008-x64.vhd -Path E:\ ",
            "Add-ClusterVirtualMachineRole web01",
            "files-not-shared",
        ),
        (
            r"New-Cluster C1; New-VM web01 -VHDPath E:\web01.vhd",
            "Add-ClusterVirtualMachineRole web01",
            "files-not-shared",
        ),
        (
            r"New-Cluster C1; New-VM web01 -NoVHD -Path Q:\ ",
            "Add-ClusterVirtualMachineRole web01",
            "files-not-shared",
        ),
        (
            r"New-Cluster C1; New-VM web01 -NoVHD -Path E:\; Add-ClusterVirtualMachineRole web01",
            "Move-ClusterGroup web01",
            "no-other-node",
        ),
        (
            r"New-Cluster C1; New-VM a -NoVHD -Path E:\; New-VM b -NoVHD -Path E:\; Add-ClusterVirtualMachineRole a",
            "Add-ClusterVirtualMachineRole b",
            "lun-taken",
        ),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(script: str, command: str, why: str) -> None:
    session = Session(scenario="two-nodes", exports=False)
    assert session.run(script).ok
    assert reason(session, command) == why


def test_a_cluster_needs_a_disk_that_votes_and_a_platform_that_has_clusters() -> None:
    session = Session(exports=False)
    assert session.run("New-Cluster C1").ok
    assert reason(session, "Set-ClusterQuorum -NodeAndDiskMajority") == "no-witness"
    assert reason(Session(platform="vs2005", exports=False), "New-Cluster C1") == "no-cluster-here"


# -- planned -----------------------------------------------------------------------------------------


def test_quick_migration_takes_the_machine_and_its_disk_to_the_other_node() -> None:
    session = lab()
    before = len(session.world.trace)
    assert session.run("Move-ClusterVirtualMachineRole web01 -Node HV02").ok
    assert group(session).owner == "host2" and group(session).state == ONLINE
    assert session.world.get(SAN, SharedStorage).luns["E"].owner == "host2"
    assert management(session.world, "host1").find("web01") is None
    machine = management(session.world, "host2").machine("web01")
    assert machine.state == RUNNING and session.world.has("host2/web01")
    assert not session.world.has("host1/web01")
    phases = [event for event in session.world.trace.since(before) if event.kind == "guest.phase"]
    assert phases == [], "the guest goes on, it does not boot"
    assert session.run(
        "Start-Sleep 10; if ((Get-VM web01 -ComputerName HV02).Heartbeat -ne 'OkApplicationsUnknown') { throw }"
    ).ok
    assert session.run("Stop-VM web01 -ComputerName HV02").ok, "its services answer on the new node"


def test_the_downtime_grows_with_the_memory_at_the_disk_s_throughput() -> None:
    downtime = {}
    for megabytes in (512, 1024, 2048):
        session = lab(f"{megabytes}MB")
        assert session.run("Move-ClusterVirtualMachineRole web01").ok
        (move,) = cluster(session).moves
        downtime[megabytes] = move.downtime
    sector = catalog.platform("ws2008").timing.disk_sector
    for smaller, larger in ((512, 1024), (1024, 2048)):
        moved_more = 2 * (smaller << 20) // 512 * sector  # written once, read once
        assert abs(downtime[larger] - downtime[smaller] - moved_more) < SECOND // 50
    assert 15 * SECOND < downtime[512] < 25 * SECOND, "the reference: 15 s to minutes"


def test_a_group_at_rest_changes_its_owner_without_being_started() -> None:
    for stop, state in (("Stop-VM web01", OFF), ("Save-VM web01", SAVED)):
        session = lab()
        assert session.run(f"{stop}; Start-Sleep 2; Move-ClusterGroup web01").ok
        assert management(session.world, "host2").machine("web01").state == state, stop
        assert group(session).owner == "host2" and group(session).state != ONLINE
        assert session.run("Start-VM web01 -ComputerName HV02; Start-Sleep 2").ok
        assert group(session).state == ONLINE


def test_live_migration_is_refused_on_windows_server_2008() -> None:
    session = lab()
    why = reason(session, "Move-ClusterVirtualMachineRole web01 -MigrationType Live")
    assert why == "no-live-migration"


def test_a_node_without_the_machine_s_switch_is_not_moved_to() -> None:
    session = lab()
    assert session.run("Stop-VM web01; New-VMSwitch LAN -SwitchType Private; Start-Sleep 2").ok
    assert session.run("Add-VMNetworkAdapter web01 -SwitchName LAN; Start-VM web01; Start-Sleep 2").ok
    assert reason(session, "Move-ClusterGroup web01") == "no-such-switch"
    assert reason(session, "Move-ClusterGroup web01 -Node HV01") == "already-there"


def test_a_move_to_a_node_without_enough_memory_ends_with_the_machine_saved_there() -> None:
    session = lab("2GB")
    for number in range(2):
        assert session.run(f"New-VM big{number} 2GB -NoVHD -ComputerName HV02").ok
        assert session.run(f"Start-VM big{number} -ComputerName HV02").ok
    outcome = session.run("Move-ClusterVirtualMachineRole web01 -Node HV02")
    assert outcome.errors[0].explain == (
        "explain.move-failed",
        {"name": "web01", "outcome": "not-enough-memory"},
    )
    assert management(session.world, "host2").machine("web01").state == SAVED, "nothing is lost"
    assert session.run("Move-ClusterGroup web01 -Node HV01; Start-VM web01; Wait-Lab web01 -For Heartbeat").ok


# -- unplanned ---------------------------------------------------------------------------------------


def test_a_lost_node_s_machine_boots_cold_on_the_other() -> None:
    session = lab()
    assert session.run("Move-ClusterGroup web01 -Node HV02").ok
    before = len(session.world.trace)
    crashed = session.world.now
    assert session.run("Add-LabFault RootCrash -ComputerName HV02; Start-Sleep 4").ok
    assert cluster(session).nodes["host2"].state == UP and group(session).owner == "host2", (
        "not missed often enough"
    )
    assert session.run("Start-Sleep 6").ok
    assert cluster(session).nodes["host2"].state == DOWN
    assert (group(session).owner, group(session).state) == ("host1", ONLINE)
    move = cluster(session).moves[-1]
    assert move.kind == "Failover" and 7 * SECOND < move.downtime < 10 * SECOND
    assert move.downtime == management(session.world, "host1").machine("web01").running_since - crashed
    assert session.run("Wait-Lab web01 -For Heartbeat").ok
    phases = [
        event.get("phase") for event in session.world.trace.since(before) if event.kind == "guest.phase"
    ]
    assert phases and phases[0] != "running", "it boots"
    assert session.run("Start-Sleep 120").ok
    assert cluster(session).nodes["host2"].state == UP and group(session).owner == "host1", (
        "it does not go back"
    )
    assert management(session.world, "host2").machines == {}


def test_with_the_owner_goes_the_disk_that_votes() -> None:
    session = lab()
    assert session.run("Add-LabFault RootCrash; Start-Sleep 20").ok
    assert session.world.get(SAN, SharedStorage).luns["Q"].owner == "host2"
    assert group(session).owner == "host2" and cluster(session).majority()


def test_without_a_disk_one_of_two_nodes_is_not_enough_and_nothing_is_taken_over() -> None:
    session = lab()
    assert session.run("Set-ClusterQuorum -NodeMajority; Add-LabFault RootCrash -ComputerName HV02").ok
    assert session.run("Start-Sleep 30").ok
    assert not cluster(session).majority()
    assert [node.state for node in cluster(session).nodes.values()] == [DOWN, DOWN]
    assert management(session.world, "host1").machine("web01").state == OFF
    assert session.run("Start-Sleep 100").ok
    assert group(session).state == ONLINE, "both are back, and with them the machine"


def test_a_node_that_nobody_hears_stops_its_machines_before_another_starts_them() -> None:
    session = lab()
    assert session.run("Move-ClusterGroup web01 -Node HV02").ok
    pull_all(session.world, "host2", False)
    states = []
    for _ in range(40):
        session.run("Start-Sleep 0.5")
        running = [
            host
            for host in ("host1", "host2")
            for machine in management(session.world, host).machines.values()
            if machine.state == RUNNING
        ]
        states.append(tuple(running))
        assert len(running) <= 1, "never on both"
    assert states[0] == ("host2",) and states[-1] == ("host1",)
    assert cluster(session).nodes["host2"].state == DOWN
    pull_all(session.world, "host2", True)
    session.run("Start-Sleep 2")
    assert cluster(session).nodes["host2"].state == UP and group(session).owner == "host1"


def test_the_source_is_lost_in_the_middle_of_a_quick_migration() -> None:
    session = lab()
    target = cluster(session).node("HV02")
    from hvlab.datacenter import migration

    migration.quick(cluster(session), group(session), target)
    assert session.run("Start-Sleep 3; Add-LabFault RootCrash; Start-Sleep 30").ok
    assert (group(session).owner, group(session).state) == ("host2", ONLINE)
    assert cluster(session).moves[-1].kind == "Failover"


# -- four nodes ---------------------------------------------------------------------------------------


def test_four_nodes_bear_the_loss_of_two_and_spread_what_they_take_over() -> None:
    session = Session(scenario="four-nodes", exports=False)
    assert session.run("New-Cluster C1 -Node HV01, HV02, HV03, HV04").ok
    for letter, name in (("E", "web01"), ("F", "web02")):
        assert session.run(rf"New-VM {name} 2GB -VHDPath {letter}:\{name}.vhd -Path {letter}:\ ").ok
        assert session.run(f"Add-ClusterVirtualMachineRole {name}; Start-VM {name}").ok
    made = cluster(session)
    assert (made.quorum, made.all_votes) == (WITH_DISK, 5)
    assert session.run("Start-Sleep 2; Add-LabFault RootCrash; Start-Sleep 20").ok
    owners = [made.owner for made in cluster(session).groups.values()]
    assert "host1" not in owners and len(owners) == 2
    assert session.run("Add-LabFault RootCrash -ComputerName HV02; Start-Sleep 20").ok
    assert cluster(session).votes(cluster(session).majority()) == 3
    for group in cluster(session).groups.values():
        assert group.state == ONLINE and group.owner in ("host3", "host4")
    assert session.run("Add-LabFault RootCrash -ComputerName HV03; Start-Sleep 8").ok
    assert not cluster(session).majority(), "two of five votes are not enough"


# -- state ---------------------------------------------------------------------------------------------


def test_the_same_work_leads_to_the_same_world_also_after_going_back() -> None:
    digests = []
    for again in (False, True):
        session = lab()
        if again:
            assert session.run("Move-ClusterGroup web01 -Node HV02").ok
            assert session.run("Undo-Lab").ok
            assert group(session).owner == "host1"
        assert session.run("Move-ClusterGroup web01 -Node HV02").ok
        digests.append((session.world.digest(), session.world.trace.digest()))
    assert digests[0] == digests[1]
    assert session.world.find_unmarked_changes() == []
