"""netvsc in the guest: a synthetic network adapter, and its buffers in the guest's memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from hvlab import catalog
from hvlab.catalog.versions import word_versions
from hvlab.devices.network import protocol, vsc
from hvlab.devices.network.vsc import NetVsc
from hvlab.guests.drivers.base import Driver
from hvlab.guests.network import GuestNetwork
from hvlab.hypervisor.memory import PAGE_SIZE
from hvlab.vmbus import packets
from hvlab.vmbus.guest import GuestChannel
from hvlab.vmbus.packets import BadPacket, Packet

if TYPE_CHECKING:
    from hvlab.guests.guest import GuestSystem


@dataclass
class NetworkDriver(Driver):
    """One synthetic adapter."""

    netvsc: NetVsc
    pages: dict[str, list[int]] = field(default_factory=dict)
    """The guest's pages of the receive and the send buffer."""
    opening: dict[int, str] = field(default_factory=dict)
    """GPADL to the buffer that is being opened to the host."""
    own: list[int] = field(default_factory=list)
    """Free pages for messages that go without a section."""
    lent: dict[int, int] = field(default_factory=dict)
    """Transaction to the page of such a message until it is completed."""

    PATH: ClassVar[str] = "netvsc"
    RING_PAGES: ClassVar[int] = 17
    WITH_DEVICES: ClassVar[bool] = True

    @classmethod
    def make(cls, guest: GuestSystem, channel: GuestChannel) -> NetworkDriver | None:
        """Systems without netvsc know no version of its protocol."""
        known = catalog.guest(guest.system)
        if not known.network_versions:
            return None
        versions = word_versions(known.network_versions)
        netvsc = NetVsc(versions, known.receive_buffer_kb << 10, known.send_buffer_kb << 10)
        return cls(f"net:{channel.relid}", netvsc)

    def service(self, guest: GuestSystem) -> str:
        """A driver of the root's kernel."""
        return "netvsp"

    def opened(self, guest: GuestSystem, relid: int) -> None:
        """Come to terms with the service."""
        self._serve(guest, relid, self.netvsc.start())

    def described(self, guest: GuestSystem, relid: int, gpadl: int, status: int) -> None:
        """A buffer is open to the host, or not."""
        which = self.opening.pop(gpadl, "")
        if which:
            self._serve(guest, relid, self.netvsc.buffer_open(which, 0 if status else gpadl))

    def packet(self, guest: GuestSystem, relid: int, packet: Packet) -> None:
        """A completion, or something in the receive buffer."""
        if packet.kind == packets.COMPLETION:
            page = self.lent.pop(packet.transaction, 0)
            if page:
                self.own.append(page)
            self._serve(guest, relid, self.netvsc.completed(packet.transaction, packet.payload))
        elif packet.kind == packets.TRANSFER_PAGES:
            found = [self._read(guest, offset, count) for count, offset, _ in packet.ranges]
            self._serve(guest, relid, self.netvsc.received(packet.transaction, packet.payload, found))

    def lost(self, guest: GuestSystem, relid: int) -> None:
        """The adapter is gone."""
        guest.world.get(f"{guest.name}/network", GuestNetwork).adapter_lost(self.name)

    def transmit(self, guest: GuestSystem, relid: int, frame: bytes) -> None:
        """Send a frame."""
        self._serve(guest, relid, self.netvsc.send(frame))

    def _read(self, guest: GuestSystem, offset: int, count: int) -> bytes:
        """Bytes of the receive buffer. BadPacket where it has none."""
        pages = self.pages.get("receive", [])
        if offset + count > len(pages) * PAGE_SIZE:
            raise BadPacket("a range outside the receive buffer")
        return _read_pages(guest, pages, offset, count)

    def _serve(self, guest: GuestSystem, relid: int, effects: list[vsc.Effect]) -> None:
        network = guest.world.get(f"{guest.name}/network", GuestNetwork)
        for effect in effects:
            if isinstance(effect, vsc.SendPacket):
                guest.bus.send(relid, packets.in_band(effect.payload, effect.transaction, effect.wanted))
            elif isinstance(effect, vsc.WriteSection):
                _write_pages(guest, self.pages["send"], effect.offset, effect.data)
            elif isinstance(effect, vsc.SendDirect):
                self._send_direct(guest, relid, effect)
            elif isinstance(effect, vsc.OpenBuffer):
                self._open_buffer(guest, relid, effect)
            elif isinstance(effect, vsc.Release):
                guest.bus.send(relid, packets.completion(effect.payload, effect.transaction))
            elif isinstance(effect, vsc.Received):
                network.received(self.name, effect.data)
            elif isinstance(effect, vsc.Ready):
                guest.note_driver(self.name, "ready", protocol.VERSION_NAMES[self.netvsc.version])
                device = guest.bus.state.connection.channels[relid].instance.bytes
                network.adapter_ready(self.name, relid, effect.mac, device)
            elif isinstance(effect, vsc.Cable):
                network.cable(self.name, effect.linked)
            else:
                guest.note_driver(self.name, "failed", effect.reason)

    def _open_buffer(self, guest: GuestSystem, relid: int, effect: vsc.OpenBuffer) -> None:
        pages = self.pages[effect.which] = guest.allocate(effect.size // PAGE_SIZE)
        self.opening[guest.bus.describe(relid, pages)] = effect.which

    def _send_direct(self, guest: GuestSystem, relid: int, effect: vsc.SendDirect) -> None:
        page = self.own.pop() if self.own else guest.allocate(1)[0]
        self.lent[effect.transaction] = page
        guest.write(page * PAGE_SIZE, effect.data)
        guest.bus.send(
            relid, packets.gpa_direct(effect.payload, effect.transaction, len(effect.data), 0, [page])
        )


def _read_pages(guest: GuestSystem, pages: list[int], offset: int, count: int) -> bytes:
    parts = []
    while count > 0:
        place, within = divmod(offset, PAGE_SIZE)
        step = min(count, PAGE_SIZE - within)
        parts.append(guest.read(pages[place] * PAGE_SIZE + within, step))
        offset += step
        count -= step
    return b"".join(parts)


def _write_pages(guest: GuestSystem, pages: list[int], offset: int, data: bytes) -> None:
    done = 0
    while done < len(data):
        place, within = divmod(offset + done, PAGE_SIZE)
        step = min(len(data) - done, PAGE_SIZE - within)
        guest.write(pages[place] * PAGE_SIZE + within, data[done : done + step])
        done += step
