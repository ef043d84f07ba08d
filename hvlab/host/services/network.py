"""netvsp: the service behind a synthetic network adapter.

The state machine's effects become packets in the ring, bytes in the guest's
shared buffers, and frames for the virtual switch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from hvlab.devices.network import vsp
from hvlab.devices.network.protocol import RECEIVE_BUFFER_ID
from hvlab.devices.network.vsp import NetVsp
from hvlab.host.guest_pages import Area, copy_from, copy_to, part
from hvlab.host.services.base import Service
from hvlab.hypervisor import PAGE_SIZE
from hvlab.vmbus import packets
from hvlab.vmbus.packets import BadPacket, Packet

if TYPE_CHECKING:
    from hvlab.host.link import BusLink


class _Buffers(Mapping[int, int]):
    """The bytes behind each GPADL of a channel, looked up when asked."""

    def __init__(self, link: BusLink, relid: int) -> None:
        self.link = link
        self.relid = relid

    def __getitem__(self, gpadl: int) -> int:
        pages = self.link.server.gpadl_pages(self.relid, gpadl)
        if pages is None:
            raise KeyError(gpadl)
        return len(pages) * PAGE_SIZE

    def __iter__(self) -> Iterator[int]:
        return iter(())

    def __len__(self) -> int:
        return 0


@dataclass
class NetworkService(Service):
    """One synthetic adapter."""

    netvsp: NetVsp
    named: dict[int, Area] = field(default_factory=dict)
    """Transactions whose message lies in pages that the packet named."""

    PEER: ClassVar[str] = "netvsc"

    def process(self, link: BusLink) -> str:
        """A driver of the root's kernel."""
        return "netvsp"

    def closed(self, link: BusLink) -> None:
        """Forget what was agreed and what is under way; the adapter stays what it is."""
        self.netvsp = NetVsp(self.netvsp.versions, self.netvsp.mac, self.netvsp.linked)
        self.named = {}

    def packet(self, link: BusLink, relid: int, packet: Packet) -> None:
        """A network packet of the guest, or the completion of one of ours."""
        if packet.kind == packets.COMPLETION:
            self._serve(link, relid, self.netvsp.completed(packet.transaction))
            return
        if packet.kind not in (packets.IN_BAND, packets.GPA_DIRECT):
            raise BadPacket("neither in-band nor GPA direct")
        area: Area = packet.ranges[0] if packet.ranges else (0, 0, ())
        if area[0]:
            self.named[packet.transaction] = area
        buffers = _Buffers(link, relid)
        self._serve(link, relid, self.netvsp.packet(packet.transaction, packet.payload, buffers, area[0]))

    def frame(self, link: BusLink, data: bytes) -> None:
        """The switch has a frame for the guest."""
        relid = link.relid_of(self.key)
        if relid:
            link.serve(relid, self._serve, link, relid, self.netvsp.frame(data))

    def cable(self, link: BusLink, linked: bool) -> None:
        """The adapter was connected to a switch, or disconnected."""
        effects = self.netvsp.cable(linked)
        relid = link.relid_of(self.key)
        if relid:
            link.serve(relid, self._serve, link, relid, effects)

    def _serve(self, link: BusLink, relid: int, effects: list[vsp.Effect]) -> None:
        for effect in effects:
            if isinstance(effect, vsp.Complete):
                self.named.pop(effect.transaction, None)
                link.send(relid, packets.completion(effect.payload, effect.transaction))
            elif isinstance(effect, vsp.Fetch):
                self._serve(
                    link, relid, self.netvsp.fetched(effect.transaction, self._bytes(link, relid, effect))
                )
            elif isinstance(effect, vsp.Deliver):
                self._deliver(link, relid, effect)
            elif isinstance(effect, vsp.Frame):
                link.network.from_machine(link.vm, self.key, effect.data)
            elif isinstance(effect, vsp.Fail):
                raise BadPacket(effect.reason)

    def _area(self, link: BusLink, relid: int, gpadl: int) -> Area:
        pages = link.server.gpadl_pages(relid, gpadl)
        if pages is None:
            raise BadPacket(f"GPADL {gpadl:#x} is gone")
        return len(pages) * PAGE_SIZE, 0, tuple(pages)

    def _bytes(self, link: BusLink, relid: int, effect: vsp.Fetch) -> bytes:
        hypervisor = link.root.hypervisor
        if effect.offset < 0:
            area = self.named[effect.transaction]
        else:
            area = part(self._area(link, relid, effect.gpadl), effect.offset, effect.size)
        return copy_from(hypervisor, link.partition, area, effect.size)

    def _deliver(self, link: BusLink, relid: int, effect: vsp.Deliver) -> None:
        area = part(self._area(link, relid, effect.gpadl), effect.offset, len(effect.data))
        copy_to(link.root.hypervisor, link.partition, area, effect.data)
        ranges = [(len(effect.data), effect.offset)]
        link.send(
            relid, packets.transfer_pages(effect.payload, effect.transaction, RECEIVE_BUFFER_ID, ranges)
        )
