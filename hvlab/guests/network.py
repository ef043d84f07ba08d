"""A guest's network: an IP station on each adapter that has a driver, and what the guest asks others.

It lives beside its guest as a component of its own, because its timers run
whatever the guest's program does. Frames go through the adapter's driver only.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from hvlab.guests import legacy, network_record, programs
from hvlab.guests.network_record import Setting
from hvlab.guests.programs import BOOT_SECTOR_GPA, NETWORK_RECORD_GPA
from hvlab.guests.system_record import partition_start
from hvlab.kernel import Component, handler
from hvlab.network.nlb import HEARTBEAT, Cluster
from hvlab.network.station import (
    NO_ADDRESS,
    NO_CABLE,
    Answered,
    Effect,
    Station,
    Transmit,
    automatic_address,
    way_to,
)
from hvlab.network.talk import TIMEOUT, Asked, Talk

if TYPE_CHECKING:
    from hvlab.guests.drivers.network import NetworkDriver
    from hvlab.guests.guest import GuestSystem


KEEPER = "network settings"
"""The thread that writes them to the disk."""


@dataclass
class Adapter:
    """An adapter that works: its driver's name and channel (0: a legacy adapter), and its station."""

    key: str
    name: str
    relid: int
    station: Station
    device: bytes
    """Which device it is, whatever its name and address: what its settings are kept under."""
    linked: bool = True
    beating: bool = False


class GuestNetwork(Component):
    """The network of one guest."""

    STATE = ("guest_name", "adapters", "talk")

    def __init__(self, guest_name: str) -> None:
        self.guest_name = guest_name
        self.adapters: dict[str, Adapter] = {}
        """By the driver's name, in the order in which they came."""
        self.talk = Talk()

    @property
    def guest(self) -> GuestSystem:
        """Whose network it is."""
        return cast("GuestSystem", self.world.get(self.guest_name, Component))

    def _note(
        self, adapter: str, action: str, detail: str, outcome: str = "", round_trip: int | None = None
    ) -> int:
        guest = self.guest
        return self.world.emit(
            "guest.network",
            guest.name,
            guest.name,
            guest.partition,
            0,
            None,
            adapter,
            action,
            detail,
            outcome,
            round_trip,
        )

    # -- adapters ---------------------------------------------------------------------------------

    def adapter_ready(self, key: str, relid: int, mac: bytes, device: bytes) -> None:
        """A driver has its adapter at work: it gets its settings, or takes an address by itself.

        `device` are 16 bytes that name the device, the same at each start.
        """
        number = len(self.adapters) + 1
        name = "Local Area Connection" + (f" {number}" if number > 1 else "")
        station = Station(self.guest.vm, mac)
        adapter = self.adapters[key] = Adapter(key, name, relid, station, device)
        known = self._setting(device)
        if known.address:
            station.configure(known.address, known.prefix, known.gateway)
        else:
            station.configure(*automatic_address(mac))
        self._note(name, "address", f"{station.address}/{station.prefix}")
        if known.cluster:
            self._join(adapter, Cluster(known.cluster, known.mode, known.member))

    def adapter_lost(self, key: str) -> None:
        """An adapter is gone, with what was asked through it."""
        adapter = self.adapters.pop(key, None)
        if adapter is None:
            return
        for tag in list(adapter.station.questions):
            self._serve(adapter, adapter.station.give_up(tag))
        self._note(adapter.name, "lost", "")

    def cable(self, key: str, linked: bool) -> None:
        """The adapter says that its cable is in or out."""
        adapter = self.adapters.get(key)
        if adapter is not None and adapter.linked != linked:
            adapter.linked = linked
            self._note(adapter.name, "cable in" if linked else "cable out", "")

    def announce(self) -> None:
        """The machine is at another place of the network: switches learn where from these frames."""
        for adapter in self.adapters.values():
            self._serve(adapter, adapter.station.announce())

    def configure(self, adapter: Adapter, address: str, prefix: int, gateway: str) -> None:
        """Give an adapter its address. BadAddress."""
        adapter.station.configure(address, prefix, gateway)
        self._note(adapter.name, "address", f"{address}/{prefix}")
        known = self._setting(adapter.device)
        self._keep(replace(known, address=address, prefix=prefix, gateway=gateway))

    def join(self, adapter: Adapter, cluster: Cluster | None) -> None:
        """Become a member of a load balancing cluster, or leave it."""
        self._join(adapter, cluster)
        known = self._setting(adapter.device)
        if cluster is None:
            self._keep(replace(known, cluster="", mode="", member=0))
        else:
            self._keep(replace(known, cluster=cluster.address, mode=cluster.mode, member=cluster.member))

    def _settings(self) -> list[Setting]:
        """What the loader has read from the system disk, and what has been changed since."""
        return network_record.read(self.guest.read(NETWORK_RECORD_GPA, network_record.SECTOR))

    def _setting(self, device: bytes) -> Setting:
        """A device's settings; empty ones for a device that was never given any."""
        return next((one for one in self._settings() if one.device == device), Setting(device))

    def _keep(self, setting: Setting) -> None:
        """Change a device's settings, and let a thread write them to the system disk."""
        guest = self.guest
        settings = network_record.changed(self._settings(), setting)
        guest.write(NETWORK_RECORD_GPA, network_record.pack(settings))
        start = partition_start(guest.read(BOOT_SECTOR_GPA, network_record.SECTOR))
        assert start is not None  # it has booted from there
        guest.spawn(KEEPER, programs.keep_network(start + network_record.PLACE))

    @property
    def keeping(self) -> bool:
        """Whether settings are still on their way to the disk."""
        return any(thread.name == KEEPER for thread in self.guest.threads.values())

    def _join(self, adapter: Adapter, cluster: Cluster | None) -> None:
        adapter.station.cluster = cluster
        adapter.station.served = 0
        detail = "" if cluster is None else f"{cluster.address} {cluster.mode} {cluster.member}"
        self._note(adapter.name, "cluster" if cluster else "cluster left", detail)
        if cluster is not None and not adapter.beating:
            adapter.beating = True
            self.after(0, GuestNetwork.on_beat, adapter.key)

    @handler
    def on_beat(self, key: str) -> int | None:
        """Once a second a member says that it lives."""
        adapter = self.adapters.get(key)
        if adapter is None or adapter.station.cluster is None:
            if adapter is not None:
                adapter.beating = False
            return None
        self._transmit(adapter, adapter.station.cluster.beat(adapter.station.mac))
        return HEARTBEAT

    # -- frames -----------------------------------------------------------------------------------

    def received(self, key: str, data: bytes) -> None:
        """A driver has a frame."""
        adapter = self.adapters.get(key)
        if adapter is not None:
            self._serve(adapter, adapter.station.frame(data, self.world.now))

    def _serve(self, adapter: Adapter, effects: list[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, Transmit):
                self._transmit(adapter, effect.data)
            else:
                self._ended(adapter.name, effect)

    def _transmit(self, adapter: Adapter, data: bytes) -> None:
        guest = self.guest
        if not adapter.relid:
            legacy.transmit(guest, int(adapter.key.partition(":")[2]), data)
            return
        driver = guest.bus.state.drivers.get(adapter.relid)
        if driver is not None:
            cast("NetworkDriver", driver).transmit(guest, adapter.relid, data)

    def _ended(self, adapter: str, answer: Answered) -> None:
        asked = self.talk.end(answer, self.world.now)
        if asked is not None:
            taken = asked.finished - asked.started
            self._note(adapter, asked.operation, asked.target, asked.outcome, taken)

    # -- sending without an answer ----------------------------------------------------------------

    def send_datagram(self, key: str, target: str, size: int) -> bool:
        """Send bytes to another's discard service; False if the adapter is gone or knows no way there."""
        adapter = self.adapters.get(key)
        effects = adapter.station.discard(target, size) if adapter is not None and adapter.linked else []
        if adapter is not None:
            self._serve(adapter, effects)
        return bool(effects)

    def backlog(self, key: str) -> bool:
        """Whether the adapter has frames that it could not hand over yet."""
        adapter = self.adapters.get(key)
        if adapter is None:
            return False
        if not adapter.relid:
            return bool(self._legacy(adapter).waiting)
        return bool(self._driver(adapter).netvsc.waiting)

    def sending(self, key: str) -> bool:
        """Whether anything of a frame is still to be done, be it that its buffer is not free again."""
        adapter = self.adapters.get(key)
        if adapter is None:
            return False
        if not adapter.relid:
            return legacy.sending(self.guest, self._legacy(adapter))
        return bool(self._driver(adapter).netvsc.busy)

    def _legacy(self, adapter: Adapter) -> legacy.LegacyDriver:
        return self.guest.legacy[int(adapter.key.partition(":")[2])]

    def _driver(self, adapter: Adapter) -> NetworkDriver:
        return cast("NetworkDriver", self.guest.bus.state.drivers[adapter.relid])

    # -- asking others ----------------------------------------------------------------------------

    def ask(self, operation: str, target: str, over: str = "") -> Asked:
        """Ping a station, or ask its service as a client; the book (`talk`) tells how it ended.

        `over` is the key of the adapter to use; without it, the one that leads there.
        """
        linked = [(key, adapter.station) for key, adapter in self.adapters.items() if adapter.linked]
        key = way_to(target, [one for one in linked if over in ("", one[0])])
        asked = self.talk.begin(operation, key, target, self.world.now)
        adapter = self.adapters.get(key)
        if adapter is None:
            self._ended("", Answered(asked.tag, NO_CABLE if self.adapters else NO_ADDRESS))
            return asked
        act = adapter.station.ping if operation == "ping" else adapter.station.request
        self._serve(adapter, act(asked.tag, target, self.world.now))
        if not asked.finished:
            self.after(TIMEOUT, GuestNetwork.on_give_up, (key, asked.tag, asked.started))
        return asked

    @handler
    def on_give_up(self, payload: tuple[str, int, int]) -> int | None:
        """The time for an answer is over."""
        key, tag, started = payload
        asked, adapter = self.talk.asked.get(tag), self.adapters.get(key)
        if asked is not None and asked.started == started and not asked.finished and adapter is not None:
            self._serve(adapter, adapter.station.give_up(tag))
        return None
