"""Export and import: what an export leaves in its folder, and what becomes of it on this host and on another."""

from __future__ import annotations

import pytest

from hvlab.guests import system_record
from hvlab.host import export
from hvlab.host.machine import SAVED
from tests.host.support import SYSTEM, Lab

FIRST = system_record.DATA_START


def lab_with_machine(**options: str) -> Lab:
    lab = Lab(**options)
    lab.run(f"New-VM web01 512MB -VHDPath {SYSTEM}")
    return lab


def folder(lab: Lab, path: str = "D:\\Export\\web01\\") -> list[str]:
    return [one[len(path) :] for one in lab.storage.files.paths() if one.startswith(path)]


def reason(lab: Lab, text: str) -> str:
    lab.tried(text)
    explain = lab.recorded.errors[0].explain
    assert explain is not None
    return explain[0].removeprefix("explain.")


def write(lab: Lab, place: int) -> None:
    """The guest writes one record at a place of its disk."""
    lab.run(f"Start-LabWorkload web01 -Count 1 -Offset {(FIRST + 8 * place) * 512}")


def written(lab: Lab, vm: str = "web01") -> list[int]:
    disk = lab.storage.open(lab.vmms.machine(vm).drives[0].path)
    return [place for place in range(8) if system_record.is_sound(disk.read(FIRST + 8 * place, 1))]


def test_an_export_holds_configuration_and_disks_and_can_be_imported_once() -> None:
    lab = lab_with_machine()
    before = lab.vmms.machine("web01")
    identifier = before.identifier
    lab.run(
        'Set-VM web01 -Notes "line`n<&\'>" -AutomaticStopAction TurnOff; Export-VM web01 D:\\Export; '
        "Remove-VM web01 -Force; Import-VM D:\\Export\\web01"
    )
    upper = identifier.upper()
    assert folder(lab) == ["Virtual Hard Disks\\WS2008-x64.vhd", f"Virtual Machines\\{upper}.xml"]
    machine = lab.vmms.machine("web01")
    assert (machine.identifier, machine.notes) == (identifier, "line\n<&'>")
    assert machine.stop_action == "TurnOff" and machine.memory == before.memory
    assert machine.drives[0].path == "D:\\Export\\web01\\Virtual Hard Disks\\WS2008-x64.vhd"
    assert [(a.key, a.identifier) for a in machine.adapters] == [
        (a.key, a.identifier) for a in before.adapters
    ]
    lab.run("Start-VM web01; Wait-Lab web01 -For Heartbeat; Stop-VM web01 -TurnOff; Remove-VM web01 -Force")
    assert reason(lab, "Import-VM D:\\Export\\web01") == "imported-already"


def test_a_copied_folder_can_be_imported_again_with_another_identifier() -> None:
    lab = lab_with_machine()
    lab.run("Export-VM web01 D:\\Export; Copy-Item D:\\Export\\web01 D:\\Copy -Recurse")
    assert reason(lab, "Import-VM D:\\Copy") == "name-taken"
    lab.run("Rename-VM web01 old")
    assert reason(lab, "Import-VM D:\\Copy") == "id-taken"
    lab.run(
        "Import-VM D:\\Copy -GenerateNewId; Rename-VM web01 new; Import-VM D:\\Export\\web01 -GenerateNewId"
    )
    identifiers = {machine.identifier for machine in lab.vmms.machines.values()}
    assert sorted(lab.vmms.machines) == ["new", "old", "web01"] and len(identifiers) == 3


def test_snapshots_go_along_and_the_machine_can_go_back() -> None:
    lab = Lab()
    lab.boot()
    write(lab, 0)
    lab.run("Checkpoint-VM web01 one")
    write(lab, 1)
    lab.run(
        "Stop-VM web01 -TurnOff; Checkpoint-VM web01 two; Export-VM web01 D:\\Export; Remove-VM web01 -Force"
    )
    lab.run("Remove-Item C:\\Images\\WS2008-x64.vhd; Import-VM D:\\Export\\web01")
    machine = lab.vmms.machine("web01")
    assert [one.name for one in machine.snapshots.values()] == ["one", "two"]
    assert written(lab) == [0, 1]
    lab.run("Restore-VMSnapshot one web01; Start-VM web01; Wait-Lab -Seconds 2")
    assert written(lab) == [0] and lab.guest().phase == "running"


def test_a_saved_machine_goes_on_where_it_was_after_the_import() -> None:
    lab = Lab()
    lab.boot()
    write(lab, 0)
    lab.run("Save-VM web01; Export-VM web01 D:\\Export; Remove-VMSavedState web01; Remove-VM web01 -Force")
    lab.run("Import-VM D:\\Export\\web01")
    assert lab.state() == SAVED
    start = lab.world.now
    lab.run("Start-VM web01")
    assert lab.guest().phase == "running" and lab.world.now - start < 30_000_000_000
    write(lab, 1)
    assert written(lab) == [0, 1]


def test_a_full_disk_leaves_whole_files_and_no_configuration() -> None:
    lab = lab_with_machine()
    lab.run("New-VHD C:\\extra.vhd 64MB -Fixed; Add-VMHardDiskDrive web01 -Path C:\\extra.vhd")
    free = lab.storage.files.volume("D:\\").free
    first = lab.storage.files.open(SYSTEM).size
    lab.storage.files.volume("D:\\").used += free - first - (32 << 20)
    digest = lab.vmms.machine("web01").digest_state()
    assert reason(lab, "Export-VM web01 D:\\Export") == "export-failed"
    assert folder(lab) == ["Virtual Hard Disks\\WS2008-x64.vhd"]
    explain = lab.recorded.errors[0].explain
    assert explain is not None and explain[1]["left"] == 1 and explain[1]["missing"] == "extra.vhd"
    machine = lab.vmms.machine("web01")
    assert machine.failure == "export-disk-full" and not machine.job
    machine.failure = ""
    assert machine.digest_state() == digest
    assert reason(lab, "Import-VM D:\\Export\\web01") == "no-export-there"
    assert reason(lab, "Export-VM web01 D:\\Export") == "export-there"
    lab.run("Start-VM web01")


def test_nothing_touches_the_machine_while_it_is_exported() -> None:
    lab = lab_with_machine()
    export.begin(lab.vmms, "web01", "D:\\Export")
    for command in (
        "Start-VM web01",
        "Remove-VM web01 -Force",
        "Checkpoint-VM web01 a",
        "Set-VMMemory web01 1GB",
        "Rename-VM web01 other",
        "Export-VM web01 D:\\Other",
    ):
        assert reason(lab, command) == "vm-busy", command
    assert reason(lab, "Remove-Item C:\\Images\\WS2008-x64.vhd") == "file-in-use"
    lab.until(lambda: not lab.vmms.machine("web01").job)
    lab.run("Start-VM web01")


def test_the_host_crashes_in_the_middle() -> None:
    lab = lab_with_machine()
    lab.run("New-VHD C:\\extra.vhd 64MB -Fixed; Add-VMHardDiskDrive web01 -Path C:\\extra.vhd")
    export.begin(lab.vmms, "web01", "D:\\Export")
    lab.until(lambda: bool(folder(lab)))
    lab.vmms.root_crashes()
    machine = lab.vmms.machine("web01")
    assert (machine.job, machine.failure) == ("", "host-lost") and len(folder(lab)) == 1
    lab.settle(600)
    lab.run("Start-VM web01")
    assert len(folder(lab)) == 1


def test_what_the_other_host_does_not_have_is_let_go_and_named() -> None:
    lab = Lab()
    lab.run(
        "New-VMSwitch Test -SwitchType Private; New-VMSwitch LAN -NetAdapterName 'Local Area Connection'; "
        f"New-VM web01 512MB -VHDPath {SYSTEM} -SwitchName Test; Export-VM web01 D:\\Export; "
        "Remove-VM web01 -Force; Remove-VMSwitch Test -Force; Import-VM D:\\Export\\web01"
    )
    assert any(kind == "warning" and "'Test'" in text for kind, text in lab.recorded.messages)
    assert lab.vmms.machine("web01").adapters[0].switch == ""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'memory="536870912"', b'memory="a lot"'),
        (b'processors="1"', b'processors="0"'),
        (b"<configuration", b"<!DOCTYPE a><configuration"),
        (b'location="0"', b'location="900"'),
        (b"</configuration>", b""),
    ],
)
def test_a_configuration_that_was_tampered_with_is_refused(old: bytes, new: bytes) -> None:
    lab = lab_with_machine()
    lab.run("Export-VM web01 D:\\Export; Remove-VM web01 -Force")
    name = next(path for path in lab.storage.files.paths() if path.endswith(".exp"))
    handle = lab.storage.files.open(name)
    text = handle.read(0, handle.size)
    assert old in text
    handle.truncate(0)
    handle.write(0, text.replace(old, new, 1))
    before = lab.world.digest()
    assert reason(lab, "Import-VM D:\\Export\\web01") == "bad-configuration"
    assert lab.world.digest() == before and not lab.vmms.machines


@pytest.mark.parametrize(
    ("platform", "again"), [("ws2008", "imported-already"), ("ws2008r2", "imported-already"), ("ws2012", "")]
)
def test_releases_differ_in_whether_an_export_is_used_up(platform: str, again: str) -> None:
    lab = lab_with_machine(platform=platform)
    lab.run("Export-VM web01 D:\\Export; Remove-VM web01 -Force")
    copied = reason(lab, "Import-VM D:\\Export\\web01 -Copy") if platform == "ws2008" else ""
    assert copied == ("no-import-copy" if platform == "ws2008" else "")
    if platform != "ws2008":
        lab.run("Import-VM D:\\Export\\web01 -Copy -VhdDestinationPath D:\\VMs; Remove-VM web01 -Force")
    lab.run("Import-VM D:\\Export\\web01; Start-VM web01; Stop-VM web01 -TurnOff; Remove-VM web01 -Force")
    if again:
        assert reason(lab, "Import-VM D:\\Export\\web01") == again
    else:
        lab.run("Import-VM D:\\Export\\web01")


def test_the_older_virtualization_has_no_export() -> None:
    lab = Lab(platform="vs2005")
    lab.run(f"New-VM web01 512MB -VHDPath {SYSTEM}")
    assert reason(lab, "Export-VM web01 D:\\Export") == "no-export"
