"""The guest's VMBus shell: SynIC pages, messages, rings and signals around the pure connection.

It does what the state machines' effects say, in the guest's own memory and by
the guest's own hypercalls, and hands channels to the drivers that want them. Its
state is data; the rings are views that are made again after a restore.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hvlab.devices.integration import guest as ic
from hvlab.devices.integration.guest import IcGuest
from hvlab.devices.storage import scsi, vsc
from hvlab.devices.storage.vsc import StorVsc
from hvlab.hypervisor.intercepts import SYNIC_MESSAGE
from hvlab.hypervisor.memory import PAGE_SIZE
from hvlab.hypervisor.synic import FLAG_BYTES, SLOT_SIZE
from hvlab.vmbus import guest as client
from hvlab.vmbus import messages, packets, signals
from hvlab.vmbus.endpoint import Endpoint
from hvlab.vmbus.guest import Connection
from hvlab.vmbus.ring import Ring, RingCorrupt

if TYPE_CHECKING:
    from hvlab.guests.guest import GuestSystem

STORAGE_RING_PAGES = 17
INTEGRATION_RING_PAGES = 4
"""Pages of each of a channel's two rings, the control page included."""


@dataclass
class BusState:
    """What the shell keeps; page numbers are the guest's own."""

    connection: Connection
    sim_page: int
    sief_page: int
    interrupt_page: int
    storage: dict[int, StorVsc] = field(default_factory=dict)
    services: dict[int, IcGuest] = field(default_factory=dict)
    unsent: dict[int, list[bytes]] = field(default_factory=dict)
    storage_out: int = 0
    storage_back: int = 0
    """Bytes written into and read from the rings of storage channels."""
    names: dict[int, str] = field(default_factory=dict)
    """A channel's device as the guest names it: ide:0:0, scsi:0, heartbeat, shutdown."""


class GuestBus:
    """Drives the VMBus for one guest."""

    def __init__(self, guest: GuestSystem, state: BusState) -> None:
        self.guest = guest
        self.state = state
        self._ends: dict[int, Endpoint] = {}

    @property
    def driver(self) -> str:
        """The path of the guest's bus driver in the trace."""
        return f"{self.guest.name}/vmbus"

    # -- effects of the connection ----------------------------------------------------------

    def apply(self, effects: list[client.Effect]) -> None:
        """Do what the connection asks for."""
        for effect in effects:
            if isinstance(effect, client.Post):
                self._post(effect.message)
            elif isinstance(effect, client.Opened):
                self._opened(effect.relid)
            elif isinstance(effect, client.TornDown):
                self._ends.pop(effect.relid, None)
                self.guest.channel_gone(effect.relid)
            elif isinstance(effect, client.Rescinded):
                self._lose(effect.relid, "taken back", "")
            elif isinstance(effect, client.AllOffered):
                self.guest.all_offered()
            elif isinstance(effect, client.Negotiated):
                self.guest.note_driver("vmbus", "connected", messages.VERSION_NAMES[effect.version])
            elif isinstance(effect, client.NoBus):
                self.guest.note_driver("vmbus", "refused", "")
                self.guest.bus_ready()
            elif isinstance(effect, client.OpenFailed):
                self.guest.note_driver(
                    self.state.names.get(effect.relid, "?"), "refused", f"{effect.status:#x}"
                )
                self.guest.bus_ready()
            elif isinstance(effect, client.Disconnected):
                self.guest.bus_gone()

    def _post(self, message: bytes) -> None:
        kind, _, _ = messages.parse(message)
        guest = self.guest
        seq = guest.world.emit(
            "vmbus.message",
            self.driver,
            f"{guest.host}/root/vmbus",
            guest.partition,
            0,
            None,
            kind.name,
            kind.number,
            kind.direction,
            message,
        )
        guest.world.because(seq, guest.hypercalls.post, signals.MESSAGE_CONNECTION, message)

    # -- interrupts ---------------------------------------------------------------------------

    def interrupt(self) -> None:
        """SINT2: a message, event flags, or both."""
        self._take_message()
        self._take_flags()

    def _take_message(self) -> None:
        guest = self.guest
        base = self.state.sim_page * PAGE_SIZE + signals.VMBUS_SINT * SLOT_SIZE
        slot = SYNIC_MESSAGE.unpack(guest.read(base, SLOT_SIZE))
        if slot["message_type"] == 0:
            return
        payload = slot["payload"][: slot["payload_size"]]
        guest.write(base, bytes(4))
        pending = guest.read(base + 5, 1)[0] & 1
        if pending:
            guest.end_of_message()
        self.apply(self.state.connection.handle(payload))

    def _take_flags(self) -> None:
        guest = self.guest
        base = self.state.sief_page * PAGE_SIZE + signals.VMBUS_SINT * FLAG_BYTES
        raised = guest.read(base, FLAG_BYTES)
        if not any(raised):
            return
        guest.write(base, bytes(FLAG_BYTES))
        if signals.host_signals_through_page(self.state.connection.version):
            page = bytearray(guest.read(self.state.interrupt_page * PAGE_SIZE, PAGE_SIZE))
            channels = signals.take_bits(page, 0)
            guest.write(self.state.interrupt_page * PAGE_SIZE, bytes(page[: signals.HALF_PAGE]))
        else:
            channels = [flag for flag in signals.set_bits(raised) if flag]
        for relid in channels:
            if relid in self.state.connection.channels:
                self.drain(relid)

    # -- rings --------------------------------------------------------------------------------

    def open(self, relid: int, name: str, ring_pages: int) -> None:
        """Open a channel over fresh rings; the pages are not contiguous."""
        self.state.names[relid] = name
        pages = self.guest.allocate(2 * ring_pages)
        for first in (0, ring_pages):
            Ring(
                self.guest.memory,
                [self.guest.machine_page(page) for page in pages[first : first + ring_pages]],
            ).reset()
        self.apply(self.state.connection.open_channel(relid, pages, ring_pages))

    def end(self, relid: int) -> Endpoint:
        """The guest's end of a channel."""
        found = self._ends.get(relid)
        if found is None:
            channel = self.state.connection.channels[relid]
            machine = [self.guest.machine_page(page) for page in channel.pages]
            split = channel.downstream_offset
            memory = self.guest.memory
            found = self._ends[relid] = Endpoint(Ring(memory, machine[split:]), Ring(memory, machine[:split]))
        return found

    def _opened(self, relid: int) -> None:
        self.end(relid).incoming.unmask()
        name = self.state.names[relid]
        self.guest.note_driver(name, "open", "")
        if relid in self.state.storage:
            self._storage(relid, self.state.storage[relid].start())
        self.drain(relid)

    def send(self, relid: int, packet: bytes) -> None:
        """Write a packet and signal if the rules say so; if the ring is full, wait for room."""
        waiting = self.state.unsent.setdefault(relid, [])
        waiting.append(packet)
        self._flush(relid)

    def _flush(self, relid: int) -> None:
        guest = self.guest
        waiting = self.state.unsent.get(relid, [])
        try:
            for sent in self.end(relid).send(waiting):
                seq = guest.world.emit(
                    "ring.packet",
                    f"{guest.name}/{self._driver_of(relid)}",
                    f"{guest.host}/root/{self._service_of(relid)}",
                    guest.partition,
                    0,
                    relid,
                    messages.GUEST_TO_HOST,
                    packets.PACKET_NAMES[sent.packet.kind],
                    sent.packet.transaction,
                    sent.offset,
                    sent.signal,
                    sent.data,
                )
                if relid in self.state.storage:
                    self.state.storage_out += len(sent.data)
                if sent.signal:
                    guest.world.because(seq, self._signal, relid)
        except RingCorrupt as error:
            self._break(relid, str(error))

    def _break(self, relid: int, why: str) -> None:
        """A ring makes no sense: this driver gives its channel up, the others go on."""
        self._lose(relid, "broken ring", why)
        self.apply(self.state.connection.close_channel(relid))

    def _lose(self, relid: int, state: str, why: str) -> None:
        """A channel is no more: its driver is gone, and what it was asked for has failed."""
        self._ends.pop(relid, None)
        self.state.unsent.pop(relid, None)
        if relid not in self.state.storage and relid not in self.state.services:
            return
        self.guest.note_driver(self.state.names[relid], state, why)
        self.state.services.pop(relid, None)
        if self.state.storage.pop(relid, None) is not None:
            self.guest.storage_lost(relid)

    def _driver_of(self, relid: int) -> str:
        return "storvsc" if relid in self.state.storage else "ic"

    def _service_of(self, relid: int) -> str:
        return "storvsp" if relid in self.state.storage else f"vmwp/{self.guest.vm}"

    def _signal(self, relid: int) -> None:
        guest = self.guest
        if signals.guest_signals_through_page(self.state.connection.version):
            at = self.state.interrupt_page * PAGE_SIZE + signals.HALF_PAGE + relid // 8
            guest.write(at, bytes([guest.read(at, 1)[0] | 1 << relid % 8]))
            guest.hypercalls.signal(signals.EVENT_CONNECTION)
        else:
            guest.hypercalls.signal(self.state.connection.channels[relid].signal_connection)

    def drain(self, relid: int) -> None:
        """Read what the host has written into a channel's ring, and go on sending what waited for room."""
        channel = self.state.connection.channels.get(relid)
        if channel is None or channel.state != client.OPEN:
            return
        try:
            for packet, wanted in self.end(relid).receive():
                self._packet(relid, packet)
                if wanted:
                    self._signal(relid)
        except (RingCorrupt, packets.BadPacket) as error:
            self._break(relid, str(error))
            return
        self._flush(relid)

    def _packet(self, relid: int, packet: packets.Packet) -> None:
        storage = self.state.storage.get(relid)
        if storage is not None and packet.kind == packets.COMPLETION:
            self.state.storage_back += packet.size
            own = self.guest.read(storage.buffer_gpa, scsi.LUN_LIST_SIZE)
            self._storage(relid, storage.completed(packet.transaction, packet.payload, own))
            return
        service = self.state.services.get(relid)
        if service is not None and packet.kind == packets.IN_BAND:
            self._service(relid, service.received(packet.payload))

    def _service(self, relid: int, effects: list[ic.Effect]) -> None:
        for effect in effects:
            if isinstance(effect, ic.Say):
                self.send(relid, packets.in_band(effect.payload, 0, False))
            elif isinstance(effect, ic.Agreed):
                version = f"{effect.version[0]}.{effect.version[1]}"
                self.guest.note_driver(self.state.names[relid], "ready", version)
            else:
                self.guest.shut_down()

    def _storage(self, relid: int, effects: list[vsc.Effect]) -> None:
        for effect in effects:
            if isinstance(effect, vsc.SendPacket):
                self.send(relid, self._storage_packet(effect))
            elif isinstance(effect, vsc.Done):
                self.guest.io_finished(effect.tag, effect.status)
            elif isinstance(effect, vsc.Ready):
                version = self.state.storage[relid].version
                self.guest.note_driver(self.state.names[relid], "ready", f"{version >> 8}.{version & 0xFF}")
                self.guest.disks_found(relid, effect.disks)
            else:
                self.guest.note_driver(self.state.names[relid], "failed", effect.reason)
                self.guest.bus_ready()

    def _storage_packet(self, effect: vsc.SendPacket) -> bytes:
        if not effect.length:
            return packets.in_band(effect.payload, effect.transaction, True)
        first, offset = divmod(effect.gpa, PAGE_SIZE)
        count = -(-(offset + effect.length) // PAGE_SIZE)
        pages = [first + number for number in range(count)]
        return packets.gpa_direct(effect.payload, effect.transaction, effect.length, offset, pages)

    def submit(self, relid: int, tag: int, write: bool, lun: int, lba: int, sectors: int, gpa: int) -> None:
        """Start a disk request on a storage channel; it fails at once if the channel is no more."""
        storage = self.state.storage.get(relid)
        if storage is None:
            self.guest.io_finished(tag, "error")
            return
        self._storage(relid, storage.submit(tag, write, lun, lba, sectors, gpa))

    def close_all(self) -> bool:
        """Close every open channel; returns whether there were any."""
        open_channels = [c.relid for c in self.state.connection.channels.values() if c.state == client.OPEN]
        for relid in open_channels:
            self.apply(self.state.connection.close_channel(relid))
        return bool(open_channels)
