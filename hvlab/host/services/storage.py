"""storvsp: the service behind the channels of disks and SCSI controllers.

The state machine's effects become completions in the ring and requests to the
host's disk.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from hvlab.devices.storage import protocol, vsp
from hvlab.devices.storage.vsp import StorVsp
from hvlab.host.disks import DiskRequest
from hvlab.host.guest_pages import Area, copy_from, copy_to
from hvlab.host.services.base import Service
from hvlab.vmbus import packets
from hvlab.vmbus.packets import BadPacket, Packet

if TYPE_CHECKING:
    from hvlab.host.link import BusLink


def answer(transaction: int, request: bytes, length: int) -> bytes:
    """The packet that says that a request was done, and how many bytes were read, if any were."""
    payload = protocol.completed(request, protocol.STATUS_SUCCESS, protocol.SRB_SUCCESS, length)
    return packets.completion(payload, transaction)


@dataclass
class StorageService(Service):
    """One IDE disk's accelerated channel, or one SCSI controller with its disks."""

    storvsp: StorVsp
    paths: dict[int, str]
    """The file behind each logical unit."""
    requests: dict[int, Area] = field(default_factory=dict)
    """Transactions under way: the guest range that the packet named."""

    PEER: ClassVar[str] = "storvsc"

    def process(self, link: BusLink) -> str:
        """A driver of the root's kernel."""
        return "storvsp"

    def closed(self, link: BusLink) -> None:
        """Forget what was agreed and asked."""
        self.storvsp = self.storvsp.as_new()
        self.requests = {}

    def packet(self, link: BusLink, relid: int, packet: Packet) -> None:
        """A storage packet: it must ask for a completion, and may name pages."""
        if packet.kind not in (packets.IN_BAND, packets.GPA_DIRECT) or not packet.flags:
            raise BadPacket("not transactional")
        area: Area = packet.ranges[0] if packet.ranges else (0, 0, ())
        self.requests[packet.transaction] = area
        self._serve(link, relid, self.storvsp.packet(packet.transaction, packet.payload, area[0]))

    def plug(self, link: BusLink, lun: int, path: str, sectors: int) -> None:
        """A disk has been plugged into the running machine's controller."""
        self.paths[lun] = path
        self._serve(link, link.relid_of(self.key), self.storvsp.plug(lun, sectors))

    def unplug(self, link: BusLink, lun: int) -> None:
        """A disk has been pulled out of the running machine's controller."""
        del self.paths[lun]
        self._serve(link, link.relid_of(self.key), self.storvsp.unplug(lun))

    def disk_done(self, link: BusLink, relid: int, transaction: int, status: str, data: bytes) -> None:
        """The disk has answered: so does the service, if the request still stands."""
        if transaction in self.requests:
            self._serve(link, relid, self.storvsp.moved(transaction, status, data))

    def _serve(self, link: BusLink, relid: int, effects: list[vsp.Effect]) -> None:
        for effect in effects:
            if isinstance(effect, vsp.Complete):
                self._complete(link, relid, effect)
            elif isinstance(effect, vsp.MoveSectors):
                self._move(link, relid, effect)
            elif isinstance(effect, vsp.Announce):
                link.send(relid, packets.in_band(effect.payload, 0, False))
            else:
                raise BadPacket(effect.reason)

    def _complete(self, link: BusLink, relid: int, effect: vsp.Complete) -> None:
        area = self.requests.pop(effect.transaction, (0, 0, ()))
        if effect.data:
            copy_to(link.root.hypervisor, link.partition, area, effect.data)
        link.send(relid, packets.completion(effect.payload, effect.transaction))

    def _move(self, link: BusLink, relid: int, effect: vsp.MoveSectors) -> None:
        data = b""
        if effect.write:
            area = self.requests[effect.transaction]
            data = copy_from(link.root.hypervisor, link.partition, area, effect.sectors * 512)
        link.world.emit(
            "device.command",
            link.end(relid).name,
            link.disks.name,
            link.partition,
            None,
            relid,
            self.key,
            "WRITE" if effect.write else "READ",
            effect.lba,
            effect.sectors,
        )
        token = link.disk_token(relid, effect.transaction)
        path = self.paths[effect.lun]
        link.disks.submit(DiskRequest(link.name, token, path, effect.lba, effect.sectors, data))
