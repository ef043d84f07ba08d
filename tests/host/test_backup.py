"""Backups: the five conditions, the ways to take a picture of a machine, and what a restore brings back."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from hvlab.devices.integration import vss
from hvlab.guests import system_record
from hvlab.host import backup
from hvlab.host.backup import BackupRecord
from hvlab.host.backup_conditions import conditions
from hvlab.host.integration import ask_writers
from tests.host.support import OLD, SECOND, Lab

FIRST = system_record.DATA_START
TAKE = "New-LabBackup web01 C:\\Backup"


def reason(lab: Lab, text: str) -> str:
    lab.tried(text)
    explain = lab.recorded.errors[0].explain
    assert explain is not None
    return explain[0].removeprefix("explain.")


def record(lab: Lab, number: int = 1) -> BackupRecord:
    return backup.catalogue(lab.vmms).records[number - 1]


def write(lab: Lab, place: int) -> None:
    lab.run(f"Start-LabWorkload web01 -Count 1 -Offset {(FIRST + 8 * place) * 512}")


def written(lab: Lab) -> list[int]:
    disk = lab.storage.open(lab.vmms.machine("web01").drives[0].path)
    return [place for place in range(8) if system_record.is_sound(disk.read(FIRST + 8 * place, 1))]


def missing(lab: Lab) -> list[str]:
    return [one.name for one in conditions(lab.vmms, lab.vmms.machine("web01")) if not one.met]


def test_a_live_backup_freezes_takes_and_thaws_and_the_machine_never_stands() -> None:
    lab = Lab()
    guest = lab.boot()
    write(lab, 0)
    lab.run(TAKE)
    one = record(lab)
    assert (one.method, one.missing, one.outcome, one.stood) == ("Online", (), "ok", 0)
    assert lab.vmms.platform.timing.shadow_copy <= one.held < 2 * SECOND
    actions = [e.get("action") for e in lab.world.trace if e.kind == "guest.writers"]
    assert actions == ["frozen", "thawed"] and not guest.writers.frozen
    write(lab, 1)
    lab.run(f"Stop-VM web01 -TurnOff; Restore-LabBackup '{one.folder}'")
    assert written(lab) == [0] and lab.state() == "Off"
    lab.run("Start-VM web01; Wait-Lab web01 -For Heartbeat")


def test_nothing_is_written_between_the_freeze_and_the_picture() -> None:
    lab = Lab()
    lab.boot()
    backup.begin(lab.vmms, "web01", "C:\\Backup")
    lab.until(lambda: lab.guest().writers.frozen)
    lab.run(f"Start-LabWorkload web01 -Count 1 -Offset {FIRST * 512} -NoWait")
    lab.until(lambda: bool(record(lab).outcome))
    lab.settle(2)
    assert written(lab) == [0], "it was written after the thaw"
    lab.run(f"Stop-VM web01 -TurnOff; Restore-LabBackup '{record(lab).folder}'")
    assert written(lab) == []


CONDITIONS = [
    ("Disable-VMIntegrationService VSS web01", "BackupService", 0),
    ("", "SnapshotLocation", 1),
    ("Set-LabGuestDisk web01 Dynamic", "BasicDisks", 2),
    ("Set-LabGuestDisk web01 Fat32", "Ntfs", 2),
]


@pytest.mark.parametrize(("change", "name", "when"), CONDITIONS)
def test_a_missing_condition_is_named_and_the_machine_is_saved_for_the_picture(
    change: str, name: str, when: int
) -> None:
    lab = Lab()
    if when == 1:
        lab.run("Copy-Item C:\\Images\\WS2008-x64.vhd D:\\web01.vhd")
        lab.boot(path="D:\\web01.vhd")
    else:
        lab.boot()
    if when == 2:
        lab.run("Stop-VM web01 -TurnOff")
    if change:
        lab.run(change)
    if when == 2:
        lab.run("Start-VM web01; Wait-Lab web01 -For Heartbeat")
    assert missing(lab) == [name]
    write(lab, 0)
    lab.run(f"if ((Test-LabBackup web01 | Where-Object Condition -eq {name}).Met) {{ throw 'met' }}")
    lab.run(TAKE)
    one = record(lab)
    assert (one.method, one.missing, one.outcome, one.held) == ("SavedState", (name,), "ok", 0)
    assert one.stood > SECOND and lab.state() == "Running"
    assert any(kind == "warning" and name in text for kind, text in lab.recorded.messages)
    write(lab, 1)
    lab.run(f"Stop-VM web01 -TurnOff; Restore-LabBackup '{one.folder}'")
    assert (written(lab), lab.state()) == ([0], "Saved")
    lab.run("Start-VM web01")
    assert lab.guest().phase == "running", "it goes on, it does not boot"
    write(lab, 2)
    assert written(lab) == [0, 2]


def test_a_guest_without_the_service_is_never_backed_up_as_it_runs() -> None:
    lab = Lab()
    lab.boot(path=OLD, memory="256MB")
    lab.run(TAKE)
    assert (record(lab).method, record(lab).missing) == ("SavedState", ("BackupService",))


def test_a_machine_that_is_off_or_saved_is_copied_as_it_lies() -> None:
    lab = Lab()
    lab.boot()
    lab.run(f"Save-VM web01; {TAKE}; Start-VM web01; Stop-VM web01 -TurnOff; {TAKE}")
    assert [record(lab, n).method for n in (1, 2)] == ["AtRest", "AtRest"]
    lab.run(f"Restore-LabBackup '{record(lab, 1).folder}'")
    assert lab.state() == "Saved"
    lab.run(f"Restore-LabBackup '{record(lab, 2).folder}'")
    assert lab.state() == "Off" and not any(
        p.endswith(".bin") and "Backup" not in p for p in lab.storage.files.paths()
    )


DATABASE = "Start-LabWorkload web01 -Kind Database -Count"


@pytest.mark.parametrize(
    ("how", "consistent", "records"), [("", "Application", 21), (" -WithoutWriter", "Crash", 16)]
)
def test_a_databases_chain_says_what_a_restored_backup_is_worth(
    how: str, consistent: str, records: int
) -> None:
    lab = Lab()
    lab.boot()
    lab.run(f"{DATABASE} 21; {TAKE}{how}; {DATABASE} 11; Stop-VM web01 -TurnOff")
    lab.run(f"Restore-LabBackup '{record(lab).folder}'; Start-VM web01; Wait-Lab web01 -For Heartbeat")
    check: Any = lab.run("Test-LabDatabase web01")[0]
    assert (check.get("Consistent"), check.get("Records")) == (consistent, records)


def test_a_saved_state_backup_brings_the_databases_memory_back() -> None:
    lab = Lab()
    lab.boot()
    lab.run(f"Disable-VMIntegrationService VSS web01; {DATABASE} 21; {TAKE}; {DATABASE} 11")
    lab.run(f"Stop-VM web01 -TurnOff; Restore-LabBackup '{record(lab).folder}'; Start-VM web01; {DATABASE} 3")
    lab.run("Stop-VM web01; Start-VM web01; Wait-Lab web01 -For Heartbeat")
    check: Any = lab.run("Test-LabDatabase web01")[0]
    assert (check.get("Consistent"), check.get("Records")) == ("Application", 24)


def test_without_the_writer_the_picture_is_a_power_failures() -> None:
    lab = Lab()
    lab.boot()
    lab.run(f"{TAKE} -WithoutWriter")
    one = record(lab)
    assert (one.method, one.held, one.stood, one.outcome) == ("Plain", 0, 0, "ok")
    assert not [e for e in lab.world.trace if e.kind == "guest.writers"]


def test_snapshots_come_back_with_the_tree() -> None:
    lab = Lab()
    lab.boot()
    write(lab, 0)
    lab.run(f"Checkpoint-VM web01 one; {TAKE}; Checkpoint-VM web01 two")
    lab.run(f"Stop-VM web01 -TurnOff; Restore-LabBackup '{record(lab).folder}'")
    assert [one.name for one in lab.vmms.machine("web01").snapshots.values()] == ["one"]
    lab.run("Restore-VMSnapshot one web01; Start-VM web01")
    assert lab.guest().phase == "running" and written(lab) == [0]
    children = {
        p for p in lab.storage.files.paths() if p.endswith(".avhd") and not p.startswith("C:\\Backup")
    }
    assert len(children) == 1


def test_a_removed_machine_comes_back() -> None:
    lab = Lab()
    lab.boot()
    identifier = lab.vmms.machine("web01").identifier
    lab.run(f"{TAKE}; Stop-VM web01 -TurnOff; Remove-VM web01 -Force; Remove-Item C:\\Images\\WS2008-x64.vhd")
    lab.run(f"Restore-LabBackup '{record(lab).folder}'; Start-VM web01; Wait-Lab web01 -For Heartbeat")
    assert lab.vmms.machine("web01").identifier == identifier


def test_the_disk_is_full_half_way() -> None:
    lab = Lab()
    lab.boot()
    volume = lab.storage.files.volume("C:\\")
    volume.used += volume.free - (1 << 20)
    assert reason(lab, TAKE) == "backup-disk-full"
    assert lab.state() == "Running" and not lab.vmms.machine("web01").job
    assert (
        reason(lab, f"Stop-VM web01 -TurnOff; Restore-LabBackup '{record(lab).folder}'") == "no-backup-there"
    )


def test_a_guest_that_was_frozen_before_is_not_asked_again() -> None:
    lab = Lab()
    lab.boot()
    ask_writers(lab.vmms, "web01", vss.FREEZE)
    lab.until(lambda: lab.guest().writers.frozen)
    lab.settle(1)
    assert reason(lab, TAKE) == "backup-no-answer"
    lab.settle(20)
    assert not lab.guest().writers.frozen and not lab.vmms.machine("web01").job


def test_a_picture_that_takes_too_long_is_no_backup() -> None:
    lab = Lab()
    lab.boot()
    timing = replace(lab.vmms.platform.timing, shadow_copy=15 * SECOND)
    lab.vmms.platform = replace(lab.vmms.platform, timing=timing)
    assert reason(lab, TAKE) == "backup-not-held"
    assert not lab.guest().writers.frozen and lab.state() == "Running"
    assert not [path for path in lab.storage.files.paths() if path.startswith("C:\\Backup")]


def test_the_host_goes_down_in_the_middle() -> None:
    lab = Lab()
    lab.boot()
    backup.begin(lab.vmms, "web01", "C:\\Backup")
    lab.until(lambda: record(lab).taken > 0)
    lab.vmms.root_crashes()
    assert record(lab).outcome == "host-lost" and not lab.vmms.machine("web01").job
    lab.settle(600)
    lab.run(f"Wait-Lab web01 -For Heartbeat; {TAKE}")
    assert record(lab, 2).outcome == "ok"


@pytest.mark.parametrize(
    ("before", "why"),
    [
        ("Get-VM", "wrong-state-way"),
        ("Stop-VM web01 -TurnOff; Rename-VM web01 a; New-VM web01 512MB -NoVHD", "name-taken"),
        (
            "Stop-VM web01 -TurnOff; Remove-VM web01 -Force; New-VM b 512MB -VHDPath C:\\Images\\WS2008-x64.vhd; "
            "Start-VM b; Wait-Lab b; Stop-VM b -TurnOff",
            "disk-in-use",
        ),
        (
            "Stop-VM web01 -TurnOff; Set-Content 'C:\\Backup\\web01\\Backup 1\\backup.xml' nothing",
            "bad-configuration",
        ),
        (
            "Stop-VM web01 -TurnOff; Remove-Item 'C:\\Backup\\web01\\Backup 1\\C\\Images\\WS2008-x64.vhd'",
            "no-such-file",
        ),
    ],
)
def test_a_restore_that_cannot_be_is_refused_and_changes_nothing(before: str, why: str) -> None:
    lab = Lab()
    lab.boot()
    lab.run(f"{TAKE}; Start-LabWorkload web01 -Count 1; {before}")
    digest = lab.world.digest()
    assert reason(lab, f"Restore-LabBackup '{record(lab).folder}'") == why
    assert lab.world.digest() == digest
