"""Nothing is lost: what an operation that fails half-way leaves behind, row by row.

Each row breaks one operation in one way: no room, a damaged or a missing file, the host lost in the middle. Then the
lab's outcome (machines, disks, files) is what it was before, except for what the row says that a real system would
leave; and the error says which it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hvlab.host.networks import VirtualNetworks
from hvlab.host.vmms import Vmms
from tests.host.support import SYSTEM, Lab

OUTSIDE = str(Path(__file__).with_name("support.py"))
FULL = "Add-LabFault VolumeFull -Volume D"
MINE = "Copy-Item C:\\Images\\NT4.vhd D:\\a.vhd; New-VM a 64MB -VHDPath D:\\a.vhd -Path D:\\VMs"
RUNNING = MINE + "; Start-VM a; Wait-Lab a"
SAVED = RUNNING + "; Save-VM a"
SNAPPED = MINE + "; Checkpoint-VM a -SnapshotName one"


def damage(path: str) -> Callable[[Lab], None]:
    """Write over the footer of a disk."""

    def do(lab: Lab) -> None:
        content = lab.storage.files.open(path).file.content
        content.write(content.size - 512, b"\xff" * 512)

    return do


def missing(pattern: str) -> Callable[[Lab], None]:
    """Delete the files whose path ends so."""

    def do(lab: Lab) -> None:
        found = [path for path in lab.storage.files.paths() if path.endswith(pattern)]
        assert found
        for path in found:
            lab.storage.files.delete(path)

    return do


def full(lab: Lab) -> None:
    lab.run(FULL)


def lost(lab: Lab) -> None:
    """The host goes down during the first wait of the next command."""
    _happens(lab, lab.vmms.root_crashes)


def other_lost(lab: Lab) -> None:
    """The second host does."""
    _happens(lab, lab.world.get("host2/root/vmms", Vmms).root_crashes)


def cut(lab: Lab) -> None:
    """All cables of the second host are pulled meanwhile."""
    networks = lab.world.get("host2/root/vmswitch", VirtualNetworks)

    def pull() -> None:
        for nic in networks.nics:
            networks.segment.switch.link(nic.port, False)

    _happens(lab, pull)


def _happens(lab: Lab, what: Callable[[], object]) -> None:
    """It happens during the first wait of the next command."""
    session, wait, advance = lab.session, lab.session.wait, lab.session.advance

    def crash_then(act: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any, **more: Any) -> Any:
            session.wait, session.advance = wait, advance  # type: ignore[method-assign]
            lab.world.run(until=lab.world.now + 1_000_000)
            what()
            return act(*arguments, **more)

        return run

    session.wait = crash_then(wait)  # type: ignore[method-assign]
    session.advance = crash_then(advance)  # type: ignore[method-assign]


@dataclass(frozen=True)
class Row:
    """`left`: what is there afterwards and was not before, by the ends of its paths; `gone`: what no longer is."""

    name: str
    before: str
    fault: Callable[[Lab], None]
    command: str
    says: str
    """The message of the explanation that is told, by its id, or a part of the error's message."""
    left: tuple[str, ...] = ()
    state: str = ""
    """The machine's state afterwards, if it is another."""
    scenario: str = "one-host"
    platform: str = "ws2008"


TWO = MINE + "; New-VHD D:\\b.vhd 64MB -Fixed | Out-Null; Add-VMHardDiskDrive a -Path D:\\b.vhd"
BOOTED = (
    f"Copy-Item {SYSTEM} D:\\a.vhd; New-VM a 512MB -VHDPath D:\\a.vhd -Path D:\\VMs; Start-VM a; "
    "Wait-Lab a -For Heartbeat; Start-Sleep 30"
)
EXPORTED_R2 = MINE + "; Export-VM a D:\\Out; Remove-VM a -Force"


def room(free: int) -> Callable[[Lab], None]:
    """Leave so many bytes on the volume."""

    def do(lab: Lab) -> None:
        volume = lab.storage.files.volume("D:\\")
        volume.used += volume.free - free

    return do


def room_for_disk(lab: Lab) -> None:
    room(lab.storage.files.open("D:\\a.vhd").size + 10)(lab)


def used_before(lab: Lab) -> None:
    """A configuration of the same machine lies beside that of the export."""
    (path,) = [path for path in lab.storage.files.paths() if path.endswith(".exp")]
    lab.storage.files.create(path[:-4] + ".xml").write(0, b"<configuration/>")


CHAIN = "New-VHD D:\\p.vhd 64MB | Out-Null; New-VHD D:\\c.vhd -ParentPath D:\\p.vhd -Differencing | Out-Null"
"""The child gets a block of its own by `written`."""


def written(lab: Lab) -> None:
    """A child with sectors that its parent has no room for."""
    lab.storage.open("D:\\c.vhd").write(0, b"x" * 4096)
    full(lab)


ROWS = [
    Row("create, full", "", full, "New-VHD D:\\n.vhd 64MB -Fixed", "explain.disk-full"),
    Row("create dynamic, full", "", full, "New-VHD D:\\n.vhd 1GB", "explain.disk-full"),
    Row(
        "create child, full",
        MINE,
        full,
        "New-VHD D:\\n.vhd -ParentPath D:\\a.vhd -Differencing",
        "explain.disk-full",
    ),
    Row(
        "create child, damaged",
        MINE,
        damage("D:\\a.vhd"),
        "New-VHD D:\\n.vhd -ParentPath D:\\a.vhd -Differencing",
        "explain.vhd-",
    ),
    Row(
        "machine with a disk, full",
        "",
        full,
        "New-VM m 64MB -NewVHDPath D:\\n.vhd -NewVHDSizeBytes 1GB",
        "explain.disk-full",
    ),
    Row("convert, full", MINE, full, "Convert-VHD D:\\a.vhd D:\\n.vhd", "explain.disk-full"),
    Row("convert, damaged", MINE, damage("D:\\a.vhd"), "Convert-VHD D:\\a.vhd D:\\n.vhd", "explain.vhd-"),
    Row("convert, host lost", MINE, lost, "Convert-VHD D:\\a.vhd D:\\n.vhd", "explain.job-lost"),
    Row(
        "convert and delete, host lost",
        "New-VHD D:\\p.vhd 64MB | Out-Null",
        lost,
        "Convert-VHD D:\\p.vhd D:\\n.vhd -DeleteSource",
        "explain.job-lost",
    ),
    Row("resize, full", MINE, full, "Resize-VHD D:\\a.vhd 8GB", "explain.disk-full"),
    Row("resize, host lost", MINE, lost, "Resize-VHD D:\\a.vhd 8GB", "explain.job-lost"),
    Row("compact, full", MINE, full, "Optimize-VHD D:\\a.vhd", "explain.disk-full"),
    Row("compact, damaged", MINE, damage("D:\\a.vhd"), "Optimize-VHD D:\\a.vhd", "explain.vhd-"),
    Row("compact, host lost", MINE, lost, "Optimize-VHD D:\\a.vhd", "explain.job-lost"),
    Row("merge, full", CHAIN, written, "Merge-VHD D:\\c.vhd", "explain.disk-full"),
    Row("merge, damaged parent", CHAIN, damage("D:\\p.vhd"), "Merge-VHD D:\\c.vhd", "explain."),
    Row("merge, host lost", CHAIN, lost, "Merge-VHD D:\\c.vhd", "explain.job-lost"),
    Row(
        "other parent, full",
        CHAIN + "; Copy-Item D:\\p.vhd D:\\q.vhd",
        full,
        "Set-VHD D:\\c.vhd -ParentPath D:\\q.vhd",
        "explain.disk-full",
    ),
    Row("snapshot while off, full", MINE, full, "Checkpoint-VM a", "explain.disk-full"),
    Row(
        "snapshot while off, damaged",
        MINE,
        damage("D:\\a.vhd"),
        "Checkpoint-VM a",
        "explain.snapshot-unreadable",
    ),
    Row("snapshot while it runs, full", RUNNING, full, "Checkpoint-VM a", "explain.no-room-to-save"),
    Row(
        "snapshot while it runs, damaged",
        RUNNING,
        damage("D:\\a.vhd"),
        "Checkpoint-VM a",
        "explain.snapshot-damaged",
    ),
    Row(
        "snapshot while it runs, host lost",
        RUNNING,
        lost,
        "Checkpoint-VM a",
        "explain.state-lost",
        state="Off",
    ),
    Row("snapshot while saved, full", SAVED, full, "Checkpoint-VM a", "explain.disk-full"),
    Row(
        "apply, full",
        SNAPPED,
        full,
        "Restore-VMSnapshot -VMName a -Name one -Confirm:$false",
        "explain.disk-full",
    ),
    Row(
        "apply, damaged",
        SNAPPED,
        damage("D:\\a.vhd"),
        "Restore-VMSnapshot -VMName a -Name one -Confirm:$false",
        "explain.snapshot-unreadable",
    ),
    Row(
        "apply with memory, full",
        RUNNING + "; Checkpoint-VM a -SnapshotName one; Stop-VM a -TurnOff -Force",
        full,
        "Restore-VMSnapshot -VMName a -Name one -Confirm:$false",
        "explain.disk-full",
    ),
    Row(
        "apply, its memory is missing",
        RUNNING + "; Checkpoint-VM a -SnapshotName one; Stop-VM a -TurnOff -Force",
        missing(".bin"),
        "Restore-VMSnapshot -VMName a -Name one -Confirm:$false",
        "explain.no-such-file",
    ),
    Row("save, full", RUNNING, full, "Save-VM a", "explain.no-room-to-save"),
    Row("save, host lost", RUNNING, lost, "Save-VM a", "explain.state-lost", state="Off"),
    Row("start from saved, damaged", SAVED, missing(".bin"), "Start-VM a", "explain.saved-state-unreadable"),
    Row("export, full", MINE, full, "Export-VM a D:\\Out", "explain.export-failed"),
    Row(
        "export, room for one file",
        TWO,
        room(4_400_000),
        "Export-VM a D:\\Out",
        "explain.export-failed",
        ("a.vhd",),
    ),
    Row(
        "export, its configuration finds no room",
        MINE,
        room_for_disk,
        "Export-VM a D:\\Out",
        "explain.export-failed",
        ("a.vhd",),
    ),
    Row("export, damaged", MINE, damage("D:\\a.vhd"), "Export-VM a D:\\Out", "explain.export-unreadable"),
    Row("export, host lost", MINE, lost, "Export-VM a D:\\Out", "explain.export-failed"),
    Row(
        "import, its disk is missing",
        MINE + "; Export-VM a D:\\Out; Remove-VM a -Force",
        missing("Hard Disks\\a.vhd"),
        "Import-VM D:\\Out\\a",
        "explain.no-such-file",
    ),
    Row(
        "import, its disk is damaged",
        MINE + "; Export-VM a D:\\Out; Remove-VM a -Force",
        damage("D:\\Out\\a\\Virtual Hard Disks\\a.vhd"),
        "Import-VM D:\\Out\\a",
        "explain.not-a-vhd",
    ),
    Row(
        "import by copy, full",
        EXPORTED_R2,
        full,
        "Import-VM D:\\Out\\a -Copy -GenerateNewId -VhdDestinationPath D:\\In",
        "explain.disk-full",
        platform="ws2008r2",
    ),
    Row(
        "import by copy, host lost",
        EXPORTED_R2,
        lost,
        "Import-VM D:\\Out\\a -Copy -GenerateNewId -VhdDestinationPath D:\\In",
        "explain.job-lost",
        platform="ws2008r2",
    ),
    Row(
        "import, host lost",
        MINE + "; Export-VM a D:\\Out; Remove-VM a -Force",
        lost,
        "Import-VM D:\\Out\\a",
        "explain.job-lost",
    ),
    Row(
        "import, an old configuration lies there",
        MINE + "; Export-VM a D:\\Out; Remove-VM a -Force",
        used_before,
        "Import-VM D:\\Out\\a",
        "explain.file-there",
    ),
    Row(
        "snapshot while it runs, room for its memory only",
        RUNNING,
        room((64 << 20) + (64 << 10) + 100),
        "Checkpoint-VM a",
        "explain.snapshot-full",
    ),
    Row(
        "delete a snapshot, damaged",
        SNAPPED,
        damage("D:\\a.vhd"),
        "Remove-VMSnapshot -VMName a -Name one; Start-Sleep 600; throw 'told by the event log'",
        "told by",
        state="Off",
    ),
    Row("P2V, full", "", full, "New-LabP2V FILE01 D:\\VMs", "explain.disk-full", scenario="machine-room"),
    Row("P2V, host lost", "", lost, "New-LabP2V FILE01 D:\\VMs", "explain.job-lost", scenario="machine-room"),
    Row("V2V, full", "", full, "New-LabV2V ESXDB01 D:\\VMs", "explain.disk-full", scenario="machine-room"),
    Row(
        "V2V, host lost", "", lost, "New-LabV2V ESXDB01 D:\\VMs", "explain.job-lost", scenario="machine-room"
    ),
    Row(
        "backup while it runs, full",
        BOOTED,
        full,
        "New-LabBackup a D:\\Backup",
        "explain.backup-disk-full",
        state="Running",
    ),
    Row(
        "backup while it runs, host lost",
        BOOTED,
        lost,
        "New-LabBackup a D:\\Backup",
        "explain.host-lost",
        state="Off",
    ),
    Row(
        "restore, a copy is missing",
        MINE + "; New-LabBackup a D:\\Backup | Out-Null; Remove-VM a -Force",
        missing("a.vhd"),
        "Restore-LabBackup 'D:\\Backup\\a\\Backup 1'",
        "explain.no-such-file",
    ),
    Row(
        "restore, host lost",
        MINE + "; New-LabBackup a D:\\Backup | Out-Null; Remove-Item D:\\a.vhd",
        lost,
        "Restore-LabBackup 'D:\\Backup\\a\\Backup 1' -Confirm:$false",
        "explain.job-lost",
    ),
    Row("backup, full", MINE, full, "New-LabBackup a D:\\Backup", "explain.backup-disk-full"),
    Row(
        "backup, damaged",
        MINE,
        damage("D:\\a.vhd"),
        "New-LabBackup a D:\\Backup",
        "explain.backup-unreadable",
    ),
    Row("backup, host lost", MINE, lost, "New-LabBackup a D:\\Backup", "explain.host-lost"),
    Row(
        "restore, full",
        MINE + "; New-LabBackup a C:\\Backup | Out-Null; Remove-Item D:\\a.vhd",
        full,
        "Restore-LabBackup 'C:\\Backup\\a\\Backup 1'",
        "explain.no-room-to-restore",
    ),
    Row("attach, host lost", MINE, lost, "Mount-VHD D:\\a.vhd", "explain.job-lost"),
    Row("attach, damaged", MINE, damage("D:\\a.vhd"), "Mount-VHD D:\\a.vhd", "explain.vhd-"),
    Row(
        "bring a file in, host lost",
        "",
        lost,
        f"Import-LabFile '{OUTSIDE}' D:\\in.txt",
        "explain.job-lost",
    ),
    Row("bring a file in, full", "", full, f"Import-LabFile '{OUTSIDE}' D:\\in.txt", "explain.disk-full"),
    Row(
        "copy to another host, host lost",
        "New-VHD C:\\n.vhd 64MB -Fixed | Out-Null",
        lost,
        "Copy-Item C:\\n.vhd \\\\HV02\\C$\\n.vhd",
        "explain.copy-cut",
        scenario="two-nodes",
    ),
    Row(
        "copy to another host, that one lost",
        "New-VHD C:\\n.vhd 64MB -Fixed | Out-Null",
        other_lost,
        "Copy-Item C:\\n.vhd \\\\HV02\\C$\\n.vhd",
        "explain.copy-cut",
        scenario="two-nodes",
    ),
    Row(
        "copy to another host, cable pulled",
        "New-VHD C:\\n.vhd 64MB -Fixed | Out-Null",
        cut,
        "Copy-Item C:\\n.vhd \\\\HV02\\C$\\n.vhd",
        "explain.copy-cut",
        scenario="two-nodes",
    ),
    Row(
        "copy from another host, that one lost",
        "New-VHD C:\\n.vhd 64MB -Fixed -ComputerName HV02 | Out-Null",
        other_lost,
        "Copy-Item \\\\HV02\\C$\\n.vhd C:\\here.vhd",
        "explain.copy-cut",
        scenario="two-nodes",
    ),
    Row("copy a file, full", "", full, "Copy-Item C:\\Images\\NT4.vhd D:\\n.vhd", "explain.disk-full"),
    Row(
        "move a file, full",
        "New-VHD C:\\n.vhd 64MB -Fixed | Out-Null",
        full,
        "Move-Item C:\\n.vhd D:\\n.vhd",
        "explain.disk-full",
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
def test_what_a_broken_operation_leaves(row: Row) -> None:
    lab = Lab(scenario=row.scenario, platform=row.platform)
    if row.before:
        lab.run(row.before)
    row.fault(lab)
    before = lab.world.outcome()
    files = set(lab.storage.files.paths())
    lab.tried(row.command)
    after = lab.world.outcome()
    errors = lab.recorded.errors
    explains = [error.explain[0] for error in errors if error.explain]
    assert errors, "it must fail"
    assert any(text.startswith(row.says) for text in explains) or any(
        row.says in error.message for error in errors
    ), explains
    there = set(lab.storage.files.paths())
    assert {path.rpartition("\\")[2] for path in there - files} == set(row.left)
    assert files <= there
    if row.state:
        assert lab.vmms.machine("a").state == row.state
        return
    assert after["host1/root/vmms"] == before["host1/root/vmms"]
    if not row.left:
        assert after["host1/root/storage"] == before["host1/root/storage"]


def test_a_merge_into_a_damaged_disk_does_not_begin_and_leaves_the_chain() -> None:
    lab = Lab()
    lab.run(SNAPPED)
    top = lab.vmms.machine("a").drives[0].path
    damage("D:\\a.vhd")(lab)
    lab.run("Remove-VMSnapshot -VMName a -Name one; Start-Sleep 600")
    assert lab.vmms.machine("a").drives[0].path == top and lab.storage.files.exists(top)
    assert lab.tried("Start-VM a") and lab.recorded.errors[0].explain[0] == "explain.disk-unreadable"


def test_a_machine_goes_and_disks_that_cannot_be_merged_stay_and_are_named() -> None:
    lab = Lab()
    lab.run(SNAPPED)
    top = lab.vmms.machine("a").drives[0].path
    damage("D:\\a.vhd")(lab)
    lab.run("Remove-VM a -Force")
    assert any(top in text for kind, text in lab.recorded.messages if kind == "warning")
    assert lab.vmms.find("a") is None and lab.storage.files.exists(top)


def test_wmi_leaves_no_empty_file_where_there_is_no_room() -> None:
    lab = Lab()
    full(lab)
    lab.run("$i = gwmi -Namespace root\\virtualization Msvm_ImageManagementService")
    assert lab.run("$i.CreateFixedVirtualHardDisk('D:\\n.vhd', 64MB).ReturnValue") != [0]
    assert not lab.storage.files.exists("D:\\n.vhd")


def test_a_disk_that_is_attached_when_its_host_is_lost_is_as_it_was_before_and_the_log_says_so() -> None:
    lab = Lab()
    lab.run(f"Copy-Item {SYSTEM} D:\\a.vhd")
    before = lab.world.outcome()["host1/root/storage"]
    lab.run("Mount-VHD D:\\a.vhd; 'mine' | Set-Content M:\\mine.txt")
    lab.vmms.root_crashes()
    lab.run("Start-Sleep 300")
    assert lab.world.outcome()["host1/root/storage"] == before and lab.tried("Get-Content M:\\mine.txt")
    (told,) = lab.run("(Get-WinEvent System | Where-Object Id -eq 157 | Select-Object -First 1).Message")
    assert "D:\\a.vhd" in str(told)
