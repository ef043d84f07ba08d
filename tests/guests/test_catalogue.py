"""The catalogue's guests: each boots, by the path that its drivers allow, and gets drivers where there are any."""

from __future__ import annotations

from typing import Any, cast

import pytest

from hvlab import catalog
from hvlab.console.objects import PSObject
from hvlab.guests.screen import guest_screen
from tests.host.support import Lab

ZOO = "guest-zoo"
IMAGES = {image.guest: image.path for image in catalog.scenario(ZOO).images if image.integration is None}
BY_HAND = [name for name in catalog.guests() if catalog.guest(name).drivers == "manual"]
NONE = [
    name
    for name in catalog.guests()
    if catalog.guest(name).drivers == "none" and catalog.guest(name).architecture == "x86"
]


def booted(guest: str) -> Lab:
    lab = Lab(scenario=ZOO)
    lab.run(f"New-VM vm -MemoryStartupBytes 256MB -VHDPath {IMAGES[guest]}; Start-VM vm; Wait-Lab vm")
    return lab


def route(lab: Lab) -> str:
    """How a disk request goes."""
    (work,) = lab.run("Start-LabWorkload vm -Count 1")
    return str(cast(PSObject, work).get("Path"))


def test_the_three_groups_are_those_of_the_reference() -> None:
    groups: dict[str, set[str]] = {}
    for name in catalog.guests():
        groups.setdefault(catalog.guest(name).drivers, set()).add(name)
    assert groups["none"] == {"nt4", "ws2003-sp1", "linux-other", "ws2008-ia64"}
    assert groups["manual"] == {
        "ws2008-rc1",
        "ws2003-sp2-x86",
        "ws2003-sp2-x64",
        "win2000-sp4",
        "vista-sp1",
        "xp-sp3",
        "sles10",
    }
    limits = {name: catalog.guest(name).maximum_processors for name in groups["manual"]}
    assert limits["win2000-sp4"] == limits["sles10"] == 1 and limits["ws2003-sp2-x64"] == 2


@pytest.mark.parametrize(
    "guest", [name for name in sorted(IMAGES) if name not in (*BY_HAND, *NONE, "ws2012-x64")]
)
def test_drivers_in_the_box_need_nobody(guest: str) -> None:
    assert route(booted(guest)) == "Synthetic"


@pytest.mark.parametrize("guest", NONE)
def test_without_drivers_it_stays_emulated_and_set_up_is_refused(guest: str) -> None:
    lab = booted(guest)
    assert route(lab) == "Emulated"
    assert lab.tried("Install-LabIntegrationService vm") == ["InvalidOperation"]
    assert not lab.events("vmbus.message")


@pytest.mark.parametrize("guest", BY_HAND)
def test_by_hand_it_is_emulated_before_and_synthetic_after(guest: str) -> None:
    lab = booted(guest)
    assert route(lab) == "Emulated" and not lab.events("vmbus.message")
    (done,) = lab.run("Install-LabIntegrationService vm")
    seen: dict[str, Any] = dict(cast(PSObject, done).items())
    assert (seen["Before"], seen["After"]) == ("", "6.0.6001.18016")
    assert route(lab) == "Synthetic"
    assert lab.tried("Install-LabIntegrationService vm") == ["InvalidOperation"]
    lab.run("Stop-VM vm -TurnOff; Start-VM vm; Wait-Lab vm")
    assert route(lab) == "Synthetic", "it stands on the disk"


def test_services_of_the_release_are_updated_by_the_disc() -> None:
    lab = Lab(scenario=ZOO)
    lab.run(r"New-VM vm -VHDPath C:\Images\WS2008-RTM.vhd; Start-VM vm; Wait-Lab vm -For Heartbeat")
    (done,) = lab.run("Install-LabIntegrationService vm")
    assert cast(PSObject, done).get("Before") == "6.0.6001.17101"
    record = lab.guest("vm").record
    assert record is not None and record.integration_version == "6.0.6001.18016"


def test_the_screen_shows_the_set_up_and_a_bad_disk_leaves_the_system_as_it_was() -> None:
    lab = booted("xp-sp3")
    guest = lab.guest("vm")
    assert guest.record is not None
    place = guest.record.boot_set_start + guest.record.boot_sectors
    lab.run(rf"Add-LabFault BadSector -Path {IMAGES['xp-sp3']} -Sector {place + 20}")
    lab.run(r"Set-VMDvdDrive vm -Path C:\Windows\System32\vmguest.iso")
    number = guest.install_services("6.0.6001.18016", 0)
    lab.until(lambda: lab.guest("vm").activity == "installing")
    assert any("Integration Services Setup" in line for line in guest_screen(lab.world, "host1", "vm"))
    lab.until(lambda: number not in lab.guest("vm").threads)
    assert lab.tried("Install-LabIntegrationService vm") == ["InvalidOperation"]
    lab.run("Remove-LabFault 1; Restart-VM vm; Wait-Lab vm")
    assert route(lab) == "Emulated"
    lab.run("Install-LabIntegrationService vm")
    assert route(lab) == "Synthetic"


def test_a_reset_starts_again_from_the_disk() -> None:
    lab = booted("nt4")
    first = lab.guest("vm").started
    lab.run("Restart-VM vm; Wait-Lab vm")
    assert lab.guest("vm").started > first
    lab.run("Stop-VM vm -TurnOff")
    assert lab.tried("Restart-VM vm") == ["InvalidState"]


@pytest.mark.parametrize("platform", ["vs2005"])
def test_a_platform_without_a_disc_says_so(platform: str) -> None:
    lab = Lab(scenario=ZOO, platform=platform)
    lab.run(rf"New-VM vm -MemoryStartupBytes 256MB -VHDPath {IMAGES['xp-sp3']}; Start-VM vm; Wait-Lab vm")
    assert lab.tried("Install-LabIntegrationService vm") == ["InvalidOperation"]
