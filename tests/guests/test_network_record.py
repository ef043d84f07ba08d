"""The sector that keeps a guest's network settings, and what survives with it."""

from __future__ import annotations

import pytest

from hvlab.guests import network_record
from hvlab.guests.network_record import Setting
from hvlab.guests.system_record import PARTITION_START
from tests.console.hyperv.test_networks import values
from tests.host.support import OLD, SYSTEM, Lab

PLACE = PARTITION_START + network_record.PLACE


def test_a_sector_says_what_went_in_and_a_damaged_one_says_nothing() -> None:
    settings = [
        Setting(bytes(range(16)), "192.168.0.21", 24, "192.168.0.1"),
        Setting(b"legacy:0".ljust(16, b"\0"), "10.0.0.1", 8, "", "10.0.0.9", "Multicast", 3),
    ]
    sector = network_record.pack(settings)
    assert len(sector) == 512 and network_record.read(sector) == settings
    for place in (0, 20, 511):
        damaged = bytearray(sector)
        damaged[place] ^= 1
        assert network_record.read(bytes(damaged)) == []
    assert network_record.read(bytes(512)) == []


def test_the_settings_changed_last_stay_where_there_is_no_more_room() -> None:
    settings: list[Setting] = []
    for number in range(20):
        settings = network_record.changed(settings, Setting(bytes([number] * 16), f"10.0.0.{number + 1}", 8))
    settings = network_record.changed(settings, Setting(bytes([7] * 16), "10.9.9.9", 8))
    found = network_record.read(network_record.pack(settings))
    assert len(found) == network_record.MOST and found[-1].address == "10.9.9.9"


def network_lab(disk: str = SYSTEM, legacy: bool = False) -> Lab:
    """A booted guest on an external switch that has been given an address."""
    lab = Lab()
    lab.run("New-VMSwitch LAN -NetAdapterName 'Local Area Connection'")
    lab.run(f"New-VM a -VHDPath {disk} -SwitchName LAN")
    if legacy:
        lab.run("Remove-VMNetworkAdapter a; Add-VMNetworkAdapter a -IsLegacy $true -SwitchName LAN")
    lab.run("Start-VM a; Wait-Lab a; Set-LabGuestAddress a 192.168.0.31 -DefaultGateway 192.168.0.1")
    return lab


def addresses(lab: Lab) -> list[object]:
    return values(lab.run("Get-LabGuestAddress a"), "IPAddress")


@pytest.mark.parametrize(("disk", "legacy"), [(SYSTEM, False), (OLD, True)])
def test_an_address_is_there_again_after_the_plug_was_pulled(disk: str, legacy: bool) -> None:
    lab = network_lab(disk, legacy)
    (kept,) = network_record.read(lab.storage.open(disk).read(PLACE, 1))
    assert (kept.address, kept.prefix, kept.gateway) == ("192.168.0.31", 24, "192.168.0.1")
    lab.run("Stop-VM a -TurnOff; Start-VM a; Wait-Lab a; Wait-Lab -Seconds 1")
    assert addresses(lab) == ["192.168.0.31"]
    assert lab.run("Test-Connection fileserver -Source a -Count 1 -Quiet") == [True]


def test_saving_and_snapshots_take_the_address_along() -> None:
    lab = network_lab()
    lab.run("Save-VM a; Start-VM a; Checkpoint-VM a -SnapshotName first; Set-LabGuestAddress a 192.168.0.32")
    assert addresses(lab) == ["192.168.0.32"]
    lab.run("Restore-VMSnapshot first -VMName a -Confirm:$false; Start-VM a")
    assert addresses(lab) == ["192.168.0.31"], "what runs on has what it had"
    lab.run("Stop-VM a -TurnOff; Start-VM a; Wait-Lab a")
    assert addresses(lab) == ["192.168.0.31"], "and so has its disk"


def test_settings_belong_to_the_device_and_not_to_its_address_or_switch() -> None:
    lab = network_lab()
    lab.run(
        "Stop-VM a -TurnOff; Set-VMNetworkAdapter a -StaticMacAddress 00155D010203; Start-VM a; Wait-Lab a"
    )
    assert addresses(lab) == ["192.168.0.31"]
    lab.run("Stop-VM a -TurnOff; Remove-VMNetworkAdapter a; Add-VMNetworkAdapter a -SwitchName LAN")
    lab.run("Start-VM a; Wait-Lab a")
    (address,) = addresses(lab)
    assert str(address).startswith("169.254."), "another adapter knows nothing of the first one's settings"


def test_a_cluster_member_is_one_again_after_a_restart() -> None:
    lab = network_lab()
    lab.run(
        "Add-LabNlbNode a 192.168.0.40 2; Stop-VM a -TurnOff; Start-VM a; Wait-Lab a; Wait-Lab -Seconds 1"
    )
    nodes = lab.run("Get-LabNlbNode a")
    assert values(nodes, "ClusterAddress") == ["192.168.0.40"] and values(nodes, "HostPriority") == [2]
    lab.run("Remove-LabNlbNode a; Stop-VM a -TurnOff; Start-VM a; Wait-Lab a; Wait-Lab -Seconds 1")
    assert lab.run("Get-LabNlbNode a") == []


def test_a_disk_that_cannot_be_written_keeps_what_it_had() -> None:
    lab = network_lab()
    lab.run(f"Add-LabFault BadSector -Path {SYSTEM} -Sector {PARTITION_START + 1}")
    lab.run("Set-LabGuestAddress a 192.168.0.32")
    assert addresses(lab) == ["192.168.0.32"], "what runs has the new one"
    assert lab.events("guest.io")[-1].get("outcome") == "medium"
    (kept,) = network_record.read(lab.storage.open(SYSTEM).read(PLACE, 1))
    assert kept.address == "192.168.0.31"
