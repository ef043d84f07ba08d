"""The network's bytes are decoded completely: packets of netvsp and netvsc, frames on a switch."""

from __future__ import annotations

import msgspec
import pytest

from hvlab.kernel.trace import TraceEvent
from hvlab.session.decode import decode
from tests.host.support import SYSTEM, Lab


@pytest.fixture(scope="module")
def events() -> list[TraceEvent]:
    """A boot with an adapter on a switch, and a ping."""
    lab = Lab()
    lab.run("New-VMSwitch LAN -SwitchType Internal")
    lab.run(f"New-VM a -VHDPath {SYSTEM} -SwitchName LAN; Start-VM a; Wait-Lab a -For Heartbeat")
    lab.run("Test-Connection host -Source a -Count 1 -Quiet; Test-LabNetwork; Add-LabNlbNode a 10.0.0.9 1")
    lab.run("Invoke-LabRequest a; Wait-Lab -Seconds 2")
    kinds = ("ring.packet", "net.frame")
    return [
        event for event in lab.events() if event.kind in kinds and "vmwp" not in event.source + event.target
    ]


def names(event: TraceEvent) -> tuple[str, ...]:
    """The structs in an event."""
    return tuple(section.name for section in decode(event) if section.name not in ("Rest", "Padding"))


def test_every_byte_belongs_to_one_field(events: list[TraceEvent]) -> None:
    for event in events:
        views = [view for section in decode(event) for view in section.fields]
        assert b"".join(view.raw for view in views) == event.get("bytes")


def test_structs_of_packets_and_frames(events: list[TraceEvent]) -> None:
    found = {names(event) for event in events if "netvs" in event.source or event.kind == "net.frame"}
    assert (
        "PacketDescriptor",
        "TransferPagesHeader",
        "GpaRange",
        "NvspRndisPacket",
        "PacketTrailer",
    ) in found
    for message in ("NvspInit", "NvspNdisVersion", "NvspReceiveBuffer", "NvspRndisPacket"):
        assert ("PacketDescriptor", message, "PacketTrailer") in found
    for inside in (("Arp",), ("Ipv4Header", "IcmpEcho"), ("Ipv4Header", "UdpHeader"), ("NlbHeartbeat",)):
        assert ("EthernetHeader", *inside) in found


@pytest.mark.parametrize("length", [0, 3, 13, 17, 19, 40])
def test_what_is_cut_short_is_shown_as_it_is(events: list[TraceEvent], length: int) -> None:
    for event in events:
        cut = msgspec.structs.replace(event, fields={**event.fields, "bytes": event.get("bytes")[:length]})
        shown = b"".join(view.raw for section in decode(cut) for view in section.fields)
        assert shown == event.get("bytes")[:length]
