"""2008's image service, exports, imports and summaries by WMI: the same as by cmdlets, refusals as return codes."""

from __future__ import annotations

import pytest

from tests.host.support import OLD, Lab

BEGIN = (
    r"$n = 'root\virtualization'; $i = gwmi -Namespace $n Msvm_ImageManagementService; "
    r"$svc = gwmi -Namespace $n Msvm_VirtualSystemManagementService; "
)


@pytest.fixture
def lab() -> Lab:
    made = Lab()
    made.run(BEGIN)
    return made


def code(lab: Lab, call: str) -> object:
    (value,) = lab.run(f"({call}).ReturnValue")
    return value


SAME = [
    (
        "$i.CreateDifferencingVirtualHardDisk('D:\\c.vhd', 'D:\\p.vhd')",
        "New-VHD D:\\c.vhd -ParentPath D:\\p.vhd -Differencing | Out-Null",
    ),
    (
        "$i.ConvertVirtualHardDisk('D:\\p.vhd', 'D:\\f.vhd', 2)",
        "Convert-VHD D:\\p.vhd D:\\f.vhd -VHDType Fixed",
    ),
    ("$i.ExpandVirtualHardDisk('D:\\p.vhd', 128MB)", "Resize-VHD D:\\p.vhd 128MB"),
    ("$i.CompactVirtualHardDisk('D:\\p.vhd')", "Optimize-VHD D:\\p.vhd"),
    ("$i.MergeVirtualHardDisk('D:\\k.vhd', 'D:\\p.vhd')", "Merge-VHD D:\\k.vhd D:\\p.vhd"),
    ("$i.Mount('D:\\p.vhd')", "Mount-VHD D:\\p.vhd"),
    (
        "$i.ReconnectParentVirtualHardDisk('D:\\k.vhd', 'D:\\q.vhd', $true)",
        "Set-VHD D:\\k.vhd -ParentPath D:\\q.vhd -IgnoreIdMismatch",
    ),
    (
        "$svc.ExportVirtualSystem((gwmi -Namespace $n Msvm_ComputerSystem -Filter \"ElementName = 'a'\"), "
        "$true, 'D:\\Out')",
        "Export-VM a D:\\Out",
    ),
]
READY = (
    "New-VHD D:\\p.vhd 64MB | Out-Null; New-VHD D:\\q.vhd 64MB | Out-Null; "
    "New-VHD D:\\k.vhd -ParentPath D:\\p.vhd -Differencing | Out-Null; "
    f"Copy-Item {OLD} D:\\a.vhd; New-VM a 64MB -VHDPath D:\\a.vhd | Out-Null"
)


@pytest.mark.parametrize("way", SAME, ids=[way[1].split()[0] for way in SAME])
def test_method_and_cmdlet_do_the_same(lab: Lab, way: tuple[str, str]) -> None:
    other = Lab()
    lab.run(READY)
    other.run(READY)
    if "k.vhd" not in way[0]:
        lab.run("Remove-Item D:\\k.vhd")
        other.run("Remove-Item D:\\k.vhd")
    before = lab.world.outcome_digest()
    assert code(lab, way[0]) == 0
    other.run(way[1])
    assert before != lab.world.outcome_digest() or "Compact" in way[0] or "Mount" in way[0]
    assert lab.world.outcome_digest() == other.world.outcome_digest()


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("$i.ExpandVirtualHardDisk('D:\\q.vhd', 32MB)", 32773),
        ("$i.ConvertVirtualHardDisk('D:\\p.vhd', 'D:\\f.vhd', 7)", 32773),
        ("$i.CompactVirtualHardDisk('D:\\gone.vhd')", 32779),
        ("$i.ExpandVirtualHardDisk('D:\\p.vhd', 128MB)", 32774),
        ("$i.Mount('D:\\gone.vhd')", 32779),
        ("$i.ValidateVirtualHardDisk('D:\\gone.vhd')", 32779),
        ("$i.ValidateVirtualHardDisk('D:\\k.vhd')", 0),
        ("$i.CreateVirtualFloppyDisk('D:\\f.vhd')", 32773),
        ("$i.MergeVirtualHardDisk('D:\\p.vhd', $null)", 32774),
        ("$svc.ImportVirtualSystem($false, 'D:\\nowhere')", 32779),
    ],
)
def test_a_refusal_is_a_code_and_changes_nothing(lab: Lab, call: str, expected: int) -> None:
    lab.run(READY)
    before = lab.world.outcome_digest()
    assert code(lab, call) == expected
    assert lab.world.outcome_digest() == before


def test_a_full_disk_is_a_failure(lab: Lab) -> None:
    lab.run(READY + "; Add-LabFault VolumeFull -Volume D")
    before = lab.world.outcome_digest()
    assert code(lab, "$i.ConvertVirtualHardDisk('D:\\p.vhd', 'D:\\f.vhd', 2)") == 32768
    assert code(lab, "$i.CreateVirtualFloppyDisk('D:\\f.vfd')") == 32768
    vm = "(gwmi -Namespace $n Msvm_ComputerSystem -Filter \"ElementName = 'a'\")"
    assert code(lab, f"$svc.CreateVirtualSystemSnapshot({vm})") == 32768
    assert lab.world.outcome_digest() == before


def test_what_is_attached_is_detached_and_a_floppy_has_its_size(lab: Lab) -> None:
    lab.run(READY)
    assert code(lab, "$i.Mount('D:\\q.vhd')") == 0
    assert lab.run("$i.GetVirtualHardDiskInfo('D:\\q.vhd').Info.InUse") == [True]
    assert code(lab, "$i.Unmount('D:\\q.vhd')") == 0
    assert lab.run("$x = $i.GetVirtualHardDiskInfo('D:\\k.vhd').Info; $x.Type; $x.ParentPath") == [
        4,
        "D:\\p.vhd",
    ]
    assert code(lab, "$i.CreateVirtualFloppyDisk('D:\\f.vfd')") == 0
    assert lab.run("(Get-Item D:\\f.vfd).Length") == [1_474_560]


def test_an_export_is_imported_by_wmi(lab: Lab) -> None:
    lab.run(READY + "; Export-VM a D:\\Out; Remove-VM a -Force")
    assert code(lab, "$svc.ImportVirtualSystem($false, 'D:\\Out\\a')") == 0
    assert lab.run("(Get-VM).Name") == ["a"]


def test_a_summary_has_what_was_asked_for(lab: Lab) -> None:
    lab.run(READY + "; Checkpoint-VM a -SnapshotName one; Start-VM a; Wait-Lab a | Out-Null")
    lab.run("$s = $svc.GetSummaryInformation($null, @(1, 100, 103, 106, 107)).SummaryInformation[0]")
    assert lab.run("$s.ElementName; $s.EnabledState; $s.MemoryUsage; $s.GuestOperatingSystem") == [
        "a",
        2,
        64,
        "Windows NT Server 4.0",
    ]
    assert lab.run("$s.Snapshots.Count") == [1]
    lab.run("$set = gwmi -Namespace $n Msvm_VirtualSystemSettingData -Filter 'SettingType = 5'")
    assert lab.run("$svc.GetSummaryInformation($set, 1).SummaryInformation[0].ElementName") == ["one"]
    assert code(lab, "$svc.GetSummaryInformation($null, @(7))") == 32773
