"""The guest's VMBus shell: SynIC pages, messages, rings and signals around the pure connection.

It does what the state machine's effects say, in the guest's own memory and by
the guest's own hypercalls. What a channel is for, only its driver knows
(`drivers`). Its state is data; the rings are views that are made again after a
restore.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hvlab.guests.drivers.base import Driver
from hvlab.guests.drivers.storage import StorageDriver
from hvlab.guests.drivers.storage_lane import StorageLane, storage_lane
from hvlab.hypervisor.calls import Status
from hvlab.hypervisor.intercepts import slot_content
from hvlab.hypervisor.synic import FLAG_BYTES, NO_MESSAGE, SLOT_SIZE
from hvlab.vmbus import guest as client
from hvlab.vmbus import messages, packets, signals
from hvlab.vmbus.endpoint import Endpoint
from hvlab.vmbus.guest import Connection
from hvlab.vmbus.ring import Ring, RingCorrupt
from hvlab.vmbus.signals import VMBUS_SINT

if TYPE_CHECKING:
    from hvlab.guests.guest import GuestSystem


_NO_FLAGS = bytes(FLAG_BYTES)


@dataclass
class BusState:
    """What the shell keeps; page numbers are the guest's own."""

    connection: Connection
    sim_page: int
    sief_page: int
    interrupt_page: int
    drivers: dict[int, Driver] = field(default_factory=dict)
    """By relid."""
    unsent: dict[int, list[bytes]] = field(default_factory=dict)
    outbox: list[bytes] = field(default_factory=list)
    """Control messages for which the root's port had no buffer free, in order."""
    sent: dict[str, int] = field(default_factory=dict)
    received: dict[str, int] = field(default_factory=dict)
    """Bytes through the rings of all channels of a kind of driver (storvsc, ic, ...)."""


class GuestBus:
    """Drives the VMBus for one guest."""

    def __init__(self, guest: GuestSystem, state: BusState) -> None:
        self.guest = guest
        self.state = state
        self._ends: dict[int, Endpoint] = {}
        self.lanes: dict[int, StorageLane] = {}
        """By relid, the short ways of open storage channels; none outlives a step of the control plane."""
        self._memory = guest.memory
        self._sim, self._sief, self._interrupts = (
            guest.machine_page(page) for page in (state.sim_page, state.sief_page, state.interrupt_page)
        )
        """The machine's pages behind those of the state."""

    @property
    def interrupt_page(self) -> int:
        """The machine's page with the bits of signals."""
        return self._interrupts

    @property
    def driver(self) -> str:
        """The path of the guest's bus driver in the trace."""
        return f"{self.guest.name}/vmbus"

    # -- effects of the connection ----------------------------------------------------------

    def apply(self, effects: list[client.Effect]) -> None:
        """Do what the connection asks for."""
        self.lanes.clear()
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
            elif isinstance(effect, client.Offered):
                if self.state.connection.state == client.CONNECTED:
                    self.guest.offered(effect.relid)
            elif isinstance(effect, client.AllOffered):
                self.guest.all_offered()
            elif isinstance(effect, client.Negotiated):
                self.guest.note_driver("vmbus", "connected", messages.VERSION_NAMES[effect.version])
            elif isinstance(effect, client.NoBus):
                self.guest.note_driver("vmbus", "refused", "")
                self.guest.bus_ready()
            elif isinstance(effect, client.OpenFailed):
                self._lose(effect.relid, "refused", f"{effect.status:#x}")
                self.guest.bus_ready()
            elif isinstance(effect, client.Described):
                self.state.drivers[effect.relid].described(
                    self.guest, effect.relid, effect.gpadl, effect.status
                )
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
        if self.state.outbox:
            self.state.outbox.append(message)
        elif not guest.world.because(seq, self._try_post, message):
            self.state.outbox.append(message)
            guest.world.because(seq, guest.post_later)

    def _try_post(self, message: bytes) -> bool:
        """Post a message; False if all buffers of the root's port are in use, so that it must be tried again."""
        result = self.guest.hypercalls.post(signals.MESSAGE_CONNECTION, message)
        return result.status != Status.INSUFFICIENT_BUFFERS

    def post_again(self) -> bool:
        """Post what found no buffer, as far as there is room now; whether some still wait."""
        waiting = self.state.outbox
        while waiting and self._try_post(waiting[0]):
            waiting.pop(0)
        return bool(waiting)

    # -- interrupts ---------------------------------------------------------------------------

    def interrupt(self) -> None:
        """SINT2: a message, event flags, or both."""
        self._take_message()
        self._take_flags()

    def _take_message(self) -> None:
        guest, memory = self.guest, self._memory
        at = VMBUS_SINT * SLOT_SIZE
        if memory.page(self._sim).startswith(NO_MESSAGE, at):
            return
        page = memory.own.get(self._sim) or memory.page_for_write(self._sim)
        _, size, _, payload = slot_content(page, at)
        page[at : at + 4] = NO_MESSAGE
        # Looked at only now: what came before the slot was free has set it, what comes later finds the slot.
        if page[at + 5] & 1:
            guest.end_of_message()
        self.apply(self.state.connection.handle(payload[:size]))

    def _take_flags(self) -> None:
        memory, own = self._memory, self._memory.own
        connection = self.state.connection
        at = VMBUS_SINT * FLAG_BYTES
        end = at + FLAG_BYTES
        page = own.get(self._sief) or memory.page_for_write(self._sief)
        raised = page[at:end]
        if raised == _NO_FLAGS:
            return
        page[at:end] = _NO_FLAGS
        if signals.host_signals_through_page(connection.version):
            bits = own.get(self._interrupts) or memory.page_for_write(self._interrupts)
            channels = signals.take_bits(bits, 0)
        else:
            channels = [flag for flag in signals.set_bits(raised) if flag]
        for relid in channels:
            lane = self.lanes.get(relid)
            if lane is not None and lane.completed():
                continue
            if relid in connection.channels:
                self.drain(relid)

    # -- rings --------------------------------------------------------------------------------

    def open(self, relid: int, driver: Driver) -> None:
        """Open a channel for a driver, over fresh rings; the pages are not contiguous."""
        self.state.drivers[relid] = driver
        ring_pages = driver.RING_PAGES
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
            driver = self.state.drivers[relid]
            found = self._ends[relid] = Endpoint(
                Ring(memory, machine[split:]),
                Ring(memory, machine[:split]),
                f"{self.guest.name}/{driver.PATH}",
                f"{self.guest.host}/root/{driver.service(self.guest)}",
            )
        return found

    def describe(self, relid: int, pages: list[int]) -> int:
        """Open pages beside the rings to the host; their GPADL, 0 if the channel is not open. `described` follows."""
        number, effects = self.state.connection.describe_pages(relid, pages)
        self.apply(effects)
        return number

    def _opened(self, relid: int) -> None:
        self.end(relid).incoming.unmask()
        driver = self.state.drivers[relid]
        self.guest.note_driver(driver.name, "open", "")
        driver.opened(self.guest, relid)
        self.drain(relid)

    def send(self, relid: int, packet: bytes) -> None:
        """Write a packet and signal if the rules say so; if the ring is full, wait for room.

        Into a channel that is closed already nothing is written: nobody reads it any more.
        """
        channel = self.state.connection.channels.get(relid)
        if channel is None or channel.state != client.OPEN:
            return
        waiting = self.state.unsent.setdefault(relid, [])
        waiting.append(packet)
        self._flush(relid)

    def _flush(self, relid: int) -> None:
        waiting = self.state.unsent.get(relid)
        if not waiting:
            return
        guest = self.guest
        driver = self.state.drivers[relid]
        world = guest.world
        sums, kind = self.state.sent, driver.PATH
        try:
            end = self.end(relid)
            while waiting and (sent := end.send(waiting)) is not None:
                data, offset, signal, packet_type, transaction = sent
                seq = world.emit(
                    "ring.packet",
                    end.name,
                    end.peer,
                    guest.partition,
                    0,
                    relid,
                    messages.GUEST_TO_HOST,
                    packet_type,
                    transaction,
                    offset,
                    signal,
                    data,
                )
                sums[kind] = sums.get(kind, 0) + len(data)
                if signal:
                    world.because(seq, self._signal, relid)
        except RingCorrupt as error:
            self.give_up(relid, "broken ring", str(error))

    def give_up(self, relid: int, state: str, why: str = "") -> None:
        """A driver gives its channel up, and the others go on: its ring makes no sense, or its service ends."""
        self._lose(relid, state, why)
        self.apply(self.state.connection.close_channel(relid))

    def _lose(self, relid: int, state: str, why: str) -> None:
        """A channel is no more: its driver is gone, and what it was asked for has failed."""
        self.lanes.clear()
        self._ends.pop(relid, None)
        self.state.unsent.pop(relid, None)
        driver = self.state.drivers.pop(relid, None)
        if driver is not None:
            self.guest.note_driver(driver.name, state, why)
            driver.lost(self.guest, relid)

    def _signal(self, relid: int) -> None:
        guest = self.guest
        connection = self.state.connection
        if signals.guest_signals_through_page(connection.version):
            signals.set_bit(guest.memory.page_for_write(self._interrupts), signals.HALF_PAGE, relid)
            guest.hypercalls.signal(signals.EVENT_CONNECTION)
        else:
            guest.hypercalls.signal(connection.channels[relid].signal_connection)

    def drain(self, relid: int) -> None:
        """Read what the host has written into a channel's ring, and go on sending what waited for room."""
        channel = self.state.connection.channels.get(relid)
        if channel is None or channel.state != client.OPEN:
            return
        driver = self.state.drivers[relid]
        sums, kind = self.state.received, driver.PATH
        try:
            for packet, wanted in self.end(relid).receive():
                sums[kind] = sums.get(kind, 0) + packet.size
                driver.packet(self.guest, relid, packet)
                if relid not in self.state.drivers:
                    return
                if wanted:
                    self._signal(relid)
        except (RingCorrupt, packets.BadPacket) as error:
            self.give_up(relid, "broken ring", str(error))
            return
        self._flush(relid)

    def submit(self, relid: int, tag: int, write: bool, lun: int, lba: int, sectors: int, gpa: int) -> None:
        """Start a disk request on a storage channel; it fails at once if the channel is no more."""
        driver = self.state.drivers.get(relid)
        if isinstance(driver, StorageDriver):
            driver.submit(self.guest, relid, tag, write, lun, lba, sectors, gpa)
            self._find_lane(relid, driver)
        else:
            self.guest.io_finished(tag, "error")

    def _find_lane(self, relid: int, driver: StorageDriver) -> None:
        """A request has gone the general way: perhaps the next can go a shorter one."""
        lane = self.lanes.get(relid)
        if self.state.drivers.get(relid) is driver and (lane is None or not lane.fresh()):
            lane = storage_lane(self, relid, driver)
            if lane is not None:
                self.lanes[relid] = lane

    def close_all(self) -> bool:
        """Close every open channel; returns whether there were any."""
        open_channels = [c.relid for c in self.state.connection.channels.values() if c.state == client.OPEN]
        for relid in open_channels:
            self.apply(self.state.connection.close_channel(relid))
        return bool(open_channels)
