"""A merge that cannot be done is told where an administrator looks, loses nothing, and is done after the repair."""

from __future__ import annotations

import pytest

from tests.host.support import OLD, Lab
from tests.host.test_half_way import MINE, SNAPPED, damage

LOG = "Get-WinEvent Microsoft-Windows-Hyper-V-VMMS-Admin | Where-Object Id -eq 19100"
TOLD = f"({LOG} | Select-Object -First 1).Message"


def status(lab: Lab) -> str:
    (text,) = lab.run("(Get-VM a).Status")
    return str(text)


def test_a_damaged_parent_is_named_and_the_merge_is_done_after_the_repair() -> None:
    lab = Lab()
    lab.run(SNAPPED + "; Copy-Item D:\\a.vhd D:\\good.vhd")
    top = lab.vmms.machine("a").drives[0].path
    damage("D:\\a.vhd")(lab)
    lab.run("Remove-VMSnapshot -VMName a -Name one; Start-Sleep 60")
    (told,) = lab.run(TOLD)
    assert status(lab) == "Disks cannot be merged: D:\\a.vhd" and "at 'D:\\a.vhd'" in str(told)
    assert lab.storage.files.exists(top)
    lab.run("Copy-Item D:\\good.vhd D:\\a.vhd -Force; Restart-Computer; Start-Sleep 60")
    assert lab.vmms.machine("a").drives[0].path == "D:\\a.vhd" and not lab.storage.files.exists(top)
    assert status(lab) == "Operating normally"


def test_a_footer_is_put_back_from_its_copy_and_the_merge_is_done() -> None:
    lab = Lab()
    lab.run(SNAPPED)
    damage("D:\\a.vhd")(lab)
    lab.run("Remove-VMSnapshot -VMName a -Name one; Start-Sleep 60")
    assert status(lab) == "Disks cannot be merged: D:\\a.vhd"
    assert lab.run("(Repair-LabVHD D:\\a.vhd).Was; Test-VHD D:\\a.vhd") == ["no-footer", True]
    lab.run("Restart-Computer; Start-Sleep 60")
    assert status(lab) == "Operating normally" and lab.vmms.machine("a").drives[0].path == "D:\\a.vhd"
    lab.run("Start-VM a; Wait-Lab a")


@pytest.mark.parametrize("harm", ["end cut off", "half the footer", "the copy"])
def test_what_repair_mends(harm: str) -> None:
    lab = Lab()
    lab.run(f"Copy-Item {OLD} D:\\a.vhd")
    content = lab.storage.files.open("D:\\a.vhd").file.content
    before = content.read(0, content.size)
    if harm == "the copy":
        content.write(0, bytes(512))
    else:
        content.truncate(content.size - (512 if harm == "end cut off" else 300))
    assert lab.tried("Test-VHD D:\\a.vhd")
    assert lab.run("(Repair-LabVHD D:\\a.vhd).Repaired; Test-VHD D:\\a.vhd") == [True, True]
    assert content.size == len(before) and content.read(0, content.size) == before


def test_what_repair_cannot_mend_stays_as_it_is() -> None:
    lab = Lab()
    lab.run(f"Copy-Item {OLD} D:\\a.vhd; New-VHD D:\\f.vhd 64MB -Fixed")
    lab.storage.files.open("D:\\a.vhd").file.content.truncate(1 << 20)
    damage("D:\\f.vhd")(lab)
    before = lab.world.outcome()
    for path in ("a", "f"):
        assert lab.tried(f"Repair-LabVHD D:\\{path}.vhd") == ["InvalidOperation"]
    assert lab.world.outcome() == before
    assert lab.run(f"(Repair-LabVHD {OLD}).Repaired") == [False]


def test_a_damaged_child_does_not_let_the_disk_below_it_go() -> None:
    lab = Lab()
    lab.run(SNAPPED + "; Checkpoint-VM a -SnapshotName two")
    middle = lab.vmms.machine("a").snapshots[lab.vmms.machine("a").last_snapshot].drives[0].path
    top = lab.vmms.machine("a").drives[0].path
    lab.run(f"Copy-Item '{top}' D:\\good.bak")
    damage(top)(lab)
    lab.run("Remove-VMSnapshot -VMName a -Name two; Start-Sleep 60")
    assert lab.storage.files.exists(middle), "what the damaged disk stands on is not thrown away"
    assert status(lab) == f"Disks cannot be merged: {top}"
    lab.run(f"Copy-Item D:\\good.bak '{top}' -Force; Restart-Computer; Start-Sleep 60")
    assert lab.vmms.machine("a").drives[0].path == middle and not lab.storage.files.exists(top)
    assert lab.run("(Test-VHD (Get-VMHardDiskDrive a).Path)") == [True]


def test_a_disk_that_was_moved_away_does_not_let_the_disk_below_it_go() -> None:
    lab = Lab()
    lab.run(SNAPPED + "; Checkpoint-VM a -SnapshotName two")
    middle = lab.vmms.machine("a").snapshots[lab.vmms.machine("a").last_snapshot].drives[0].path
    top = lab.vmms.machine("a").drives[0].path
    lab.run(f"Move-Item '{top}' D:\\aside.avhd; Remove-VMSnapshot -VMName a -Name two; Start-Sleep 60")
    assert lab.storage.files.exists(middle) and status(lab) == f"Disks cannot be merged: {top}"


def test_a_merge_that_its_host_cut_short_is_begun_again_when_the_host_is_back() -> None:
    lab = Lab()
    lab.run(MINE + "; Checkpoint-VM a -SnapshotName one")
    top = lab.vmms.machine("a").drives[0].path
    lab.storage.open(top).write(0, b"x" * (1 << 20))
    lab.run("Remove-VMSnapshot -VMName a -Name one")
    assert status(lab) == "Merging disks"
    lab.vmms.root_crashes()
    lab.world.run(until=lab.world.now + 60_000_000_000)
    assert lab.storage.files.exists(top), "nobody merges while the host is down"
    lab.run("Start-Sleep 120")
    assert not lab.storage.files.exists(top) and lab.storage.open("D:\\a.vhd").read(0, 1)[:1] == b"x"


def test_a_strangers_disk_keeps_what_it_stands_on_and_is_named() -> None:
    lab = Lab()
    lab.run(SNAPPED + "; Checkpoint-VM a -SnapshotName two")
    middle = lab.vmms.machine("a").snapshots[lab.vmms.machine("a").last_snapshot].drives[0].path
    top = lab.vmms.machine("a").drives[0].path
    lab.run(f"Copy-Item '{top}' D:\\copy.avhd; Remove-VMSnapshot -VMName a -Name two; Start-Sleep 60")
    assert lab.storage.files.exists(middle) and status(lab) == "Disks cannot be merged: D:\\copy.avhd"
    lab.run("Remove-Item D:\\copy.avhd; Restart-Computer; Start-Sleep 60")
    assert not lab.storage.files.exists(top) and lab.vmms.machine("a").drives[0].path == middle
