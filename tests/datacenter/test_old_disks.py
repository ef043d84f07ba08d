"""Disks of Virtual Server under Hyper-V and back again: the same file, two hosts, and what its system meets there."""

from __future__ import annotations

from typing import Any

import pytest

from hvlab.guests.screen import guest_screen
from hvlab.storage import vhd
from tests.host.support import Lab

OLD, WITH_ADDITIONS = "SRV2003.vhd", "SRV2000.vhd"


def two() -> Lab:
    return Lab(scenario="two-products", exports=False)


def boots(lab: Lab, disk: str, there: bool = False) -> list[str]:
    """Boot a machine from D:\\<disk> here or on Virtual Server, and stop it; the first lines of its screen."""
    at, host = (" -ComputerName VS01", "host2") if there else ("", "host1")
    lab.run(f"New-VM try 256MB -VHDPath D:\\{disk}{at}; Start-VM try{at}; Wait-Lab -Seconds 90")
    screen = guest_screen(lab.world, host, "try")
    lab.run(f"Stop-VM try -TurnOff -Force{at}; Remove-VM try -Force{at}")
    return screen[:2]


def there_to_here(lab: Lab, disk: str) -> None:
    lab.run(f"if (Test-Path D:\\{disk}) {{ Remove-Item D:\\{disk} }}; Copy-Item \\\\VS01\\D$\\{disk} D:\\")


def back(lab: Lab, disk: str, name: str) -> None:
    lab.run(f"Copy-Item D:\\{disk} \\\\VS01\\D$\\{name}")


def with_services(lab: Lab, disk: str) -> None:
    lab.run(f"New-VM old 256MB -VHDPath D:\\{disk}; Start-VM old; Wait-Lab old -For Booted")
    lab.run("Install-LabIntegrationService old; Stop-VM old -TurnOff -Force; Remove-VM old -Force")


def conditions(lab: Lab, text: str) -> dict[str, bool]:
    rows: list[Any] = lab.run(text)
    return {str(row.get("Condition")): bool(row.get("Met")) for row in rows}


def test_without_integration_services_the_same_file_boots_here_there_and_here_again() -> None:
    lab = two()
    assert boots(lab, OLD, there=True)[0] == "Windows Server 2003 R2 Standard SP2"
    there_to_here(lab, OLD)
    assert boots(lab, OLD)[0] == "Windows Server 2003 R2 Standard SP2"
    lab.run("Remove-Item D:\\gone.vhd -ErrorAction SilentlyContinue")
    back(lab, OLD, "back.vhd")
    assert boots(lab, "back.vhd", there=True)[0] == "Windows Server 2003 R2 Standard SP2"


def test_with_them_it_does_not_go_back_and_taking_them_off_does_not_help() -> None:
    lab = two()
    there_to_here(lab, OLD)
    lab.run(f"Copy-Item D:\\{OLD} D:\\before.vhd")
    assert conditions(lab, f"Test-LabSystemDisk D:\\{OLD} -Platform vs2005")["Hal"]
    with_services(lab, OLD)
    assert not conditions(lab, f"Test-LabSystemDisk D:\\{OLD} -Platform vs2005")["Hal"]
    back(lab, OLD, "with.vhd")
    assert boots(lab, "with.vhd", there=True) == ["*** STOP: 0x00000079", "MISMATCHED_HAL"]
    lab.run(f"New-VM old 256MB -VHDPath D:\\{OLD}; Start-VM old; Wait-Lab old -For Heartbeat")
    rows: list[Any] = lab.run("Uninstall-LabIntegrationService old")
    assert (rows[0].get("IntegrationServices"), rows[0].get("Hal")) == ("", "APIC")
    lab.run("Stop-VM old -TurnOff -Force; Remove-VM old -Force")
    assert boots(lab, OLD)[0] == "Windows Server 2003 R2 Standard SP2", "here it boots with either layer"
    back(lab, OLD, "without.vhd")
    assert boots(lab, "without.vhd", there=True) == ["*** STOP: 0x00000079", "MISMATCHED_HAL"]
    back(lab, "before.vhd", "before.vhd")
    assert boots(lab, "before.vhd", there=True)[0] == "Windows Server 2003 R2 Standard SP2"


def test_additions_that_were_not_taken_off_stop_the_system_here() -> None:
    lab = two()
    assert boots(lab, WITH_ADDITIONS, there=True)[0] == "Windows 2000 Server SP4"
    there_to_here(lab, WITH_ADDITIONS)
    assert not conditions(lab, f"Test-LabSystemDisk D:\\{WITH_ADDITIONS}")["Additions"]
    assert boots(lab, WITH_ADDITIONS) == ["*** STOP: 0x0000001E", "KMODE_EXCEPTION_NOT_HANDLED"]
    last = lab.events("instruction")[-1]
    assert (last.get("text"), last.get("way")) == ("VPCEXT 7, 11", "exception")
    lab.run(
        f"New-VM old 256MB -VHDPath D:\\{WITH_ADDITIONS} -ComputerName VS01; Start-VM old -ComputerName VS01; "
        "Wait-Lab old -For Booted -ComputerName VS01; Uninstall-LabAddition old -ComputerName VS01; "
        "Stop-VM old -TurnOff -Force -ComputerName VS01"
    )
    there_to_here(lab, WITH_ADDITIONS)
    assert boots(lab, WITH_ADDITIONS)[0] == "Windows 2000 Server SP4"


def test_additions_call_their_monitor_at_each_boot() -> None:
    lab = two()
    lab.run(f"New-VM a 256MB -VHDPath D:\\{OLD} -ComputerName VS01; Start-VM a -ComputerName VS01")
    lab.run("Wait-Lab a -For Booted -ComputerName VS01")
    assert lab.events("instruction") == []
    lab.run("Install-LabAddition a -ComputerName VS01")
    assert [event.get("way") for event in lab.events("instruction")] == ["exit"]
    assert lab.tried("Install-LabAddition a -ComputerName VS01") == ["InvalidOperation"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Install-LabAddition old", "no-additions-here"),
        ("Uninstall-LabAddition old", "additions-absent"),
        ("Uninstall-LabIntegrationService old", "services-absent"),
    ],
)
def test_what_does_not_fit_is_refused(text: str, reason: str) -> None:
    lab = two()
    there_to_here(lab, OLD)
    lab.run(f"New-VM old 256MB -VHDPath D:\\{OLD}; Start-VM old; Wait-Lab old -For Booted")
    lab.tried(text)
    explain = lab.recorded.errors[0].explain
    assert explain is not None and explain[0] == f"explain.{reason}"


def test_a_64_bit_system_is_told_before_the_move() -> None:
    lab = two()
    found = conditions(lab, r"Test-LabSystemDisk C:\Images\WS2008-x64.vhd -Platform vs2005")
    assert found == {"System": True, "Bits": False, "Additions": True, "Hal": True}
    lab.run("New-VHD D:\\empty.vhd 64MB")
    assert conditions(lab, r"Test-LabSystemDisk D:\empty.vhd") == {"System": False}


def test_each_host_answers_for_its_own_platform() -> None:
    lab = two()
    assert lab.run("(Get-VMHost).Platform") == ["Windows Server 2008 Hyper-V"]
    assert lab.run("(Get-VMHost -ComputerName VS01).Platform") == ["Microsoft Virtual Server 2005 R2 SP1"]
    lab.tried("New-VM big 8GB -NoVHD -ComputerName VS01")
    assert lab.recorded.errors


def test_a_copy_from_the_other_host_is_the_same_file_and_a_held_one_is_refused() -> None:
    lab = two()
    there_to_here(lab, OLD)
    here = lab.file(f"D:\\{OLD}").file.content
    there = lab.world.get("host2/root/storage", type(lab.storage)).files.open(f"D:\\{OLD}").file.content
    assert here.digest_state() == there.digest_state() and here is not there
    vhd.open_vhd(lab.file(f"D:\\{OLD}")).verify()
    assert lab.tried(f"Copy-Item \\\\VS01\\D$\\{OLD} D:\\") == ["CopyFileInfoItemIOError"]
    lab.run(f"New-VM a 256MB -VHDPath D:\\{OLD} -ComputerName VS01; Start-VM a -ComputerName VS01")
    assert lab.tried(f"Copy-Item \\\\VS01\\D$\\{OLD} D:\\other.vhd") != []
    assert not lab.storage.files.exists("D:\\other.vhd")
