"""The root's end of one child's VMBus, with the services behind its channels.

It does what the pure control plane says: posts messages, maps GPADLs, reads and
writes rings. What a channel is for, only its service knows (`services`). It
reaches the child's memory only through pages that the child has named, and
shares no object with the child's drivers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hvlab import catalog
from hvlab.catalog import Platform
from hvlab.catalog.versions import word_versions
from hvlab.host.disks import HostStorage
from hvlab.host.faults import FaultBoard, board
from hvlab.host.guest_pages import ForeignPage
from hvlab.host.machine import Drive, VirtualMachine
from hvlab.host.networks import VirtualNetworks
from hvlab.host.root import CHANNEL_PORTS, EVENT_PORT, MESSAGE_PORT, RootKernel, port_number
from hvlab.host.services.base import Service
from hvlab.host.services.integration import ShutdownService
from hvlab.host.services.network import NetworkService
from hvlab.host.services.plans import Plan, offers
from hvlab.host.services.storage import StorageService
from hvlab.host.services.storage_lane import ServiceLane, service_lane
from hvlab.hypervisor.calls import Status
from hvlab.hypervisor.hypervisor import ROOT
from hvlab.hypervisor.memory import PAGE_SIZE
from hvlab.hypervisor.software import Sent, Series
from hvlab.kernel import Component, derived, handler, neighbour
from hvlab.vmbus import host as server
from hvlab.vmbus import messages, packets, signals
from hvlab.vmbus.endpoint import Endpoint
from hvlab.vmbus.host import Offer, Server
from hvlab.vmbus.ring import Ring, RingCorrupt
from hvlab.vmbus.signals import POST_AGAIN


class BusLink(Component):
    """The VMBus of one virtual machine, as the root serves it."""

    STATE = (
        "host",
        "vm",
        "platform_id",
        "partition",
        "server",
        "services",
        "unsent",
        "outbox",
        "opened",
        "openings",
        "last_beat",
        "refused",
        "held",
    )

    def __init__(self, host: str, vm: str, platform: Platform) -> None:
        self.host = host
        self.vm = vm
        self.platform_id = platform.id
        self.partition = 0
        self.server = Server(word_versions(platform.vmbus_versions))
        self.services: dict[str, Service] = {}
        """By the offer's key."""
        self.unsent: dict[int, list[bytes]] = {}
        self.outbox: list[bytes] = []
        """Control messages for which the child's port had no buffer free, in order."""
        self.opened: dict[int, tuple[str, int]] = {}
        """Open channels: relid to the offer's key and the number of the opening."""
        self.openings = 0
        self.last_beat = 0
        self.refused: list[tuple[str, str]] = []
        self.held: list[tuple[str, str, tuple[Any, ...]]] = []
        """What a service that hangs has not heard of yet: (offer's key, wake, tick or disk, arguments)."""
        self._ends: dict[int, Endpoint] = {}

    def restored(self) -> None:
        """Views are made again from the state."""
        self._ends = {}

    @derived
    def platform(self) -> Platform:
        """The virtualization platform."""
        return catalog.platform(self.platform_id)

    @derived
    def lanes(self) -> dict[int | str, ServiceLane]:
        """By relid and by the offer's key, the short ways of open storage channels.

        None outlives a step of the control plane.
        """
        return {}

    @neighbour
    def root(self) -> RootKernel:
        """The root's kernel."""
        return self.world.get(f"{self.host}/root", RootKernel)

    @neighbour
    def disks(self) -> HostStorage:
        """The host's storage."""
        return self.world.get(f"{self.host}/root/storage", HostStorage)

    @neighbour
    def faults(self) -> FaultBoard:
        """What is made to fail on the host."""
        return board(self.world, self.host)

    @property
    def network(self) -> VirtualNetworks:
        """The host's virtual switches."""
        return self.world.get(f"{self.host}/root/vmswitch", VirtualNetworks)

    @property
    def child(self) -> str:
        """The child's path in the trace."""
        return f"{self.host}/{self.vm}"

    # -- setting up ---------------------------------------------------------------------------

    def prepare(self, machine: VirtualMachine, partition: int, sizes: dict[str, int]) -> None:
        """Offer the machine its devices. `sizes` gives the sectors of each file."""
        self.partition = partition
        for offer, service in offers(Plan(machine, self.platform, sizes)):
            self.services[offer.key] = service
            self.server.offer(offer)

    def disks_moved(self, drives: list[Drive]) -> None:
        """The machine's disks lie in other files from now on."""
        paths = {(drive.controller, drive.number, drive.location): drive.path for drive in drives}
        for service in self.services.values():
            if isinstance(service, StorageService):
                kind, number, *rest = service.key.upper().split(":")
                for lun in list(service.paths):
                    place = (kind, int(number), int(rest[0]) if rest else lun)
                    service.paths[lun] = paths.get(place, service.paths[lun])

    def moved_to(self, partition: int) -> None:
        """The machine goes on in another partition: its channels get ports there."""
        self.partition = partition
        self.lanes.clear()
        for relid in list(self.server.channels):
            self._connect_channel(relid)

    # -- what comes from the child ------------------------------------------------------------

    def message(self, payload: bytes) -> None:
        """A control message of the child."""
        self._apply(self.server.handle(payload))

    def signalled(self, relid: int) -> None:
        """The child has signalled a channel, or (at 0.13) something in its interrupt page."""
        if relid:
            self._wake(relid)
            return
        page = self._interrupt_page()
        for channel in signals.take_bits(page, signals.HALF_PAGE) if page is not None else ():
            self._wake(channel)

    def stride(self, relid: int, sent: Sent) -> bool:
        """As `PartitionSoftware.stride`."""
        lane = self.lanes.get(relid)
        return lane is not None and lane.stride is not None and lane.stride(sent)

    def series(self, relid: int, series: Series) -> int:
        """As `PartitionSoftware.series`."""
        lane = self.lanes.get(relid)
        return lane.series(series) if lane is not None and lane.series is not None else 0

    def _interrupt_page(self) -> bytearray | None:
        """The page that the child named for signals, to change; None if it named none of its own."""
        spa = self.interrupt_page
        if spa is None:
            return None
        memory = self.root.hypervisor.memory
        return memory.own.get(spa) or memory.page_for_write(spa)

    @property
    def interrupt_page(self) -> int | None:
        """The machine's page that the child named for signals."""
        if not self.server.interrupt_page:
            return None
        partition = self.root.hypervisor.partitions[self.partition]
        return partition.translate(self.server.interrupt_page // PAGE_SIZE)

    def _wake(self, relid: int) -> None:
        self.after(self.platform.timing.service_wake, BusLink.on_wake, relid)

    @handler
    def on_wake(self, relid: int) -> int | None:
        """The service's thread runs: read what is in the ring."""
        lane = self.lanes.get(relid)
        if lane is not None and lane.take():
            return None
        channel = self.server.channels.get(relid)
        working = channel is not None and channel.state == server.OPEN
        if channel is not None and working and not self._hangs(channel.offer.key, "wake", (relid,)):
            self._drain(relid)
        return None

    def _machine_page(self, page: int) -> int:
        return self.root.hypervisor.machine_page(self.partition, page)

    # -- the control plane's effects -------------------------------------------------------------

    def _apply(self, effects: list[server.Effect]) -> None:
        self.lanes.clear()
        for effect in effects:
            if isinstance(effect, server.Send):
                self._post(effect.message)
            elif isinstance(effect, server.OpenDevice):
                self._open(effect.relid)
            elif isinstance(effect, server.CloseDevice):
                self._close(effect.relid)
            elif isinstance(effect, server.Refused):
                self.refused.append((effect.name, effect.reason))
                self.world.emit(
                    "vmbus.refused",
                    f"{self.host}/root/vmbus",
                    self.child,
                    self.partition,
                    None,
                    None,
                    effect.name,
                    effect.reason,
                )

    def _post(self, message: bytes) -> None:
        kind, fields, _ = messages.parse(message)
        seq = self.world.emit(
            "vmbus.message",
            f"{self.host}/root/vmbus",
            f"{self.child}/vmbus",
            self.partition,
            0,
            fields.get("channel_id"),
            kind.name,
            kind.number,
            kind.direction,
            message,
        )
        if self.outbox:
            self.outbox.append(message)
        elif not self.world.because(seq, self._try_post, message):
            self.outbox.append(message)
            self.world.because(seq, self.after, POST_AGAIN, BusLink.on_post_again, self.partition)
        if kind.name == "OFFER_CHANNEL":
            offer = self.server.channels[fields["channel_id"]].offer
            self._note_channel(fields["channel_id"], offer.key, "offered")
            self._connect_channel(fields["channel_id"])

    def _try_post(self, message: bytes) -> bool:
        """Post a message; False if all buffers of the child's port are in use, so that it must be tried again."""
        result = self.root.hypercalls.post(port_number(self.partition, MESSAGE_PORT), message)
        return result.status != Status.INSUFFICIENT_BUFFERS

    @handler
    def on_post_again(self, partition: int) -> int | None:
        """Post what found no buffer, as far as there is room now."""
        if partition != self.partition:
            return None
        while self.outbox:
            if not self._try_post(self.outbox[0]):
                return POST_AGAIN
            self.outbox.pop(0)
        return None

    def _connect_channel(self, relid: int) -> None:
        """From 1.1 on each channel has a connection of its own for the child's signals.

        It belongs to the relid and stays for the partition's life: a new contact or a new
        offer under the same number finds it there.
        """
        connection = self.server.connection_id(relid)
        if not connection or (self.partition, relid) in self.root.flag_owners.values():
            return
        port = port_number(self.partition, CHANNEL_PORTS + relid)
        flag = self.root.claim_flag(self.partition, relid)
        calls = self.root.hypercalls
        calls.call(
            "CreatePort",
            port_partition=ROOT,
            port_id=port,
            connection_partition=self.partition,
            port_type=2,
            target_sint=signals.VMBUS_SINT,
            base_flag_number=flag,
            flag_count=1,
        )
        calls.call(
            "ConnectPort",
            connection_partition=self.partition,
            connection_id=connection,
            port_partition=ROOT,
            port_id=port,
            connection_type=2,
        )

    def _note_channel(self, relid: int, device: str, state: str) -> None:
        self.world.emit(
            "vmbus.channel", f"{self.host}/root/vmbus", self.child, self.partition, None, relid, device, state
        )

    def _open(self, relid: int) -> None:
        channel = self.server.channels[relid]
        status = 0
        try:
            end = self.end(relid)
        except LookupError:
            status = messages.STATUS_FAILED
        self._apply(self.server.open_complete(relid, status))
        if status == 0:
            self.openings += 1
            self.opened[relid] = (channel.offer.key, self.openings)
            self._note_channel(relid, channel.offer.key, "open")
            try:
                end.incoming.unmask()
            except RingCorrupt as error:
                self.stop_channel(relid, str(error))
                return
            self.serve(relid, self.services[channel.offer.key].opened, self, relid)

    def _close(self, relid: int) -> None:
        """The service behind a channel lets go of it and is as new; the channel itself may be forgotten already."""
        self._ends.pop(relid, None)
        self.unsent.pop(relid, None)
        key, _ = self.opened.pop(relid, ("", 0))
        if key:
            self.held = [entry for entry in self.held if entry[0] != key]
            self.services[key].closed(self)
            self._note_channel(relid, key, "closed")
        self._apply(self.server.close_complete(relid))

    def partition_gone(self) -> None:
        """The child is being taken away: nothing touches its pages from here on."""
        self.outbox = []
        self._apply(self.server.guest_gone())

    def end(self, relid: int) -> Endpoint:
        """The root's end of a channel. LookupError if its pages make no two rings."""
        found = self._ends.get(relid)
        if found is None:
            pages = self.server.ring_pages(self.server.channels[relid])
            if pages is None:
                raise LookupError(f"channel {relid} has no rings")
            memory = self.root.hypervisor.memory
            outgoing, incoming = (
                Ring(memory, [self._machine_page(page) for page in half]) for half in pages[::-1]
            )
            service = self.services[self.server.channels[relid].offer.key]
            found = self._ends[relid] = Endpoint(
                incoming,
                outgoing,
                f"{self.host}/root/{service.process(self)}",
                f"{self.child}/{service.PEER}",
            )
        return found

    # -- rings --------------------------------------------------------------------------------

    def _drain(self, relid: int) -> None:
        self.serve(relid, self._receive, relid)
        if relid in self._ends:
            self._flush(relid)

    def _receive(self, relid: int) -> None:
        service = self.services[self.server.channels[relid].offer.key]
        for packet, wanted in self.end(relid).receive():
            service.packet(self, relid, packet)
            if relid not in self._ends:
                return
            if wanted:
                self._signal(relid)

    def serve(self, relid: int, act: Callable[..., None], *arguments: object) -> None:
        """Do something with what a child has written; rubbish stops its channel."""
        try:
            act(*arguments)
        except (RingCorrupt, packets.BadPacket, ForeignPage) as error:
            self.stop_channel(relid, str(error))

    def stop_channel(self, relid: int, why: str) -> None:
        """Rubbish in a ring stops this channel and no other: the offer is taken back, and the child hears of it."""
        self.world.emit(
            "vmbus.refused",
            f"{self.host}/root/vmbus",
            self.child,
            self.partition,
            None,
            relid,
            "ring",
            why,
        )
        self.refused.append(("ring", why))
        self._apply(self.server.revoke(self.server.channels[relid].offer.key))

    def send(self, relid: int, packet: bytes) -> None:
        """Write a packet into a channel's ring, now or when there is room."""
        self.unsent.setdefault(relid, []).append(packet)
        self._flush(relid)

    def _flush(self, relid: int) -> None:
        waiting = self.unsent.get(relid)
        if not waiting:
            return
        world = self.world
        try:
            end = self.end(relid)
            while waiting and (sent := end.send(waiting)) is not None:
                data, offset, signal, kind, transaction = sent
                seq = world.emit(
                    "ring.packet",
                    end.name,
                    end.peer,
                    self.partition,
                    None,
                    relid,
                    messages.HOST_TO_GUEST,
                    kind,
                    transaction,
                    offset,
                    signal,
                    data,
                )
                if signal:
                    world.because(seq, self._signal, relid)
        except RingCorrupt as error:
            self.stop_channel(relid, str(error))

    def _signal(self, relid: int) -> None:
        root = self.root
        connection = port_number(self.partition, EVENT_PORT)
        faults = self.faults
        fault = faults.loses(self.vm, self.server.channels[relid].offer.key) if faults.faults else None
        if fault is not None:
            faults.struck(fault)
        root.hypervisor.losing = fault is not None
        flag = relid
        if signals.host_signals_through_page(self.server.version):
            page = self._interrupt_page()
            if page is not None:
                signals.set_bit(page, 0, relid)
            flag = 0
        root.hypercalls.signal(connection, flag)
        root.hypervisor.losing = False

    # -- what services ask for --------------------------------------------------------------------

    def later(self, delay: int, relid: int, what: str) -> None:
        """Call the service's `tick` after so many nanoseconds, unless the channel is closed before."""
        self.after(delay, BusLink.on_tick, (relid, *self.opened[relid], what))

    @handler
    def on_tick(self, payload: tuple[int, str, int, str]) -> int | None:
        """A service's time has come."""
        relid, key, opening, what = payload
        if self.opened.get(relid) == (key, opening) and not self._hangs(key, "tick", payload):
            self.serve(relid, self.services[key].tick, self, relid, what)
        return None

    def disk_token(self, relid: int, transaction: int) -> tuple[str | int, ...]:
        """Names a disk request of the present opening of a channel (`disk_done`)."""
        key, opening = self.opened[relid]
        return key, transaction, self.partition, opening

    def disk_done(self, token: object, status: str, data: bytes) -> None:
        """The host's disk has ended a request; one of an earlier opening or partition concerns nobody."""
        assert isinstance(token, tuple)
        key, transaction, partition, opening = token
        lane = self.lanes.get(key)
        if (
            lane is not None
            and status == "ok"
            and partition == self.partition
            and lane.complete(transaction, opening, data, self.world.cause)
        ):
            return
        relid = self.relid_of(key)
        if partition == self.partition and self.opened.get(relid) == (key, opening):
            if self._hangs(key, "disk", (token, status, data)):
                return
            service = self.services[key]
            self.serve(relid, service.disk_done, self, relid, transaction, status, data)
            if isinstance(service, StorageService):
                self._find_lane(relid, service)

    def _find_lane(self, relid: int, service: StorageService) -> None:
        """A request has gone the general way: perhaps the next can go a shorter one."""
        lane = self.lanes.get(relid)
        if relid in self.opened and (lane is None or not lane.fresh()):
            lane = service_lane(self, relid, service)
            if lane is not None:
                self.lanes[relid] = self.lanes[service.key] = lane

    def _hangs(self, key: str, what: str, arguments: tuple[Any, ...]) -> bool:
        """Whether a device's service does not answer; then what it should hear of waits."""
        faults = self.faults
        fault = faults.silent(self.vm, key) if faults.faults else None
        if fault is not None:
            self.held.append((key, what, arguments))
            faults.struck(fault)
        return fault is not None

    def go_on(self, key: str) -> None:
        """A service answers again, beginning with what it has missed."""
        missed = [entry for entry in self.held if entry[0] == key]
        self.held = [entry for entry in self.held if entry[0] != key]
        acts: dict[str, Callable[..., Any]] = {
            "wake": self.on_wake,
            "tick": self.on_tick,
            "disk": self.disk_done,
        }
        for _, what, arguments in missed:
            acts[what](*(arguments if what != "tick" else (arguments,)))

    def relid_of(self, key: str) -> int:
        """The open channel of an offer, 0 if it has none."""
        for channel in self.server.channels.values():
            if channel.offer.key == key and channel.state == server.OPEN:
                return channel.relid
        return 0

    # -- network adapters ---------------------------------------------------------------------

    def adapter_frame(self, key: str, data: bytes) -> None:
        """The switch has a frame for one of the child's adapters."""
        service = self.services.get(key)
        if isinstance(service, NetworkService):
            service.frame(self, data)

    def adapter_cable(self, key: str, linked: bool) -> None:
        """An adapter was connected to a switch, or disconnected."""
        service = self.services.get(key)
        if isinstance(service, NetworkService):
            service.cable(self, linked)

    # -- integration components ---------------------------------------------------------------

    def ready(self, key: str) -> bool:
        """Whether a service has come to terms with its guest."""
        service = self.services.get(key)
        return service is not None and service.ready and self.relid_of(key) != 0

    def add_service(self, offer: Offer, service: Service) -> None:
        """Offer the running machine another device."""
        self.services[offer.key] = service
        self._apply(self.server.offer(offer))

    def take_back(self, key: str) -> None:
        """Take an offer back: the service behind it lets go at once, the guest is told."""
        self._apply(self.server.revoke(key))

    def going_on(self) -> None:
        """The machine has stood still, and goes on."""
        for relid, (key, _) in list(self.opened.items()):
            self.serve(relid, self.services[key].going_on, self, relid)

    def ask_shutdown(self, force: bool) -> None:
        """Ask the guest to shut down; `ready("shutdown")` must hold."""
        service = self.services["shutdown"]
        assert isinstance(service, ShutdownService)
        service.ask(self, force)
