"""A disk dies: what was on it is gone, snapshots too; a backup elsewhere brings the whole system back, in its time."""

from __future__ import annotations

import pytest

from tests.host.support import Lab

MADE = r"""
Copy-Item C:\Images\WS2008-x64.vhd D:\web01.vhd
New-VM web01 512MB -VHDPath D:\web01.vhd -Path D:\ | Out-Null
Start-VM web01; Wait-Lab web01 -For Heartbeat
Set-LabGuestFile web01 orders.txt Monday | Out-Null
Checkpoint-VM web01 before
New-LabBackup web01 E:\Backup | Out-Null
$backup = (Get-LabBackup web01)[0].Path
Set-LabGuestFile web01 orders.txt Tuesday | Out-Null
"""


@pytest.fixture(scope="module")
def prepared() -> Lab:
    lab = Lab(scenario="two-sites")
    lab.run(MADE)
    lab.run(r"Copy-Item $backup \\HV02\E$\web01 -Recurse")
    return lab


def test_snapshots_die_with_their_disk_and_a_backup_beside_it_survives(prepared: Lab) -> None:
    lab = prepared
    lab.run("Add-LabFault DiskLost -Volume D; Start-Sleep 5; Stop-VM web01 -TurnOff -Force")
    assert lab.storage.files.volume("D:\\").files == {}
    assert lab.tried("Start-VM web01") == ["OperationFailed"]
    assert lab.tried("Restore-VMSnapshot before -VMName web01 -Confirm:$false") == ["ObjectNotFound"]
    begun = lab.world.now
    lab.run("Restore-LabBackup $backup")
    assert lab.world.now - begun > 10_000_000_000, "some of the disk's blocks have to be read and written"
    lab.run("Start-VM web01; Wait-Lab web01 -For Heartbeat")
    assert lab.run("(Get-LabGuestFile web01 orders.txt).Content") == ["Monday"], (
        "Tuesday was after the backup"
    )


def test_without_a_second_site_nothing_is_left_and_with_one_the_machine_starts_there() -> None:
    lab = Lab(scenario="two-sites")
    lab.run(MADE)
    lab.run(r"Copy-Item $backup \\HV02\E$\web01 -Recurse")
    lab.run("Stop-VM web01 -TurnOff -Force; Add-LabFault DiskLost -Volume D; Add-LabFault DiskLost -Volume E")
    assert lab.tried("Restore-LabBackup $backup") == ["ObjectNotFound"]
    lab.run("Restore-LabBackup E:\\web01 -ComputerName HV02; Start-VM web01 -ComputerName HV02")
    lab.run("Wait-Lab web01 -For Heartbeat -ComputerName HV02")
    assert lab.run("(Get-LabGuestFile web01 orders.txt -ComputerName HV02).Content") == ["Monday"]


def test_the_hosts_own_disk_and_one_that_is_not_there_are_refused() -> None:
    lab = Lab()
    before = lab.world.digest()
    assert lab.tried("Add-LabFault DiskLost -Volume C") == ["InvalidParameter"]
    assert lab.tried("Add-LabFault DiskLost -Volume X") == ["ObjectNotFound"]
    assert lab.tried("Add-LabFault DiskLost") == ["MissingParameter"]
    assert lab.world.digest() == before


def test_a_guest_whose_disk_dies_gets_errors_and_the_others_go_on() -> None:
    lab = Lab(scenario="two-sites")
    lab.run(MADE)
    lab.run("New-VM db01 512MB -VHDPath C:\\Images\\WS2008-x64.vhd | Out-Null; Start-VM db01")
    lab.run("Wait-Lab db01 -For Heartbeat; Add-LabFault DiskLost -Volume D")
    assert lab.run("(Start-LabWorkload web01 -Count 3).Errors") == [3]
    assert lab.run("(Start-LabWorkload db01 -Count 3).Errors") == [0]
