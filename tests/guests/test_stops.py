"""Stop errors: a kernel that cannot go on says why on its screen, and does nothing more."""

from __future__ import annotations

from dataclasses import replace

from hvlab.guests.screen import guest_screen
from hvlab.guests.system_record import APIC, PARTITION_START, pack_record, read_record
from hvlab.storage import vhd
from tests.host.support import Lab

SERVER_2003 = r"C:\Images\WS2003-SP2-x86.vhd"


def screen(lab: Lab) -> list[str]:
    return guest_screen(lab.world, "host1", "web01")


def test_a_running_system_that_loses_its_disk_stops_with_0xf4_and_takes_no_interrupts_any_more() -> None:
    lab = Lab()
    guest = lab.boot()
    lab.settle(2)
    relid = guest.units["ide:0:0"][0]
    guest.bus.give_up(relid, "broken ring")
    lab.settle(1)
    assert lab.phases()[-1] == "stop-error"
    assert screen(lab)[:2] == ["*** STOP: 0x000000F4", "CRITICAL_OBJECT_TERMINATION"]
    mark = len(lab.world.trace)
    lab.settle(20)
    assert lab.events("guest.driver", mark) == []
    assert lab.run("(Get-VM web01).Heartbeat")[0] != "OkApplicationsUnknown"
    assert lab.state() == "Running", "a guest's stop error is the guest's own"
    lab.run("Stop-VM web01 -TurnOff -Force; Start-VM web01; Wait-Lab web01")
    assert lab.guest().stop_code == 0


def with_services(lab: Lab) -> None:
    """Put the integration services on the 2003 disk, as it is after their set-up."""
    disk = vhd.open_vhd(lab.file(SERVER_2003))
    record = read_record(disk.read(PARTITION_START, 1))
    assert record is not None and record.integration_version == ""
    disk.write(PARTITION_START, pack_record(replace(record, integration_version="6.0.6001.18016", hal=APIC)))


def test_a_disk_that_was_set_up_for_hyper_v_does_not_boot_on_virtual_server_any_more() -> None:
    """Facts, row 70: the set-up exchanges the hardware abstraction layer; before it, the same disk boots on both."""
    for platform, installed, phase in (
        ("ws2008", False, "running"),
        ("ws2008", True, "running"),
        ("vs2005", False, "running"),
        ("vs2005", True, "stop-error"),
    ):
        lab = Lab(platform=platform, scenario="guest-zoo")
        if installed:
            with_services(lab)
        lab.run(f"New-VM web01 -MemoryStartupBytes 256MB -VHDPath {SERVER_2003}; Start-VM web01")
        lab.settle(60)
        assert lab.guest().phase == phase, (platform, installed)
        if phase == "stop-error":
            assert screen(lab)[:2] == ["*** STOP: 0x00000079", "MISMATCHED_HAL"]
