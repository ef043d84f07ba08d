"""The Hyper-V cmdlets over a real world: what they do, what they refuse, and in which words."""

from __future__ import annotations

import pytest

from hvlab.console.host import RecordingHost
from hvlab.console.objects import PSObject
from hvlab.session.session import Session

SYSTEM = r"C:\Images\WS2008-x64.vhd"
OLD = r"C:\Images\NT4.vhd"


class Lab:
    """A session and what its last command left."""

    def __init__(self) -> None:
        self.host = RecordingHost()
        self.session = Session(host=self.host)

    def run(self, text: str) -> list[object]:
        """The objects a command emits."""
        self.host.objects.clear()
        self.host.errors.clear()
        self.host.messages.clear()
        self.session.run(text)
        return list(self.host.objects)

    def error(self, text: str) -> str:
        """The id of the one error that a command reports."""
        self.run(text)
        assert len(self.host.errors) == 1, self.host.errors
        return self.host.errors[0].error_id.partition(",")[0]

    def value(self, text: str) -> object:
        """The one object a command emits."""
        (only,) = self.run(text)
        return only


@pytest.fixture
def lab() -> Lab:
    return Lab()


def test_a_new_machine_is_off_and_has_no_partition(lab: Lab) -> None:
    machine = lab.value(f"New-VM web01 -MemoryStartupBytes 1GB -VHDPath {SYSTEM}")
    assert isinstance(machine, PSObject)
    assert str(machine.get("State")) == "Off" and machine.get("MemoryAssigned") == 0
    assert [str(row.get("Id")) for row in lab.run("Get-LabPartition") if isinstance(row, PSObject)] == ["1"]
    assert lab.value("(Get-VMHardDiskDrive web01).ControllerType -eq 'IDE'") is True


def test_names_in_any_case_and_by_pattern(lab: Lab) -> None:
    lab.run("New-VM web01; New-VM web02; New-VM db01")
    assert lab.value("(Get-VM WEB01).Name") == "web01"
    assert lab.run("(Get-VM web*).Name") == ["web01", "web02"]
    assert lab.error("New-VM WEB01") == "InvalidParameter"
    assert lab.value("(Get-VM).Count") == 3


def test_a_machine_object_follows_the_machine(lab: Lab) -> None:
    lab.run(f"$vm = New-VM web01 -VHDPath {SYSTEM}; Start-VM web01")
    assert lab.value("$vm.State -eq 'Running'") is True
    lab.run("Stop-VM web01 -TurnOff; Remove-VM web01 -Force")
    assert lab.value("$vm.Name") == "web01"


def test_what_is_done_with_one_machine_counts_when_the_next_is_asked(lab: Lab) -> None:
    lab.run(f"New-VM a; New-VM b; New-VM c -VHDPath {SYSTEM}")
    names = lab.run(
        "Get-VM | Where-Object State -eq Off | ForEach-Object { $_.Name; Start-VM c -ErrorAction SilentlyContinue }"
    )
    assert names == ["a", "b"]
    assert lab.run("(Get-VM | Where-Object State -eq Off).Name") == ["a", "b"]


def test_machines_travel_through_pipelines(lab: Lab) -> None:
    lab.run(f"New-VM web01 -VHDPath {SYSTEM}; New-VM old -VHDPath {OLD}")
    lab.run("Get-VM | Start-VM")
    assert lab.run("Get-VM | Where-Object State -eq 'Running' | Select-Object -ExpandProperty Name") == [
        "old",
        "web01",
    ]
    lab.run("Get-VM | Stop-VM -TurnOff")
    assert lab.value("(Get-VM | Where-Object State -ne Off) -eq $null") is True


def test_starting_a_running_machine_only_warns(lab: Lab) -> None:
    lab.run("New-VM web01; Start-VM web01")
    lab.run("Start-VM web01")
    assert not lab.host.errors and [kind for kind, _ in lab.host.messages] == ["warning"]


def test_what_if_changes_nothing(lab: Lab) -> None:
    lab.run("New-VM web01")
    before = lab.session.world.digest()
    lab.run(
        r"New-VM b -WhatIf; Remove-VM web01 -WhatIf; Start-VM web01 -WhatIf; New-VHD D:\a.vhd 1GB -WhatIf"
    )
    assert lab.session.world.digest() == before


def test_start_returns_when_running_not_when_booted(lab: Lab) -> None:
    lab.run(f"New-VM web01 -VHDPath {SYSTEM}; Start-VM web01")
    assert lab.session.world.now < 1_000_000_000
    assert lab.error("Start-LabWorkload web01") == "InvalidState"
    lab.run("Wait-Lab web01 -For Booted")
    assert lab.value("(Start-LabWorkload web01).Path") == "Synthetic"


def test_stop_needs_the_guests_help_and_turn_off_does_not(lab: Lab) -> None:
    lab.run(f"New-VM old -VHDPath {OLD}; Start-VM old; Wait-Lab old")
    assert lab.error("Stop-VM old") == "OperationFailed"
    assert lab.value("(Get-VM old).State -eq 'Running'") is True
    lab.run("Stop-VM old -TurnOff")
    assert lab.value("(Get-VM old).State -eq 'Off'") is True


def test_an_orderly_stop_goes_through_the_shutdown_service(lab: Lab) -> None:
    lab.run(f"New-VM web01 -VHDPath {SYSTEM}; Start-VM web01; Wait-Lab web01 -For Heartbeat; Stop-VM web01")
    assert lab.value("(Get-VM web01).State -eq 'Off'") is True
    phases = lab.run("Get-LabEvent guest.phase -Last 2 | ForEach-Object { $_.Fields.phase }")
    assert phases == ["shutting-down", "off"]
    names = lab.run("Get-LabEvent vmbus.message -VM web01 | Select-Object -ExpandProperty Name")
    assert names[-1] == "UNLOAD" and names.count("CLOSE_CHANNEL") == 11


@pytest.mark.parametrize(
    ("text", "error_id"),
    [
        ("Get-VM nobody", "InvalidParameter"),
        ("Start-VM nobody", "InvalidParameter"),
        ("New-VM a -MemoryStartupBytes 65GB", "InvalidParameter"),
        ("New-VM a -MemoryStartupBytes 1MB", "InvalidParameter"),
        (r"New-VM a -VHDPath C:\nowhere.vhd", "ObjectNotFound"),
        (r"New-VHD C:\x.vhd -SizeBytes 1MB", "InvalidParameter"),
        (r"New-VHD C:\x.vhdx -SizeBytes 1GB", "InvalidParameter"),
        (r"New-VHD Z:\x.vhd -SizeBytes 1GB", "ObjectNotFound"),
        (r"New-VHD C:\Images\NT4.vhd -SizeBytes 1GB", "OperationFailed"),
        (r"Get-VHD C:\nowhere.vhd", "ObjectNotFound"),
        (r"Add-VMHardDiskDrive nobody -Path C:\Images\NT4.vhd", "InvalidParameter"),
        ("Remove-VM nobody", "InvalidParameter"),
        ("vmconnect localhost nobody", "InvalidParameter"),
        ("Wait-Lab nobody", "InvalidParameter"),
    ],
)
def test_refusals(lab: Lab, text: str, error_id: str) -> None:
    before = lab.session.world.digest()
    assert lab.error(text) == error_id
    assert lab.session.world.digest() == before


def test_a_failed_new_vm_leaves_nothing(lab: Lab) -> None:
    lab.run(r"New-VM a -VHDPath C:\nowhere.vhd")
    assert lab.run("Get-VM") == []


def test_disks_only_while_off_and_only_once(lab: Lab) -> None:
    lab.run(f"New-VM a -VHDPath {SYSTEM}; New-VM b; Start-VM a; New-VHD D:\\d.vhd 1GB")
    assert lab.error(r"Add-VMHardDiskDrive a -Path D:\d.vhd") == "InvalidState"
    assert lab.error(f"Add-VMHardDiskDrive b -Path {SYSTEM}") == "ObjectInUse"
    assert lab.error(r"Add-VMHardDiskDrive b -ControllerType SCSI -ControllerLocation 64 -Path D:\d.vhd") == (
        "InvalidParameter"
    )
    explain = lab.host.errors[0].explain
    assert explain is not None and (explain[1]["limit"], explain[1]["handout"]) == (64, 256)


def test_too_little_memory_fails_like_the_real_thing(lab: Lab) -> None:
    lab.run("New-VM a -MemoryStartupBytes 7GB")
    assert lab.error("Start-VM a") == "OutOfMemory"
    assert "0x8007000E" in lab.host.errors[0].message
    assert lab.value("(Get-VM a).State -eq 'Off'") is True


def test_a_machine_without_a_disk_finds_nothing_to_boot(lab: Lab) -> None:
    lab.run("New-VM a; Start-VM a; Wait-Lab -Seconds 5; vmconnect localhost a")
    assert any("No bootable device" in text for _, text in lab.host.messages)


def test_waiting_in_vain_says_so(lab: Lab) -> None:
    lab.run("New-VM a; Start-VM a")
    assert lab.error("Wait-Lab a -For Booted -Timeout 30") == "OperationTimeout"
    assert lab.error("Wait-Lab -Until { $false } -Timeout 1") == "OperationTimeout"


def test_causes_lead_back_to_the_command(lab: Lab) -> None:
    lab.run(f"New-VM web01 -VHDPath {SYSTEM}; Start-VM web01; Wait-Lab web01")
    chain = lab.run("Get-LabEvent -Cause (Get-LabEvent ring.packet -First 1).Seq")
    assert isinstance(chain[0], PSObject)
    assert chain[0].get("Kind") == "command" and chain[0].subject.get("text") == "Start-VM web01"


def test_who_has_booted_can_be_asked_to_shut_down(lab: Lab) -> None:
    lab.run(f"New-VM web01 -VHDPath {SYSTEM}; Start-VM web01; Wait-Lab web01 -For Booted; Stop-VM web01")
    assert lab.value("(Get-VM web01).State -eq 'Off'") is True


def test_a_guest_without_services_is_not_waited_for_in_vain(lab: Lab) -> None:
    lab.run(f"New-VM old -VHDPath {OLD} -MemoryStartupBytes 256MB; Start-VM old; Wait-Lab old")
    assert lab.error("Stop-VM old") == "OperationFailed"
    explain = lab.host.errors[0].explain
    assert explain is not None and explain[0] == "explain.no-shutdown-ever"


def test_the_uptime_counts_until_the_machine_is_off(lab: Lab) -> None:
    lab.run(f"New-VM web01 -VHDPath {SYSTEM} -MemoryStartupBytes 512MB; Start-VM web01; Wait-Lab web01")
    lab.run("Suspend-VM web01; $paused = (Get-VM web01).Uptime; Start-Sleep 5")
    assert lab.value("((Get-VM web01).Uptime - $paused).TotalSeconds") == 5
    lab.run(
        r"Resume-VM web01; gwmi -Namespace root\virtualization Msvm_ComputerSystem "
        "-Filter \"ElementName = 'web01'\" | % { $_.RequestStateChange(32769) }"
    )
    assert (
        lab.value("(Get-VM web01).State -eq 'Saving' -and (Get-VM web01).Uptime.TotalSeconds -gt 5") is True
    )
    lab.run("Start-Sleep 60")
    assert lab.value("(Get-VM web01).State -eq 'Saved' -and (Get-VM web01).Uptime.Ticks -eq 0") is True


def test_crossings_tell_their_time_since_the_first(lab: Lab) -> None:
    lab.run(f"New-VM web01 -VHDPath {SYSTEM}; Start-VM web01; Wait-Lab web01")
    lab.run("$rows = @(Get-LabCrossing Start-VM)")
    assert lab.value("$rows[0].Microseconds") == 0
    assert lab.value("$rows[-1].Microseconds -gt 1000") is True
    assert (
        lab.value("$rows[-1].Microseconds - ($rows[-1].Time - $rows[0].Time).TotalMilliseconds * 1000 -lt 1")
        is True
    )
