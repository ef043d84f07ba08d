"""When a file was changed, and what that means for the children of a virtual disk."""

from __future__ import annotations

from typing import Any

import pytest

from hvlab.kernel.calendar import LAB_BEGIN
from hvlab.storage import differencing
from tests.host.support import SYSTEM, Lab

CHAIN = f"Copy-Item {SYSTEM} D:\\base.vhd; New-VHD D:\\child.vhd -ParentPath D:\\base.vhd | Out-Null"


def reason(lab: Lab, text: str) -> str:
    lab.tried(text)
    explain = lab.recorded.errors[0].explain
    assert explain is not None
    return explain[0].removeprefix("explain.")


def modified(lab: Lab, path: str) -> int:
    return lab.storage.files.open(path).file.modified


def test_a_listing_tells_when_each_file_was_changed() -> None:
    lab = Lab()
    lab.run(
        "Start-Sleep 60; Set-Content D:\\a.txt one; Start-Sleep 60; Set-Content D:\\b.txt two; Add-Content D:\\a.txt x"
    )
    lab.run("Copy-Item D:\\b.txt D:\\c.txt; Start-Sleep 60; Move-Item D:\\b.txt D:\\d.txt")
    times = [modified(lab, f"D:\\{name}.txt") - LAB_BEGIN for name in "acd"]
    assert times == [120, 120, 120], "copies and moved files keep their times"
    found = lab.run(
        "dir D:\\*.txt | Sort-Object LastWriteTime | ForEach-Object { $_.LastWriteTime.ToString() }"
    )
    assert len(found) == 3 and len(set(map(str, found))) == 1


@pytest.mark.parametrize(
    "change",
    [
        "New-VM bad 512MB -VHDPath D:\\base.vhd; Start-VM bad; Wait-Lab bad -For Heartbeat; "
        "Set-LabGuestFile bad a.txt x; Stop-VM bad -TurnOff; Remove-VM bad -Force",
        "Mount-VHD D:\\base.vhd; Set-Content M:\\a.txt x; Dismount-VHD D:\\base.vhd",
    ],
)
def test_a_parent_that_was_changed_is_noticed_and_can_be_accepted(change: str) -> None:
    lab = Lab()
    lab.run(f"{CHAIN}; Start-Sleep 5; {change}")
    assert reason(lab, "Get-VHD D:\\child.vhd") == "parent-timestamp"
    assert reason(lab, "Test-VHD D:\\child.vhd") == "parent-timestamp"
    lab.run("Set-VHD D:\\child.vhd -ParentPath D:\\base.vhd; Test-VHD D:\\child.vhd")
    link = differencing.parent_link(lab.storage.files.open("D:\\child.vhd"))
    assert link is not None and link.timestamp == modified(lab, "D:\\base.vhd")
    lab.boot(path="D:\\child.vhd")


def test_a_parent_that_was_only_read_stays_good() -> None:
    lab = Lab()
    lab.run(f"{CHAIN}; Start-Sleep 5; Mount-VHD D:\\base.vhd; Get-ChildItem M:\\; Dismount-VHD D:\\base.vhd")
    lab.run("Mount-VHD D:\\base.vhd -ReadOnly; Dismount-VHD D:\\base.vhd")
    lab.boot(path="D:\\child.vhd")
    lab.run("Set-LabGuestFile web01 a.txt one; Checkpoint-VM web01 one; Set-LabGuestFile web01 a.txt two")
    lab.run("Checkpoint-VM web01 two; Stop-VM web01 -TurnOff; Remove-VMSnapshot web01 one; Start-Sleep 300")
    lab.run("Start-VM web01; Wait-Lab web01 -For Heartbeat")
    row: Any = lab.run("Get-LabGuestFile web01 a.txt")[0]
    assert row.get("Content") == "two"


def test_a_copied_chain_knows_its_parent() -> None:
    lab = Lab()
    lab.boot(path=SYSTEM)
    lab.run("Set-LabGuestFile web01 a.txt one; Stop-VM web01; Start-Sleep 5")
    lab.run(
        f"{CHAIN}; mkdir D:\\x | Out-Null; Copy-Item D:\\*.vhd D:\\x; "
        "Remove-Item D:\\base.vhd; Test-VHD D:\\x\\child.vhd"
    )
