"""A guest that sends: what a frame costs by either adapter, what arrives, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from hvlab.guests import sending
from hvlab.guests.records import Workload
from hvlab.host.faults import board
from hvlab.text import LANGUAGES, Text
from tests.console.hyperv.test_networks import values
from tests.host.support import NEWER, OLD, SYSTEM, Lab


def lab_with(disk: str = SYSTEM, legacy: bool = False) -> Lab:
    """A booted guest on an external switch, at 192.168.0.31."""
    lab = Lab()
    lab.run("New-VMSwitch LAN -NetAdapterName 'Local Area Connection'")
    lab.run(f"New-VM a -VHDPath {disk} -SwitchName LAN")
    if legacy:
        lab.run("Remove-VMNetworkAdapter a; Add-VMNetworkAdapter a -IsLegacy $true -SwitchName LAN")
    lab.run("Start-VM a; Wait-Lab a; Wait-Lab -Seconds 1; Set-LabGuestAddress a 192.168.0.31")
    return lab


def sent(lab: Lab, options: str = "", vm: str = "a") -> Workload:
    """Send, and let the last frame arrive."""
    lab.run(f"Start-LabWorkload {vm} -Kind Network -Target fileserver {options}")
    lab.settle()
    return lab.guest(vm).workloads[-1]


def arrived(lab: Lab) -> tuple[int, int]:
    """Datagrams and bytes that the file server has thrown away."""
    (server,) = [one for one in lab.vmms.networks.segment.stations.values() if one.name == "fileserver"]
    return server.discarded, server.discarded_bytes


def test_a_frame_costs_56_bytes_each_way_in_the_ring_and_hardly_an_exit() -> None:
    lab = lab_with()
    work = sent(lab, "-Count 50")
    assert (work.done, work.errors, work.moved, work.route) == (50, 0, 50 * 1472, "synthetic")
    assert (work.ring_out, work.ring_back) == (50 * 56, 50 * 56)
    assert work.exits < 50
    assert arrived(lab) == (50, 50 * 1472)


def test_a_legacy_adapter_costs_three_exits_a_frame_and_no_ring() -> None:
    lab = lab_with(OLD, legacy=True)
    before = len(lab.world.trace)
    work = sent(lab, "-Count 50 -Size 100")
    assert (work.done, work.errors, work.moved, work.route) == (50, 0, 5000, "emulated")
    assert (work.exits, work.ring_out, work.ring_back) == (150, 0, 0)
    assert len(lab.events("intercept", before)) >= 150
    assert arrived(lab) == (50, 5000)
    synthetic = sent(lab_with(), "-Count 50 -Size 100")
    assert work.finished - work.started > 3 * (synthetic.finished - synthetic.started)


def test_more_frames_than_the_send_buffer_has_sections_all_arrive() -> None:
    lab = lab_with()
    work = sent(lab, "-Count 400")
    assert work.errors == 0 and arrived(lab)[0] == 400


def test_another_guest_takes_what_is_sent_to_it() -> None:
    lab = lab_with()
    lab.run(f"New-VM b -VHDPath {NEWER} -SwitchName LAN; Start-VM b; Wait-Lab b; Wait-Lab -Seconds 1")
    lab.run("Set-LabGuestAddress b 192.168.0.32; Start-LabWorkload a -Target b -Count 20 -Size 64")
    lab.settle()
    (inside,) = lab.guest("b").network.adapters.values()
    assert (inside.station.discarded, inside.station.discarded_bytes) == (20, 20 * 64)


def test_what_get_labworkload_says_of_it() -> None:
    lab = lab_with()
    sent(lab, "-Count 10")
    lab.run("Start-LabWorkload a -Count 1")
    rows = lab.run("Get-LabWorkload a")
    assert values(rows, "Kind") == ["Network", "Disk"] and values(rows, "Target") == ["192.168.0.5", ""]
    assert values(rows, "RingOutPerRequest") == [56, 96] and values(rows, "RingBackPerRequest") == [56, 72]


def test_a_service_that_reads_no_more_makes_the_sender_give_up_and_count_what_is_lost() -> None:
    lab = lab_with()
    lab.run("Test-Connection fileserver -Source a -Count 1")
    guest = lab.guest("a")
    board(lab.world, "host1").add("ServiceSilent", lab.storage.files, vm="a", device="net:0")
    work = sending.start(guest, next(iter(guest.network.adapters)), "192.168.0.5", 1472, 400)
    lab.until(lambda: work.finished > 0)
    assert work.finished - work.started < 10_000_000_000
    assert arrived(lab) == (0, 0)


@pytest.mark.parametrize(
    ("command", "error"),
    [
        ("Start-LabWorkload a -Kind Network", "MissingTarget"),
        ("Start-LabWorkload a -Kind Network -Target nobody", "TestConnectionException"),
        ("Start-LabWorkload a -Target 192.168.0.77", "TestConnectionException"),
        ("Start-LabWorkload a -Target 192.168.0.31", "OwnAddress"),
        ("Start-LabWorkload a -Target fileserver -Size 1473", "OutOfRange"),
        ("Start-LabWorkload a -Target fileserver -Adapter 2", "ObjectNotFound"),
        ("Set-LabCable a -State Pulled; Wait-Lab -Seconds 1; Start-LabWorkload a -Target fileserver",
         "TestConnectionException"),
        ("Stop-VM a -TurnOff; Start-LabWorkload a -Target fileserver", "InvalidState"),
    ],
)  # fmt: skip
def test_what_is_refused_and_said_in_both_languages(command: str, error: str) -> None:
    lab = lab_with()
    assert lab.tried(command) == [error]
    told: Any = lab.recorded.errors[-1].explain
    for language in LANGUAGES:
        line = Text(language)(told[0], **told[1])
        assert line and "{" not in line
    assert arrived(lab) == (0, 0)
