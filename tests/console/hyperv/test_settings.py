"""Settings of machines at the prompt, and what the host does with its machines when it restarts."""

from __future__ import annotations

import pytest

from hvlab.console.hyperv.objects import vmms
from hvlab.host.disks import HostStorage
from hvlab.host.machine import VirtualMachine
from hvlab.session.session import Session

TWO = r"""
New-VM web01 -VHDPath C:\Images\WS2008-x64.vhd -MemoryStartupBytes 512MB
New-VM nt4 -VHDPath C:\Images\NT4.vhd -MemoryStartupBytes 256MB
"""


@pytest.fixture
def session() -> Session:
    session = Session()
    assert session.run(TWO).ok
    return session


def machine(session: Session, name: str) -> VirtualMachine:
    found = vmms(session).find(name)
    assert found is not None
    return found


def reason(session: Session, script: str) -> str:
    before = session.world.digest()
    outcome = session.run(script)
    assert outcome.errors and outcome.errors[0].explain and session.world.digest() == before
    return outcome.errors[0].explain[0].removeprefix("explain.")


def test_settings_are_kept(session: Session) -> None:
    assert session.run(
        "Set-VM web01 -ProcessorCount 4 -MemoryStartupBytes 1GB -Notes 'for the web' "
        "-AutomaticStartAction Start -AutomaticStartDelay 30 -AutomaticStopAction TurnOff"
    ).ok
    web01 = machine(session, "web01")
    assert (web01.processors, web01.memory, web01.notes) == (4, 1 << 30, "for the web")
    assert (web01.start_action, web01.start_delay, web01.stop_action) == ("Start", 30_000_000_000, "TurnOff")
    assert session.run("if ((Get-VM web01).Notes -ne 'for the web') { throw 'lost' }").ok


def test_a_renamed_machine_is_the_same_one(session: Session) -> None:
    identifier = machine(session, "web01").identifier
    assert session.run("Rename-VM web01 shop; Start-VM shop; Wait-Lab shop").ok
    assert machine(session, "shop").identifier == identifier and vmms(session).find("web01") is None
    assert session.run("Stop-VM shop -TurnOff; Set-VM shop -NewVMName Shop").ok
    assert machine(session, "shop").name == "Shop", "only the case"


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("Rename-VM web01 nt4", "name-taken"),
        ("Rename-VM web01 root", "bad-name"),
        ("Set-VMMemory web01 66GB", "limit-memory-per-vm-mb-handout"),
        ("Set-VMMemory web01 5MB", "bad-memory"),
        ("Set-VMMemory web01 -DynamicMemoryEnabled $true", "no-dynamic-memory"),
        ("Set-VM web01 -ProcessorCount 5", "limit-processors-per-vm"),
        ("Set-VM web01 -Notes ('x' * 5000)", "notes-too-long"),
        ("Remove-VMScsiController web01 1", "scsi-not-last"),
    ],
)
def test_what_is_refused(session: Session, script: str, why: str) -> None:
    assert reason(session, script) == why


@pytest.mark.parametrize("script", ["Set-VMMemory nt4 1GB", "Add-VMScsiController nt4"])
def test_a_running_machine_keeps_its_settings(session: Session, script: str) -> None:
    assert session.run("Start-VM nt4").ok
    assert reason(session, script) == "wrong-state-way"
    assert reason(session, "Rename-VM nt4 x") == "rename-running"


def test_a_saved_machine_keeps_its_name(session: Session) -> None:
    assert session.run(
        "Start-VM nt4; Wait-Lab nt4; Checkpoint-VM nt4 -SnapshotName s; Stop-VM nt4 -TurnOff"
    ).ok
    assert reason(session, "Rename-VM nt4 other") == "rename-with-memory"
    assert session.run("Remove-VMSnapshot nt4 s; Rename-VM nt4 other").ok


def test_scsi_controllers_come_and_go(session: Session) -> None:
    assert session.run("1..3 | ForEach-Object { Add-VMScsiController web01 }").ok
    assert reason(session, "Add-VMScsiController web01") == "limit-scsi-controllers"
    assert session.run(
        r"New-VHD D:\d.vhd -SizeBytes 1GB; "
        r"Add-VMHardDiskDrive web01 -ControllerType SCSI -ControllerNumber 3 -Path D:\d.vhd"
    ).ok
    assert reason(session, "Remove-VMScsiController web01 3") == "scsi-in-use"
    assert session.run("Remove-VMHardDiskDrive web01 SCSI 3 0; Remove-VMScsiController web01 3").ok
    assert machine(session, "web01").scsi_controllers == 3


@pytest.mark.parametrize(
    ("stop", "between", "afterwards"),
    [("Save", "Saved", "goes on"), ("ShutDown", "Off", "boots"), ("TurnOff", "Off", "boots")],
)
def test_the_host_restarts_in_good_order(session: Session, stop: str, between: str, afterwards: str) -> None:
    assert session.run(
        f"Set-VM web01 -AutomaticStopAction {stop}; Start-VM web01; Wait-Lab web01 -For Heartbeat"
    ).ok
    assert session.run("Set-VM nt4 -AutomaticStartAction Nothing; Start-VM nt4; Wait-Lab nt4").ok
    events = len(session.world.trace)
    assert session.run("Restart-Computer").ok
    assert session.run("Wait-Lab -Until { (Get-VM web01).State -eq 'Running' }").ok
    new = list(session.world.trace)[events:]
    states = [e.get("state") for e in new if e.kind == "vm.state" and e.target.endswith("/web01")]
    assert between in states and states[-1] == "Running"
    session.run("Wait-Lab web01 -For Heartbeat")
    new = list(session.world.trace)[events:]
    read_its_boot_sector = any(
        e.kind == "guest.io" and e.source.endswith("/web01") and e.get("lba") == 0 for e in new
    )
    assert read_its_boot_sector == (afterwards == "boots")
    assert machine(session, "nt4").state == "Saved", "it was saved, and is not started"


def test_one_that_was_off_starts_with_the_host_if_it_shall(session: Session) -> None:
    assert session.run("Set-VM nt4 -AutomaticStartAction Start -AutomaticStartDelay 60; Restart-Computer").ok
    assert machine(session, "nt4").state == "Off"
    assert session.run("Start-Sleep 62; if ((Get-VM nt4).State -ne 'Running') { throw 'not started' }").ok
    assert machine(session, "web01").state == "Off"


def test_a_crash_of_the_root_leaves_what_was_saved(session: Session) -> None:
    assert session.run("Start-VM nt4; Wait-Lab nt4; Save-VM nt4").ok
    assert session.run("Add-LabFault RootCrash; Start-Sleep 200").ok
    assert machine(session, "nt4").state == "Saved" and session.run("Start-VM nt4").ok


@pytest.mark.parametrize(
    ("prepare", "remove", "look"),
    [
        (
            r"Add-VMHardDiskDrive nt4 SCSI 0 0 C:\Images\WS2012-x64.vhd",
            "Get-VMHardDiskDrive nt4 | Remove-VMHardDiskDrive",
            "Get-VMHardDiskDrive nt4",
        ),
        (
            "Checkpoint-VM nt4 -SnapshotName a; Checkpoint-VM nt4 -SnapshotName b",
            "Get-VMSnapshot nt4 | Remove-VMSnapshot",
            "Get-VMSnapshot nt4",
        ),
        (
            "Add-LabFault VolumeFull -Volume C; Add-LabFault VolumeFull -Volume D",
            "Get-LabFault | Remove-LabFault",
            "Get-LabFault",
        ),
    ],
)
def test_what_is_listed_can_be_removed_in_one_pipeline(
    session: Session, prepare: str, remove: str, look: str
) -> None:
    assert session.run(prepare).ok
    assert session.run(f"if (@({look}).Count -ne 2) {{ throw 'not two' }}").ok
    assert session.run(remove).ok
    assert session.run(f"if (@({look}).Count -ne 0) {{ throw 'some are left' }}").ok


def test_snapshots_lie_where_the_machine_says(session: Session) -> None:
    def ran(text: str) -> list[str]:
        return [error.explain[0] for error in session.run(text).errors if error.explain]

    assert (
        ran(
            "Copy-Item C:\\Images\\NT4.vhd D:\\s.vhd; New-VM s 64MB -VHDPath D:\\s.vhd; "
            "Set-VM s -SnapshotFileLocation D:\\Moments"
        )
        == []
    )
    assert ran("Start-VM s; Wait-Lab s; Checkpoint-VM s -SnapshotName one") == []
    paths = session.world.get("host1/root/storage", HostStorage).files.paths()
    assert [path for path in paths if path.startswith("D:\\Moments\\Snapshots\\") and path.endswith(".bin")]
    assert ran("if ((Get-VM s).SnapshotFileLocation -ne 'D:\\Moments') { throw 'no' }") == []
    assert ran("Set-VM s -SnapshotFileLocation D:\\Other") == ["explain.has-snapshots"]
    assert ran("New-VM t 64MB -NoVHD; Set-VM t -SnapshotFileLocation Q:\\Other") == ["explain.no-such-folder"]
    wmi = r"$n = 'root\virtualization'; $g = gwmi -Namespace $n Msvm_VirtualSystemGlobalSettingData "
    assert ran(wmi + "-Filter \"ElementName = 't'\"; $g.SnapshotDataRoot = 'D:\\Wmi'") == []
    assert (
        ran(
            "$s = gwmi -Namespace $n Msvm_VirtualSystemManagementService; $t = gwmi -Namespace $n Msvm_ComputerSystem "
            "-Filter \"ElementName = 't'\"; if ($s.ModifyVirtualSystem($t, $g.GetText(1)).ReturnValue) { throw 'no' }"
        )
        == []
    )
    assert ran("if ((Get-VM t).SnapshotFileLocation -ne 'D:\\Wmi') { throw 'no' }") == []
