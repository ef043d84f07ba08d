"""Differencing disks by commands: made, looked at, booted from, and refused where the chain is broken."""

from __future__ import annotations

from tests.host.support import SYSTEM, Lab

CHILD = r"C:\VMs\child.vhd"


def test_many_machines_run_from_one_parent() -> None:
    lab = Lab()
    before = lab.file(SYSTEM)
    bytes_before = before.read(0, 1 << 20)
    for name in ("a", "b"):
        lab.run(rf"New-VHD C:\VMs\{name}.vhd -ParentPath {SYSTEM} -Differencing")
        lab.boot(name, rf"C:\VMs\{name}.vhd")
    lab.run("Start-LabWorkload a -Operation Write -Count 2")
    assert lab.file(SYSTEM).read(0, 1 << 20) == bytes_before
    assert lab.run(r"(Get-VHD C:\VMs\a.vhd).ParentPath") == [SYSTEM]
    (kind, *_) = lab.run(r"(Get-VHD C:\VMs\a.vhd).VhdType.ToString(); (Get-VHD C:\VMs\a.vhd).Size")
    assert kind == "Differencing"
    assert lab.file(r"C:\VMs\a.vhd").size > lab.file(r"C:\VMs\b.vhd").size


def test_a_child_of_a_child_sees_both() -> None:
    lab = Lab()
    lab.run(rf"New-VHD {CHILD} -ParentPath {SYSTEM}; New-VHD C:\VMs\grandchild.vhd -ParentPath {CHILD}")
    lab.boot("a", r"C:\VMs\grandchild.vhd")
    assert lab.run(r"(Get-VHD C:\VMs\grandchild.vhd).ParentPath") == [CHILD]


def test_refusals_name_what_is_wrong() -> None:
    lab = Lab()
    assert lab.tried(rf"New-VHD {CHILD} -ParentPath C:\nothing.vhd") == ["ObjectNotFound"]
    assert not lab.storage.files.exists(CHILD)
    assert lab.tried(rf"New-VHD C:\VMs\child.txt -ParentPath {SYSTEM}") != []
    lab.run(rf"New-VHD C:\VMs\base.vhd -SizeBytes 5MB; New-VHD {CHILD} -ParentPath C:\VMs\base.vhd")
    assert lab.tried(rf"New-VHD {CHILD} -ParentPath C:\VMs\base.vhd") == ["OperationFailed"]
    lab.storage.files.delete(r"C:\VMs\base.vhd")
    assert lab.tried(f"Get-VHD {CHILD}") == ["InvalidOperation"]
    explain = lab.recorded.errors[0].explain
    assert explain == ("explain.parent-missing", {"path": CHILD, "name": "base.vhd"})
    lab.run(r"New-VHD C:\VMs\base.vhd -SizeBytes 5MB")
    assert lab.tried(f"Get-VHD {CHILD}") == ["InvalidOperation"]
    explain = lab.recorded.errors[0].explain
    assert explain is not None and explain[0] == "explain.parent-identifier"
