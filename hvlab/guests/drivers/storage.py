"""storvsc in the guest: disks behind a storage channel, an IDE disk's or a SCSI controller's."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from hvlab import catalog
from hvlab.catalog.versions import wire_versions
from hvlab.devices.storage import scsi, vsc
from hvlab.devices.storage.vsc import StorVsc
from hvlab.guests.drivers.base import Driver
from hvlab.hypervisor.memory import PAGE_SIZE
from hvlab.vmbus import interfaces, packets
from hvlab.vmbus.guest import GuestChannel
from hvlab.vmbus.packets import Packet

if TYPE_CHECKING:
    from hvlab.guests.guest import GuestSystem


@dataclass
class StorageDriver(Driver):
    """One storage channel."""

    storvsc: StorVsc
    since: dict[int, int] = field(default_factory=dict)
    """When each request under way was sent, in ns, oldest first."""
    watched: bool = False
    """Whether a timer runs that looks for requests that are not answered."""

    PATH: ClassVar[str] = "storvsc"
    RING_PAGES: ClassVar[int] = 17
    AT_BOOT: ClassVar[bool] = True

    @classmethod
    def make(cls, guest: GuestSystem, channel: GuestChannel) -> StorageDriver | None:
        """Systems without storvsc know no version of its protocol."""
        versions = wire_versions(catalog.guest(guest.system).storage_versions)
        if not versions:
            return None
        buffer = guest.allocate(1)[0] * PAGE_SIZE
        name = interfaces.storage_name(channel.interface, channel.instance)
        return cls(name, StorVsc(versions, buffer))

    @property
    def settled(self) -> bool:
        """Its disks are known."""
        return self.storvsc.step == "ready"

    def service(self, guest: GuestSystem) -> str:
        """A driver of the root's kernel."""
        return "storvsp"

    def opened(self, guest: GuestSystem, relid: int) -> None:
        """Come to terms with the service, and look for disks."""
        self._serve(guest, relid, self.storvsc.start())

    def packet(self, guest: GuestSystem, relid: int, packet: Packet) -> None:
        """A completion, or an announcement."""
        if packet.kind == packets.IN_BAND:
            self._serve(guest, relid, self.storvsc.announced(packet.payload))
        elif packet.kind == packets.COMPLETION:
            transaction, own = packet.transaction, b""
            self.since.pop(transaction, None)
            if self.storvsc.asks_about_disks(transaction):
                own = guest.read(self.storvsc.buffer_gpa, scsi.LUN_LIST_SIZE)
            self._serve(guest, relid, self.storvsc.completed(transaction, packet.payload, own))

    def tick(self, guest: GuestSystem, relid: int) -> None:
        """Give up what has waited too long for its answer, and watch the rest."""
        self.watched = False
        limit = _patience(guest)
        for transaction, sent in list(self.since.items()):
            if guest.world.now - max(sent, guest.resumed_at) < limit:
                break
            del self.since[transaction]
            guest.note_driver(self.name, "timeout", f"transaction {transaction}")
            self._serve(guest, relid, self.storvsc.expired(transaction))
            if relid not in guest.bus.state.drivers:
                return
        self._watch(guest, relid)

    def _watch(self, guest: GuestSystem, relid: int) -> None:
        """See that a timer runs while anything is under way: it fires when the oldest request is due."""
        if self.since and not self.watched:
            self.watched = True
            oldest = max(next(iter(self.since.values())), guest.resumed_at)
            guest.later(oldest + _patience(guest) - guest.world.now, relid)

    def lost(self, guest: GuestSystem, relid: int) -> None:
        """Its disks are gone."""
        guest.storage_lost(relid)

    def submit(
        self,
        guest: GuestSystem,
        relid: int,
        tag: int,
        write: bool,
        lun: int,
        lba: int,
        sectors: int,
        gpa: int,
    ) -> None:
        """Start a disk request; `guest.io_finished(tag, ...)` is its end."""
        self._serve(guest, relid, self.storvsc.submit(tag, write, lun, lba, sectors, gpa))

    def _serve(self, guest: GuestSystem, relid: int, effects: list[vsc.Effect]) -> None:
        for effect in effects:
            if isinstance(effect, vsc.SendPacket):
                self.since[effect.transaction] = guest.world.now
                guest.bus.send(relid, packet_of(effect))
                self._watch(guest, relid)
            elif isinstance(effect, vsc.Done):
                guest.io_finished(effect.tag, effect.status)
            elif isinstance(effect, vsc.Ready):
                version = self.storvsc.version
                detail = str(len(effect.disks)) if effect.again else f"{version >> 8}.{version & 0xFF}"
                guest.note_driver(self.name, "rescanned" if effect.again else "ready", detail)
                guest.disks_found(self.name, relid, effect.disks)
            else:
                guest.note_driver(self.name, "failed", effect.reason)
                guest.bus_ready()


def _patience(guest: GuestSystem) -> int:
    """How long the system waits for a disk, in ns."""
    return catalog.guest(guest.system).disk_timeout_s * 1_000_000_000


def packet_of(effect: vsc.SendPacket) -> bytes:
    """The VMBus packet that carries a storage packet and names the pages of its data."""
    if not effect.length:
        return packets.in_band(effect.payload, effect.transaction, True)
    first, offset = divmod(effect.gpa, PAGE_SIZE)
    pages = range(first, first - (-(offset + effect.length) // PAGE_SIZE))
    return packets.gpa_direct(effect.payload, effect.transaction, effect.length, offset, pages)
