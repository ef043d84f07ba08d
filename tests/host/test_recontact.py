"""A child that contacts again and again uses up nothing of the root's."""

from __future__ import annotations

from hvlab.console.host import RecordingHost
from hvlab.host.link import BusLink
from hvlab.host.root import RootKernel
from hvlab.session.session import Session
from hvlab.vmbus.messages import WIN8, pack


def test_contacts_from_1_1_on_keep_their_ports_and_flags() -> None:
    session = Session(platform="ws2012", host=RecordingHost())
    session.run(r"New-VM a -VHDPath C:\Images\WS2012-x64.vhd; Start-VM a; Wait-Lab a -For Heartbeat")
    root = session.world.get("host1/root", RootKernel)
    link = session.world.get("host1/root/vmbus/a", BusLink)
    flags = dict(root.flag_owners)
    before = len(session.world.trace)
    assert len(flags) == 1 + len(link.server.channels)
    for _ in range(20):
        link.message(pack("INITIATE_CONTACT", version=WIN8))
        link.message(pack("REQUEST_OFFERS"))
    assert root.flag_owners == flags
    calls = [event for event in session.world.trace.since(before) if event.kind == "hypercall"]
    assert not [event for event in calls if event.get("name") in ("CreatePort", "ConnectPort")]
    session.run("Stop-VM a -TurnOff")
    assert root.flag_owners == {}


def test_after_a_new_contact_a_signal_still_reaches_its_channel() -> None:
    session = Session(platform="ws2012", host=RecordingHost())
    session.run(r"New-VM a -VHDPath C:\Images\WS2012-x64.vhd; Start-VM a; Wait-Lab a")
    root = session.world.get("host1/root", RootKernel)
    link = session.world.get("host1/root/vmbus/a", BusLink)
    link.message(pack("INITIATE_CONTACT", version=WIN8))
    link.message(pack("REQUEST_OFFERS"))
    partition = link.partition
    for relid in link.server.channels:
        owner, port = root.hypervisor.partitions[partition].connections[0x2000 | relid]
        flag = root.hypervisor.partitions[owner].ports[port].base_flag
        assert root.flag_owners[flag] == (partition, relid)
