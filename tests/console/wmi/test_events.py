"""Event queries: what is seen, what is missed, who is told, and that all of it is data of the world."""

from __future__ import annotations

from pathlib import Path

import pytest

from hvlab.console.wmi import wql
from tests.host.support import OLD, Lab

SCRIPTS = Path(__file__).parent / "scripts"
HEAD = (
    'Register-WmiEvent -Namespace root/virtualization -SourceIdentifier {} -Query "SELECT * FROM {} WITHIN {}'
)
OF_MACHINES = " WHERE TargetInstance ISA 'Msvm_ComputerSystem'"
STATES = OF_MACHINES + " AND TargetInstance.EnabledState <> PreviousInstance.EnabledState"
SEEN = ".SourceEventArgs.NewEvent.TargetInstance.EnabledState"


def watch(source: str, event: str, seconds: object, where: str, action: str = "") -> str:
    return HEAD.format(source, event, seconds) + where + '"' + (f" -Action {{ {action} }}" if action else "")


def test_states_are_seen_at_each_look_and_nothing_between_two_looks() -> None:
    lab = Lab()
    lab.run("New-VM web01 256MB -NoVHD")
    lab.run(watch("S", "__InstanceModificationEvent", 10, STATES))
    lab.run("Start-VM web01; Start-Sleep 11")
    assert lab.run(
        f"(Get-Event S){SEEN}; (Get-Event S).SourceEventArgs.NewEvent.PreviousInstance.EnabledState"
    ) == [
        2,
        3,
    ]
    lab.run("Stop-VM web01 -TurnOff -Force; Start-VM web01; Start-Sleep 1")
    assert lab.world.now < 20_000_000_000
    lab.run("Start-Sleep 20")
    assert lab.run("@(Get-Event).Count") == [1], "it went and came back between two looks"


def test_creation_and_deletion_and_all_of_them() -> None:
    lab = Lab()
    for source, event in (
        ("C", "__InstanceCreationEvent"),
        ("D", "__InstanceDeletionEvent"),
        ("O", "__InstanceOperationEvent"),
    ):
        lab.run(watch(source, event, 2, OF_MACHINES + " AND TargetInstance.Caption = 'Virtual Machine'"))
    lab.run("New-VM web01 256MB -NoVHD; Start-Sleep 3; Remove-VM web01 -Force; Start-Sleep 3")
    assert lab.run("Get-Event | % SourceIdentifier") == ["C", "O", "D", "O"]
    assert lab.run("(Get-Event D).SourceEventArgs.NewEvent.TargetInstance.ElementName") == ["web01"]
    assert lab.run("(Get-Event O | % { $_.SourceEventArgs.NewEvent.__CLASS }) -join ' '") == [
        "__InstanceCreationEvent __InstanceDeletionEvent"
    ]
    lab.run("Remove-Event O; Get-Event C | Remove-Event")
    assert lab.run("@(Get-Event).Count") == [1]


def test_waiting_ends_with_the_event_or_with_the_time() -> None:
    lab = Lab()
    lab.run("New-VM web01 256MB -NoVHD")
    lab.run(watch("S", "__InstanceModificationEvent", 3, STATES))
    lab.run("Start-VM web01")
    assert lab.run(f"(Wait-Event S){SEEN}") == [2]
    assert 3_000_000_000 <= lab.world.now < 4_000_000_000
    lab.run("Remove-Event S")
    before = lab.world.now
    assert lab.run("@(Wait-Event S -Timeout 30).Count") == [0]
    assert lab.world.now == before + 30_000_000_000
    assert lab.tried("Wait-Event S") == ["OperationTimeout"]


def test_a_subscription_ends_and_its_events_stay() -> None:
    lab = Lab()
    lab.run("New-VM web01 256MB -NoVHD")
    lab.run(watch("S", "__InstanceModificationEvent", 1, STATES))
    lab.run("Start-VM web01; Start-Sleep 5; Unregister-Event S; Stop-VM web01 -TurnOff -Force; Start-Sleep 5")
    assert lab.run("@(Get-Event S).Count; @(Get-EventSubscriber).Count") == [1, 0]
    assert lab.tried("Unregister-Event S") == ["INVALID_SOURCE_IDENTIFIER"]
    assert lab.tried("Get-Event nothing") == ["INVALID_SOURCE_IDENTIFIER"]


def test_a_watchdog_restarts_what_was_turned_off_while_a_command_waits() -> None:
    lab = Lab()
    lab.run(f"New-VM web01 256MB -VHDPath {OLD}; New-VM db01 256MB -NoVHD; Start-VM web01; Wait-Lab web01")
    lab.run((SCRIPTS / "watchdog.ps1").read_text(encoding="utf-8"))
    lab.run("Stop-VM web01 -TurnOff -Force; Start-Sleep 60")
    assert lab.state() == "Running"
    assert lab.state("db01") == "Off"
    assert lab.run("$restarts") == [1]
    stopped = max(
        e.time for e in lab.events("vm.state") if e.get("state") == "Off" and e.get("vm") == "web01"
    )
    started = max(e.time for e in lab.events("vm.state") if e.get("state") == "Starting")
    assert 0 < started - stopped <= 5_100_000_000, (
        "the action runs at the look, not when the command has ended"
    )
    lab.run("Unregister-Event Watchdog; Stop-VM web01 -TurnOff -Force; Start-Sleep 60")
    assert lab.state() == "Off"


def test_an_action_that_fails_is_told_and_the_command_waits_on() -> None:
    lab = Lab()
    lab.run("New-VM web01 256MB -NoVHD")
    lab.run(watch("S", "__InstanceModificationEvent", 1, STATES, "Start-VM nobody"))
    lab.run("Start-VM web01")
    begun = lab.world.now
    assert len(lab.tried("Start-Sleep 10")) == 1
    assert lab.world.now == begun + 10_000_000_000


def test_the_report_says_what_the_cmdlets_say() -> None:
    lab = Lab()
    lab.boot("web01", memory="512MB")
    lab.run(f"New-VM old 256MB -VHDPath {OLD}; New-VM bare 128MB -NoVHD")
    lab.settle(5)
    assert lab.run((SCRIPTS / "report.ps1").read_text(encoding="utf-8")) == [
        r"web01;Running;512 MB;C:\Images\WS2008-x64.vhd;answers",
        r"old;Off;256 MB;C:\Images\NT4.vhd;silent",
        "bare;Off;128 MB;;silent",
    ]


def test_events_go_back_with_the_session_and_a_replay_makes_them_again() -> None:
    lab, other = Lab(), Lab()
    lines = [
        "New-VM web01 256MB -NoVHD",
        watch("S", "__InstanceModificationEvent", 2, STATES),
        watch("A", "__InstanceModificationEvent", 2, STATES, "Set-VM web01 -Notes seen"),
        "Start-VM web01; Start-Sleep 5",
    ]
    for line in lines:
        lab.run(line)
        other.run(line)
    assert lab.vmms.machine("web01").notes == "seen"
    assert lab.world.digest() == other.world.digest()
    lab.run("Undo-Lab")
    assert lab.run("Get-Event") == []
    assert lab.vmms.machine("web01").notes == ""
    lab.run("Redo-Lab")
    assert len(lab.run("Get-Event")) == 1
    assert lab.vmms.machine("web01").notes == "seen"
    assert lab.world.digest() == other.world.digest()


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM __InstanceModificationEvent WHERE TargetInstance ISA 'Msvm_ComputerSystem'",
        "SELECT * FROM __InstanceModificationEvent WITHIN 5",
        "SELECT * FROM __InstanceModificationEvent WITHIN 0 WHERE TargetInstance ISA 'Msvm_ComputerSystem'",
        "SELECT * FROM __InstanceModificationEvent WITHIN 5 WHERE TargetInstance ISA 'Msvm_Nothing'",
        "SELECT * FROM __InstanceModificationEvent WITHIN x WHERE TargetInstance ISA 'Msvm_ComputerSystem'",
        "SELECT * FROM Msvm_ComputerSystem WITHIN 5",
        "SELECT * FROM Msvm_ComputerSystem",
        "SELECT * FROM __InstanceModificationEvent WITHIN 5 WHERE TargetInstance ISA 'Msvm_ComputerSystem' "
        "GROUP WITHIN 10",
    ],
)
def test_what_is_no_event_query_is_refused_and_nothing_is_left_of_it(query: str) -> None:
    lab = Lab()
    before = lab.world.digest()
    tried = lab.tried(f'Register-WmiEvent -Namespace root/virtualization -Query "{query}"')
    assert tried == ["GetWMIManagementException"]
    assert lab.world.digest() == before


def test_a_second_subscription_of_the_same_name_and_a_class_that_is_none_of_events_are_refused() -> None:
    lab = Lab()
    lab.run(watch("S", "__InstanceModificationEvent", 2, STATES))
    assert lab.tried(watch("s", "__InstanceCreationEvent", 2, OF_MACHINES)) == ["SUBSCRIBER_EXISTS"]
    assert lab.tried("Register-WmiEvent Msvm_ComputerSystem") == ["GetWMIManagementException"]
    assert lab.tried("Get-WmiObject -Namespace root/virtualization -Query "
                     "\"SELECT * FROM __InstanceCreationEvent WITHIN 1 WHERE TargetInstance ISA 'Msvm_ComputerSystem'\""
                     ) == ["GetWMIManagementException"]  # fmt: skip


def test_a_condition_may_compare_two_properties_in_event_queries_only() -> None:
    parsed = wql.parse(f"SELECT * FROM __InstanceModificationEvent WITHIN 0.5{STATES}")
    assert isinstance(parsed, wql.EventQuery)
    assert (parsed.within, parsed.target) == (500_000_000, "msvm_computersystem")
    values = {
        "TargetInstance.__CLASS": "Msvm_ComputerSystem",
        "TargetInstance.__DERIVATION": [],
        "TargetInstance.EnabledState": 2,
        "PreviousInstance.EnabledState": 3,
    }
    assert parsed.holds(values.__getitem__)
    assert not parsed.holds({**values, "PreviousInstance.EnabledState": 2}.__getitem__)
    with pytest.raises(wql.BadQuery):
        wql.parse("SELECT * FROM Msvm_ComputerSystem WHERE EnabledState <> RequestedState")
