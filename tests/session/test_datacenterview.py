"""The view of the machine room: the licence engine's verdicts, the cluster's votes and the disks' owners."""

from __future__ import annotations

from hvlab.datacenter.licence_book import BOOK, LicenceBook
from hvlab.session import datacenterview
from hvlab.session.datacenterview import (
    COVERED,
    NOT_JUDGED,
    NOT_NEEDED,
    RESTS,
    UNCOVERED,
    HostBox,
    RoomView,
)
from hvlab.session.session import Session
from tests.conftest import IMAGE

CLUSTER = (
    "New-Cluster LAB -Node HV01,HV02",
    r"New-VM web01 -MemoryStartupBytes 512MB -VHDPath E:\web01.vhd -Path E:\ ",
    "Add-ClusterVirtualMachineRole web01; Start-VM web01; Wait-Lab web01",
)


def look(session: Session) -> RoomView:
    return datacenterview.look(session.world)


def licensed(*commands: str) -> HostBox:
    """One server with two running systems of 2008, one that rests and an old system, after these commands."""
    session = Session()
    for name in ("web01", "web02", "rest"):
        session.run(
            f"New-VM {name} -MemoryStartupBytes 512MB -VHDPath (New-VHD C:\\{name}.vhd -ParentPath {IMAGE}).Path"
        )
    session.run(r"New-VM old -VHDPath C:\Images\NT4.vhd -MemoryStartupBytes 128MB")
    session.run("Start-VM web01, web02, old; Wait-Lab web01; Wait-Lab web02; Wait-Lab old")
    for command in commands:
        assert session.run(command).ok, command
    (host,) = look(session).hosts
    verdict = session.world.get(BOOK, LicenceBook).judge(host.name)
    assert host.legal == verdict.legal
    assert {one.name for one in host.virtual if one.cover == COVERED} == {name for name, _ in verdict.covered}
    assert {one.name for one in host.virtual if one.cover == UNCOVERED} == set(verdict.uncovered)
    return host


def covers(host: HostBox) -> dict[str, str]:
    return {one.name: one.cover for one in host.virtual}


GIVE_UP = "Get-LabLicense | Remove-LabLicense -Confirm:$false"


def test_what_the_licences_cover_is_marked_so_and_what_rests_counts_for_nothing() -> None:
    host = licensed()
    assert host.legal
    assert host.physical.cover == COVERED
    assert covers(host) == {"web01": COVERED, "web02": COVERED, "rest": RESTS, "old": covers(host)["old"]}


def test_without_a_licence_nothing_is_covered() -> None:
    host = licensed(GIVE_UP)
    assert (host.rule, host.reason) == ("R1", "licence-none")
    assert host.physical.cover == UNCOVERED
    assert covers(host)["web01"] == UNCOVERED


def test_while_the_hardware_has_no_right_the_engine_asks_no_further() -> None:
    host = licensed(GIVE_UP, "Add-LabLicense Standard")
    assert host.reason == "licence-physical-edition"
    assert host.physical.cover == UNCOVERED
    assert covers(host)["web01"] == NOT_JUDGED


def test_a_cluster_shows_its_votes_its_owners_and_a_node_that_is_lost() -> None:
    session = Session(scenario="two-nodes")
    assert look(session).cluster is None
    assert {disk.owner for disk in look(session).disks} <= {"", "HV01", "HV02"}
    for command in CLUSTER:
        assert session.run(command).ok, command
    cluster = look(session).cluster
    assert cluster is not None
    assert (cluster.votes, cluster.all_votes, cluster.has_quorum) == (3, 3, True)
    (group,) = cluster.groups
    assert (group.owner, group.state, group.letters) == ("HV01", "Online", ("E",))
    disk = next(disk for disk in look(session).disks if disk.letter == "E")
    assert (disk.owner, disk.groups) == ("HV01", ("web01",))
    assert next(disk for disk in look(session).disks if disk.letter == "Q").votes
    session.run("Stop-Computer -Confirm:$false -ComputerName HV02; Wait-Lab -Seconds 30")
    cluster = look(session).cluster
    assert cluster is not None
    assert [node.state for node in cluster.nodes] == ["Up", "Down"]
    assert (cluster.votes, cluster.has_quorum) == (2, True)


def test_every_action_works_and_a_move_is_seen_under_way() -> None:
    session = Session(scenario="two-nodes")
    names = []
    for step in ("", *CLUSTER):
        assert not step or session.run(step).ok
        for action in datacenterview.actions(look(session), "HV01"):
            if action.run and action.name not in ("cluster", "move"):
                assert session.run(action.command).ok, action
            names.append(action.name)
    assert {"cluster", "test", "measure", "buy", "move", "nodes", "groups"} <= set(names)
    move = next(a for a in datacenterview.actions(look(session), "HV01") if a.name == "move")
    assert session.run(move.command).ok
    cluster = look(session).cluster
    assert cluster is not None
    assert cluster.groups[0].owner == "HV02"
    assert next(disk for disk in look(session).disks if disk.letter == "E").owner == "HV02"


def test_a_system_that_needs_no_server_licence_is_marked_so() -> None:
    session = Session(scenario="guest-zoo")
    machine = r"New-VM linux -MemoryStartupBytes 256MB -VHDPath C:\Images\SLES10.vhd"
    assert session.run(f"{machine}; Start-VM linux; Wait-Lab linux -For Booted").ok
    (host,) = look(session).hosts
    assert covers(host) == {"linux": NOT_NEEDED}
