"""The root's end of one child's VMBus with the services behind it: storvsp and the integration components.

It does what the pure state machines say: posts messages, maps GPADLs, reads and
writes rings, moves sectors between guest pages and virtual disks. It reaches the
child's memory only through pages that the child has named, and shares no object
with the child's drivers.
"""

from __future__ import annotations

from hvlab import catalog
from hvlab.catalog import Platform
from hvlab.catalog.versions import pair_versions, wire_versions, word_versions
from hvlab.devices.integration import host as ic
from hvlab.devices.integration import protocol as ic_protocol
from hvlab.devices.integration.host import HEARTBEAT_INTERVAL, IcHost
from hvlab.devices.storage.vsp import StorVsp
from hvlab.host.disks import HostStorage
from hvlab.host.guest_pages import Area
from hvlab.host.machine import VirtualMachine
from hvlab.host.root import RootKernel
from hvlab.host.services import note_service, serve_integration, serve_storage
from hvlab.hypervisor.hypervisor import ROOT
from hvlab.hypervisor.memory import PAGE_SIZE
from hvlab.kernel import Component, handler
from hvlab.vmbus import host as server
from hvlab.vmbus import interfaces, messages, packets, signals
from hvlab.vmbus.endpoint import Endpoint
from hvlab.vmbus.host import Offer, Server
from hvlab.vmbus.ring import Ring, RingCorrupt

MESSAGE_PORT, EVENT_PORT = 1, 2


class BusLink(Component):
    """The VMBus of one virtual machine, as the root serves it."""

    STATE = (
        "host",
        "vm",
        "platform_id",
        "partition",
        "server",
        "storage",
        "paths",
        "services",
        "unsent",
        "requests",
        "opened",
        "openings",
        "beats",
        "last_beat",
        "refused",
    )

    def __init__(self, host: str, vm: str, platform: Platform) -> None:
        self.host = host
        self.vm = vm
        self.platform_id = platform.id
        self.partition = 0
        self.server = Server(word_versions(platform.vmbus_versions))
        self.storage: dict[str, StorVsp] = {}
        self.paths: dict[str, dict[int, str]] = {}
        """Offer key to the file behind each logical unit."""
        self.services: dict[str, IcHost] = {}
        self.unsent: dict[int, list[bytes]] = {}
        self.requests: dict[tuple[int, int], Area] = {}
        """(relid, transaction) to the guest range its packet named."""
        self.opened: dict[int, tuple[str, int]] = {}
        """Open channels: relid to the offer's key and the number of the opening."""
        self.openings = 0
        self.beats = 0
        """Which round of heartbeats is the present one; an earlier one ends."""
        self.last_beat = 0
        self.refused: list[tuple[str, str]] = []
        self._ends: dict[int, Endpoint] = {}

    def restored(self) -> None:
        """Views are made again from the state."""
        self._ends = {}

    @property
    def platform(self) -> Platform:
        """The virtualization platform."""
        return catalog.platform(self.platform_id)

    @property
    def root(self) -> RootKernel:
        """The root's kernel."""
        return self.world.get(f"{self.host}/root", RootKernel)

    @property
    def disks(self) -> HostStorage:
        """The host's storage."""
        return self.world.get(f"{self.host}/root/storage", HostStorage)

    @property
    def child(self) -> str:
        """The child's path in the trace."""
        return f"{self.host}/{self.vm}"

    # -- setting up ---------------------------------------------------------------------------

    def prepare(self, machine: VirtualMachine, partition: int, sizes: dict[str, int]) -> None:
        """Decide what is offered: storage for each controller and disk, then the integration components.

        `sizes` gives the sectors of each file.
        """
        self.partition = partition
        stream = self.world.stream(f"{self.name}/instances")
        versions = wire_versions(self.platform.storage_versions)
        for drive in machine.drives:
            if drive.controller == "IDE" and self.platform.ide_accelerator:
                key = f"ide:{drive.number}:{drive.location}"
                self.storage[key] = StorVsp(versions, {0: sizes[drive.path]}, single=True)
                self.paths[key] = {0: drive.path}
                instance = interfaces.ide_instance(drive.number, drive.location, stream.take(10))
                self.server.offer(Offer(key, interfaces.IDE_ACCELERATOR, instance))
        for number in range(machine.scsi_controllers):
            key = f"scsi:{number}"
            files = {
                d.location: d.path for d in machine.drives if d.controller == "SCSI" and d.number == number
            }
            self.storage[key] = StorVsp(versions, {lun: sizes[path] for lun, path in files.items()})
            self.paths[key] = files
            self.server.offer(Offer(key, interfaces.SCSI, interfaces.scsi_instance(number, stream.take(12))))
        self._offer_service(
            "shutdown",
            machine.services["Shutdown"],
            IcHost(
                ic_protocol.SHUTDOWN,
                pair_versions(self.platform.ic_frameworks),
                pair_versions(self.platform.shutdown_versions),
            ),
            Offer("shutdown", ic_protocol.SHUTDOWN_INTERFACE, ic_protocol.SHUTDOWN_INSTANCE, 0x10, _PIPE),
        )
        self._offer_service(
            "heartbeat",
            machine.services["Heartbeat"],
            IcHost(
                ic_protocol.HEARTBEAT,
                pair_versions(self.platform.ic_frameworks),
                pair_versions(self.platform.heartbeat_versions),
            ),
            Offer("heartbeat", ic_protocol.HEARTBEAT_INTERFACE, ic_protocol.HEARTBEAT_INSTANCE, 0x10, _PIPE),
        )

    def _offer_service(self, key: str, enabled: bool, service: IcHost, offer: Offer) -> None:
        if enabled:
            self.services[key] = service
            self.server.offer(offer)

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

    def _interrupt_page(self) -> bytearray | None:
        """The page that the child named for signals, to change; None if it named none of its own."""
        if not self.server.interrupt_page:
            return None
        hypervisor = self.root.hypervisor
        spa = hypervisor.partitions[self.partition].translate(self.server.interrupt_page // PAGE_SIZE)
        return None if spa is None else hypervisor.memory.page_for_write(spa)

    def _wake(self, relid: int) -> None:
        self.after(self.platform.timing.service_wake, BusLink.on_wake, relid)

    @handler
    def on_wake(self, relid: int) -> int | None:
        """The service's thread runs: read what is in the ring."""
        channel = self.server.channels.get(relid)
        if channel is not None and channel.state == server.OPEN:
            self._drain(relid)
        return None

    def _machine_page(self, page: int) -> int:
        spa = self.root.hypervisor.partitions[self.partition].translate(page)
        if spa is None:
            raise LookupError(f"{self.vm} has no page {page:#x}")
        return spa

    # -- the control plane's effects -------------------------------------------------------------

    def _apply(self, effects: list[server.Effect]) -> None:
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
        self.world.because(seq, self.root.hypercalls.post, self.partition << 8 | MESSAGE_PORT, message)
        if kind.name == "OFFER_CHANNEL":
            offer = self.server.channels[fields["channel_id"]].offer
            self._note_channel(fields["channel_id"], offer.key, "offered")
            self._connect_channel(fields["channel_id"])

    def _connect_channel(self, relid: int) -> None:
        """From 1.1 on each channel has a connection of its own for the child's signals.

        It belongs to the relid and stays for the partition's life: a new contact or a new
        offer under the same number finds it there.
        """
        connection = self.server.connection_id(relid)
        if not connection or (self.partition, relid) in self.root.flag_owners.values():
            return
        port = self.partition << 16 | relid
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
            service = self.services.get(channel.offer.key)
            if service is not None:
                serve_integration(self, relid, service.opened())

    def _close(self, relid: int) -> None:
        """The service behind a channel lets go of it and is as new; the channel itself may be forgotten already."""
        self._ends.pop(relid, None)
        self.unsent.pop(relid, None)
        for request in [request for request in self.requests if request[0] == relid]:
            del self.requests[request]
        key, _ = self.opened.pop(relid, ("", 0))
        if key in self.storage:
            old = self.storage[key]
            self.storage[key] = StorVsp(old.versions, old.disks, old.single)
        if key in self.services:
            self.services[key].state = ic.NEGOTIATING
        if key:
            self._note_channel(relid, key, "closed")
        self._apply(self.server.close_complete(relid))

    def partition_gone(self) -> None:
        """The child is being taken away: nothing touches its pages from here on."""
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
            found = self._ends[relid] = Endpoint(incoming, outgoing)
        return found

    # -- rings --------------------------------------------------------------------------------

    def _drain(self, relid: int) -> None:
        key = self.server.channels[relid].offer.key
        try:
            for packet, wanted in self.end(relid).receive():
                self._packet(relid, key, packet)
                if relid not in self._ends:
                    return
                if wanted:
                    self._signal(relid)
        except (RingCorrupt, packets.BadPacket) as error:
            self.stop_channel(relid, str(error))
            return
        self._flush(relid)

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

    def _packet(self, relid: int, key: str, packet: packets.Packet) -> None:
        storage = self.storage.get(key)
        if storage is not None:
            if packet.kind not in (packets.IN_BAND, packets.GPA_DIRECT) or not packet.flags:
                raise packets.BadPacket("not transactional")
            area: Area = packet.ranges[0] if packet.ranges else (0, 0, ())
            self.requests[relid, packet.transaction] = area
            serve_storage(self, relid, key, storage.packet(packet.transaction, packet.payload, area[0]))
            return
        service = self.services.get(key)
        if service is not None and packet.kind == packets.IN_BAND:
            serve_integration(self, relid, service.received(packet.payload))

    def send(self, relid: int, packet: bytes) -> None:
        self.unsent.setdefault(relid, []).append(packet)
        self._flush(relid)

    def _flush(self, relid: int) -> None:
        waiting = self.unsent.get(relid, [])
        key = self.server.channels[relid].offer.key
        source = "storvsp" if key in self.storage else f"vmwp/{self.vm}"
        target = "storvsc" if key in self.storage else "ic"
        try:
            for sent in self.end(relid).send(waiting):
                seq = self.world.emit(
                    "ring.packet",
                    f"{self.host}/root/{source}",
                    f"{self.child}/{target}",
                    self.partition,
                    None,
                    relid,
                    messages.HOST_TO_GUEST,
                    packets.PACKET_NAMES[sent.packet.kind],
                    sent.packet.transaction,
                    sent.offset,
                    sent.signal,
                    sent.data,
                )
                if sent.signal:
                    self.world.because(seq, self._signal, relid)
        except RingCorrupt as error:
            self.stop_channel(relid, str(error))

    def _signal(self, relid: int) -> None:
        calls = self.root.hypercalls
        connection = self.partition << 8 | EVENT_PORT
        if signals.host_signals_through_page(self.server.version):
            page = self._interrupt_page()
            if page is not None:
                signals.set_bit(page, 0, relid)
            calls.signal(connection, 0)
        else:
            calls.signal(connection, relid)

    def disk_done(self, token: object, status: str, data: bytes) -> None:
        """The host's disk has ended a request of storvsp; one of an earlier opening or partition concerns nobody."""
        assert isinstance(token, tuple)
        key, transaction, partition, opening = token
        relid = self.relid_of(key)
        present = partition == self.partition and self.opened.get(relid) == (key, opening)
        if present and (relid, transaction) in self.requests:
            serve_storage(self, relid, key, self.storage[key].moved(transaction, status, data))

    # -- integration components ---------------------------------------------------------------

    def start_beating(self, relid: int) -> None:
        """The guest's heartbeat service is there: ask it from now on."""
        self.beats += 1
        self.after(0, BusLink.on_beat, (relid, self.beats))

    @handler
    def on_beat(self, payload: tuple[int, int]) -> int | None:
        """Every two seconds, while the channel is open."""
        relid, beats = payload
        if beats != self.beats or self.opened.get(relid, ("", 0))[0] != "heartbeat":
            return None
        serve_integration(self, relid, self.services["heartbeat"].beat())
        return HEARTBEAT_INTERVAL

    def relid_of(self, key: str) -> int:
        """The open channel of an offer, 0 if it has none."""
        for channel in self.server.channels.values():
            if channel.offer.key == key and channel.state == server.OPEN:
                return channel.relid
        return 0

    def ready(self, key: str) -> bool:
        """Whether an integration service has agreed with its guest."""
        service = self.services.get(key)
        return service is not None and service.state == ic.READY and self.relid_of(key) != 0

    def ask_shutdown(self, force: bool) -> None:
        """Ask the guest to shut down; `ready("shutdown")` must hold."""
        note_service(self, "shutdown", "asked", "")
        serve_integration(self, self.relid_of("shutdown"), self.services["shutdown"].shut_down(force))


_PIPE = messages.PIPE_MESSAGE_MODE.to_bytes(4, "little")
