"""Live migration, and the three ways to another node side by side: what a client and a workload notice."""

from __future__ import annotations

import pytest

from hvlab import catalog
from hvlab.datacenter import live
from hvlab.datacenter.client import CLIENT, Client
from hvlab.datacenter.cluster import CLUSTER, ONLINE, Cluster, Group, Move
from hvlab.host.handover import management
from hvlab.host.machine import RUNNING
from hvlab.host.saved import memory_of
from hvlab.host.worker import Worker
from hvlab.kernel.state import copy_state
from hvlab.session.session import Session

SECOND = 1_000_000_000
READY = r"""
New-Cluster C1 -Node HV01, HV02
New-VMSwitch LAN -NetAdapterName 'Local Area Connection'
New-VMSwitch LAN -NetAdapterName 'Local Area Connection' -ComputerName HV02
New-VM web01 512MB -VHDPath E:\web01.vhd -Path E:\ -SwitchName LAN
Add-ClusterVirtualMachineRole web01
Start-VM web01
Wait-Lab web01 -For Heartbeat
Set-LabGuestAddress web01 192.168.0.21
Start-LabPing 192.168.0.21 -Interval 0.1
Start-Sleep 5
"""


def lab(platform: str = "ws2008r2") -> Session:
    session = Session(scenario="two-nodes", platform=platform, exports=False)
    outcome = session.run(READY)
    assert outcome.ok, [error.message for error in outcome.errors]
    return session


def cluster(session: Session) -> Cluster:
    return session.world.get(CLUSTER, Cluster)


def group(session: Session) -> Group:
    return cluster(session).group("web01")


def moved(session: Session, how: str = "Live") -> Move:
    outcome = session.run(f"Move-ClusterVirtualMachineRole web01 -MigrationType {how}; Start-Sleep 5")
    assert outcome.ok, [error.message for error in outcome.errors]
    return cluster(session).moves[-1]


def why(session: Session, command: str) -> str:
    before = session.world.digest()
    outcome = session.run(command)
    assert len(outcome.errors) == 1 and outcome.errors[0].explain and session.world.digest() == before
    return outcome.errors[0].explain[0].removeprefix("explain.")


def test_the_machine_runs_on_at_the_other_node_and_is_gone_from_the_first() -> None:
    session = lab()
    before = len(session.world.trace)
    move = moved(session)
    assert (move.source, move.target, move.outcome) == ("host1", "host2", "ok")
    assert (group(session).owner, group(session).state) == ("host2", ONLINE)
    assert management(session.world, "host1").machines == {}
    assert (
        management(session.world, "host1").root.free_pages
        == management(session.world, "host1").root.all_free[1]
    )
    assert management(session.world, "host2").machine("web01").state == RUNNING
    assert not session.world.has("host1/web01") and session.world.has("host2/web01")
    assert [event for event in session.world.trace.since(before) if event.kind == "guest.phase"] == []
    assert session.run(
        "if ((Get-VM web01 -ComputerName HV02).Heartbeat -ne 'OkApplicationsUnknown') { throw }"
    ).ok
    assert session.run("Stop-VM web01 -ComputerName HV02").ok
    assert cluster(session).sent == {}, "nothing of the copy is kept"


def test_no_byte_of_the_memory_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    session = lab()
    compared = []
    go_on = Worker.take_over

    def compare(worker: Worker) -> None:
        here, there = (
            dict(memory_of(session.world, host, management(session.world, host).machine("web01")))
            if host == "host1"
            else dict(memory_of(session.world, host, twin))
            for host in ("host1", "host2")
        )
        compared.append((len(here), here == there))
        go_on(worker)

    twin = copy_state(management(session.world, "host1").machine("web01"))
    monkeypatch.setattr(Worker, "take_over", compare)
    live.live(cluster(session), group(session), cluster(session).node("HV02"))
    assert session.run("Start-Sleep 1").ok
    twin.partition = session.world.get("host2/root/vmwp/web01", Worker).partition
    assert session.run("Start-Sleep 10").ok
    ((pages, same),) = compared
    assert pages > 50 and same


def test_the_first_round_sends_all_pages_and_the_later_ones_what_was_written() -> None:
    session = lab()
    move = moved(session)
    facts = cluster(session).facts
    assert move.rounds[0] == (512 << 20) // 4096
    assert len(move.rounds) == 2 and 0 < move.rounds[-1] <= facts.few_pages
    assert move.downtime < SECOND // 5
    assert move.downtime >= facts.hand_over + move.rounds[-1] * facts.page_copy
    assert move.ended - move.begun > move.rounds[0] * facts.page_copy


def test_a_guest_that_writes_more_has_more_sent() -> None:
    quiet = moved(lab())
    session = lab()
    assert session.run("Start-LabWorkload web01 -Size 128KB -Count 10000 -NoWait").ok
    busy = moved(session)
    assert sum(busy.rounds[1:]) > sum(quiet.rounds[1:])


def test_it_is_the_default_where_it_is_there() -> None:
    session = lab()
    assert session.run("Move-ClusterVirtualMachineRole web01").ok
    assert cluster(session).moves[-1].kind == "Live"
    assert session.run("Move-ClusterGroup web01").ok
    assert cluster(session).moves[-1].kind == "Quick", "moving a group saves it"


@pytest.mark.parametrize("where", ["host1", "host2"])
def test_a_node_lost_on_the_way_costs_no_more_than_it_must(where: str) -> None:
    session = lab()
    live.live(cluster(session), group(session), cluster(session).node("HV02"))
    session.run("Start-Sleep 2")
    assert group(session).step == live.COPY
    booted = len(session.world.trace)
    assert session.run(f"Add-LabFault RootCrash -ComputerName {where}; Start-Sleep 30").ok
    other = "host2" if where == "host1" else "host1"
    assert (group(session).owner, group(session).state) == (other, ONLINE)
    assert management(session.world, where).machines == {}
    phases = [event for event in session.world.trace.since(booted) if event.kind == "guest.phase"]
    assert bool(phases) == (where == "host1"), "the machine boots only if it was lost"
    assert cluster(session).moves[0].outcome == ("source lost" if where == "host1" else "target lost")


def test_a_machine_stopped_on_the_way_stays_where_it_was() -> None:
    session = lab()
    live.live(cluster(session), group(session), cluster(session).node("HV02"))
    assert session.run("Start-Sleep 2; Stop-VM web01 -TurnOff; Start-Sleep 10").ok
    assert cluster(session).moves[-1].outcome == "stopped" and group(session).owner == "host1"
    assert management(session.world, "host2").machines == {}
    free = management(session.world, "host2").root
    assert free.free_pages == free.all_free[1], "what was built for it is gone"


def test_what_stands_in_the_way_is_named() -> None:
    session = lab()
    for number in range(3):
        assert session.run(
            f"New-VM big{number} 1900MB -NoVHD -ComputerName HV02; Start-VM big{number} -ComputerName HV02"
        ).ok
    assert why(session, "Move-ClusterVirtualMachineRole web01") == "no-room-there"
    session = lab()
    assert session.run(r"Set-VMDvdDrive web01 -Path C:\Windows\System32\vmguest.iso").ok
    assert why(session, "Move-ClusterVirtualMachineRole web01") == "local-disc"


def test_move_vm_is_live_migration_within_a_cluster_and_refused_elsewhere() -> None:
    session = lab()
    assert session.run("if (-not (Get-VMHost).VirtualMachineMigrationEnabled) { throw }").ok
    assert session.run("Move-VM web01 -DestinationHost HV02").ok
    assert (cluster(session).moves[-1].kind, group(session).owner) == ("Live", "host2")
    old = lab("ws2008")
    assert why(old, "Move-VM web01 -DestinationHost HV02") == "no-live-migration"
    assert old.run("if ((Get-VMHost).VirtualMachineMigrationEnabled) { throw }").ok
    alone = Session(platform="ws2012", exports=False)
    assert alone.run("New-VM web01 512MB -NoVHD").ok
    assert why(alone, "Move-VM web01 -DestinationHost HV02") == "only-in-a-cluster"


def test_three_ways_to_the_other_node_side_by_side() -> None:
    seen = {}
    for how, platform in (("Live", "ws2008r2"), ("Quick", "ws2008"), ("Failover", "ws2008")):
        session = lab(platform)
        assert session.run("Start-LabWorkload web01 -Count 10000 -NoWait; Start-Sleep 1").ok
        if how == "Failover":
            assert session.run("Add-LabFault RootCrash; Start-Sleep 60").ok
        else:
            moved(session, how)
        move = cluster(session).moves[-1]
        client = session.world.get(CLIENT, Client)
        works = session.world.get("host2/web01", live.GuestSystem).workloads
        seen[how] = (
            move.downtime,
            client.silence,
            client.lost,
            [(work.errors, work.done > 100) for work in works],
        )
    assert seen["Live"][0] < seen["Failover"][0] < seen["Quick"][0], "until the machine runs"
    assert seen["Live"][1] < SECOND < seen["Quick"][1]
    assert seen["Live"][1] < seen["Quick"][1] and seen["Failover"][1] > seen["Failover"][0], (
        "it still has to boot"
    )
    assert seen["Live"][2] < seen["Quick"][2]
    assert seen["Failover"][1] < 40 * SECOND, "the cold machine answers in the end"
    assert [seen[how][3] for how in ("Live", "Quick", "Failover")] == [[(0, True)], [(0, True)], []]


def test_a_machine_that_comes_back_after_a_failure_is_found_where_it_was_before() -> None:
    session = lab()
    moved(session)
    assert session.run("Start-LabPing 192.168.0.21 -Interval 0.1; Start-Sleep 1").ok
    assert session.run("Add-LabFault RootCrash -ComputerName HV02; Start-Sleep 5").ok
    client = session.world.get(CLIENT, Client)
    assert client.answered <= 11 and client.silence > 4 * SECOND
    assert session.run("Start-Sleep 40").ok
    assert client.answered > 100 and 8 * SECOND < client.longest < 40 * SECOND
    client.stop()
    assert client.silence == client.longest


def test_pings_are_counted_and_the_client_gives_the_computer_back() -> None:
    session = lab()
    client = session.world.get(CLIENT, Client)
    assert client.sent - client.answered <= 1 and client.lost == 0 and 40 <= client.sent <= 60
    assert session.run("Stop-LabPing").ok
    assert session.run("Test-Connection 192.168.0.20 -Quiet").ok
    assert why(session, "Get-LabPing") == "no-client"
    assert why(session, "Start-LabPing 192.168.0.21 -From nobody") == "no-such-client"
    assert why(session, "Start-LabPing here") == "bad-ping-address"


def test_only_a_platform_that_says_so_moves_machines_while_they_run() -> None:
    able = [name for name in catalog.platforms() if (facts := catalog.platform(name).cluster) and facts.live]
    assert "ws2008r2" in able and "ws2008" not in able


VMOTION = "esx35"


def on_esx() -> Session:
    """The same lab on two ESX hosts under one VirtualCenter; its guest has the emulated devices alone."""
    session = Session(scenario="two-nodes", platform=VMOTION, exports=False)
    lines = [line for line in READY.splitlines() if "Address" not in line and "Ping" not in line]
    outcome = session.run("\n".join(lines).replace("-For Heartbeat", ""))
    assert outcome.ok, [error.message for error in outcome.errors]
    return session


def test_moving_while_it_runs_is_refused_on_2008_and_is_vmotion_on_esx_and_live_migration_on_r2() -> None:
    seen = {}
    for platform, session in (("ws2008r2", lab()), (VMOTION, on_esx())):
        assert session.run("Start-LabWorkload web01 -Count 10000 -NoWait; Start-Sleep 1").ok
        before = len(session.world.trace)
        assert session.run("Move-VM web01 -DestinationHost HV02; Start-Sleep 5").ok
        move = cluster(session).moves[-1]
        guest = session.world.get("host2/web01", live.GuestSystem)
        assert [event for event in session.world.trace.since(before) if event.kind == "guest.phase"] == []
        assert all(work.errors == 0 and work.done > 100 for work in guest.workloads)
        assert group(session).owner == "host2" and move.outcome == "ok" and move.downtime < SECOND
        seen[platform] = move.kind
    assert seen == {"ws2008r2": "Live", VMOTION: "VMotion"}
    assert why(lab("ws2008"), "Move-VM web01 -DestinationHost HV02") == "no-live-migration"


def test_virtual_machine_manager_2008_rates_esx_hosts_and_converts_nothing_to_them() -> None:
    session = on_esx()
    assert session.run("if (@(Get-LabPlacement web01 -Version 2008).Count -ne 2) { throw 'no' }").ok
    assert why(session, "Get-LabPlacement web01 -Version 2007") == "vmm-no-host"
    room = Session(scenario="machine-room", platform=VMOTION, exports=False)
    assert why(room, "New-LabP2V FILE01 D:\\VMs") == "vmm-no-host"


def test_hosts_of_two_kinds_make_no_cluster() -> None:
    session = Session(scenario="two-products", exports=False)
    assert why(session, "New-Cluster C1 -Node HV01, VS01") == "node-platform"
