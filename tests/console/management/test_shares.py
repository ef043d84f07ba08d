r"""Copying to another host, and with it the way from a test network to production."""

from __future__ import annotations

import pytest

from hvlab.host.disks import HostStorage
from hvlab.host.vmms import Vmms
from tests.host.support import SYSTEM, Lab

MACHINE = (
    "New-VMSwitch Test -SwitchType Private; "
    "New-VMSwitch LAN -ComputerName HV02 -NetAdapterName 'Local Area Connection'; "
    f"New-VM web01 512MB -VHDPath {SYSTEM} -SwitchName Test"
)
AWAY = r"Copy-Item C:\Export\web01 \\HV02\C$\Import -Recurse"


def two() -> Lab:
    return Lab(scenario="two-nodes")


def other(lab: Lab) -> HostStorage:
    return lab.world.get("host2/root/storage", HostStorage)


def reason(lab: Lab, text: str) -> str:
    lab.tried(text)
    explain = lab.recorded.errors[0].explain
    assert explain is not None
    return explain[0].removeprefix("explain.")


def test_a_machine_moves_from_the_test_network_to_production() -> None:
    lab = two()
    lab.run(f"{MACHINE}; Start-VM web01; Wait-Lab web01 -For Heartbeat; Set-LabGuestFile web01 a.txt tested")
    lab.run(r"Set-LabGuestAddress web01 192.168.0.77; Stop-VM web01; Export-VM web01 C:\Export")
    lab.run(f"{AWAY}; Import-VM -ComputerName HV02 C:\\Import")
    assert any(kind == "warning" and "'Test'" in text for kind, text in lab.recorded.messages)
    lab.run(
        "Connect-VMNetworkAdapter web01 -SwitchName LAN -ComputerName HV02; Start-VM web01 -ComputerName HV02; "
        "Wait-Lab -Seconds 60"
    )
    machine = lab.world.get("host2/root/vmms", Vmms).machine("web01")
    assert machine.state == "Running" and machine.adapters[0].switch == "LAN"
    row: list[object] = lab.run("(Get-LabGuestFile web01 a.txt -ComputerName HV02).Content")
    assert row == ["tested"]
    assert lab.vmms.machine("web01").state == "Off", "the test machine is there still"


def test_files_arrive_whole_and_take_their_time() -> None:
    lab = two()
    lab.run(f"{MACHINE}; Export-VM web01 C:\\Export")
    before = lab.world.now
    lab.run(AWAY)
    size = lab.storage.files.open(SYSTEM).size
    assert lab.world.now - before >= 2 * (size // 512) * lab.vmms.platform.timing.disk_sector
    there = [path for path in other(lab).files.paths() if path.startswith("C:\\Import")]
    here = [path for path in lab.storage.files.paths() if path.startswith("C:\\Export\\web01")]
    assert [path[10:] for path in there] == [path[16:] for path in here]
    for one, two_ in zip(there, here, strict=True):
        assert (
            other(lab).files.open(one).file.content.digest_state()
            == lab.storage.files.open(two_).file.content.digest_state()
        )


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (r"Copy-Item C:\a.txt \\HV09\C$\a.txt", "no-such-host"),
        (r"Copy-Item C:\a.txt \\HV02\Z$\a.txt", "no-such-volume"),
        (r"Copy-Item C:\a.txt \\HV02\Share\a.txt", "illegal-path"),
        (r"1..2 | ForEach-Object { Copy-Item C:\a.txt \\HV02\C$\a.txt }", "file-exists"),
        (r"Copy-Item C:\ \\HV02\C$\all", "folder-copy"),
        (
            "Set-LabCable -NetAdapterName 'Local Area Connection' -State Pulled -ComputerName HV02; "
            r"Set-LabCable -NetAdapterName 'Local Area Connection 2' -State Pulled -ComputerName HV02; "
            r"Copy-Item C:\a.txt \\HV02\C$",
            "host-not-reached",
        ),
        (r"Stop-Computer -ComputerName HV02; Copy-Item C:\a.txt \\HV02\C$", "host-not-reached"),
    ],
)
def test_what_cannot_be_copied_is_said(command: str, why: str) -> None:
    lab = two()
    lab.run(r"Set-Content C:\a.txt hello")
    assert reason(lab, command) == why


def test_what_lies_on_another_host_is_listed_by_its_network_path() -> None:
    lab = two()
    lab.run(
        r"$disk = 'C:\Images\WS2008-x64.vhd'; Copy-Item $disk \\HV02\C$\Away\one.vhd; Copy-Item $disk \\HV02\C$\Away\b"
    )
    assert lab.run(r"(Get-ChildItem \\HV02\C$\Away).FullName") == [
        r"\\HV02\C$\Away\b",
        r"\\HV02\C$\Away\one.vhd",
    ]
    assert lab.run(r"Get-ChildItem \\HV02\C$\Away\*.vhd -Name") == ["one.vhd"]
    assert lab.run(r"(dir \\HV02\C$\Away\one.vhd).Length -gt 1MB") == [True]
    assert lab.run(r"@(dir \\HV02\C$ -Recurse -File | ? Name -eq one.vhd).Count") == [1]
    assert lab.tried(r"Get-ChildItem \\HV02\C$\Nowhere") == ["PathNotFound"]
    assert lab.tried(r"Get-ChildItem \\HV09\C$") != []
