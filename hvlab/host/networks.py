"""The host's virtual switches, its network adapters, and the host's own stations on them.

An external switch owns one physical adapter; the host, if it is allowed to share
it, moves its address to a virtual adapter of its own on the switch. An internal
switch has the host's virtual adapter and no cable, a private one has neither.
Every frame passes a switch's port, and each decision is an event.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Protocol, cast

from hvlab import catalog
from hvlab.catalog import Platform
from hvlab.host.machine import NetworkAdapter, Refusal, VirtualMachine
from hvlab.host.server import server_of
from hvlab.kernel import Component, handler
from hvlab.network.addresses import POOL_SIZE, mac_text, pool_address
from hvlab.network.segment import PhysicalNetwork, note_frame
from hvlab.network.station import NO_ADDRESS, Answered, Effect, Station, Transmit, automatic_address, way_to
from hvlab.network.switch import ACCESS, TRUNK, UNTAGGED, Port, Switch
from hvlab.network.talk import TIMEOUT, Asked, Talk

EXTERNAL, INTERNAL, PRIVATE = "External", "Internal", "Private"
LAN = "network/lan"
UPLINK, MANAGEMENT = "uplink", "host"
"""Names of a switch's own ports; a machine's ports are called MACHINE/net:0."""


class MachineEnd(Protocol):
    """What serves a machine's adapters in the root: the bus link for synthetic, the worker for legacy ones."""

    def adapter_frame(self, key: str, data: bytes) -> None:
        """A frame for the guest."""

    def adapter_cable(self, key: str, linked: bool) -> None:
        """The adapter was connected or disconnected."""


class Machines(Protocol):
    """The management service, as far as it is asked here."""

    machines: dict[str, VirtualMachine]


@dataclass
class PhysicalNic:
    """A physical adapter: the segment's port behind its cable, and the external switch that owns it, if any."""

    name: str
    description: str
    mac: bytes
    port: int
    wireless: bool
    switch: str = ""


@dataclass
class MadePort:
    """A switch's port that was made by itself: its name, its title, and what is at its end.

    `end`: an adapter's identifier, UPLINK, MANAGEMENT, or empty while nothing is there.
    """

    name: str
    title: str
    end: str = ""


@dataclass
class VirtualSwitch:
    """One virtual network."""

    name: str
    kind: str
    identifier: str
    nic: str = ""
    management: bool = False
    notes: str = ""
    switch: Switch = field(default_factory=Switch)
    made: list[MadePort] = field(default_factory=list)
    """Ports that were made before anything was connected to them, as WMI does."""


class VirtualNetworks(Component):
    """Virtual switch management and the switches themselves, on one host."""

    STATE = ("host", "platform_id", "pool", "nics", "switches", "stations", "parked", "talk", "loose")

    def __init__(self, host: str, platform: Platform, pool: tuple[int, int]) -> None:
        self.host = host
        self.platform_id = platform.id
        self.pool = pool
        """The bytes of the pool's addresses that tell hosts apart."""
        self.nics: list[PhysicalNic] = []
        self.switches: dict[str, VirtualSwitch] = {}
        """By case-folded name."""
        self.stations: dict[str, Station] = {}
        """The host's own addresses: nic:NAME on a physical adapter, switch:NAME on a virtual one."""
        self.parked: dict[str, Station] = {}
        """The host's address on a physical adapter that an external switch owns and does not share, by adapter."""
        self.talk = Talk()
        self.loose: dict[str, str] = {}
        """Virtual adapters of the host that are on no switch yet, as WMI makes them: title by name."""

    @property
    def platform(self) -> Platform:
        """The virtualization platform."""
        return catalog.platform(self.platform_id)

    def outcome(self) -> list[object]:
        """Adapters with their cables, switches, and the host's own addresses."""
        cables = self.segment.switch.ports
        return [
            [[nic.name, nic.switch, cables[nic.port].linked] for nic in self.nics],
            [
                [one.name, one.kind, one.nic, one.management, one.notes]
                for _, one in sorted(self.switches.items())
            ],
            # Where there is no network that hands one out, an address follows from the adapter's own.
            [
                [key, one.gateway, "" if one.address.startswith("169.254.") else [one.address, one.prefix]]
                for key, one in sorted(self.stations.items())
            ],
        ]

    @property
    def segment(self) -> PhysicalNetwork:
        """The physical network."""
        return self.world.get(LAN, PhysicalNetwork)

    # -- physical adapters ------------------------------------------------------------------------

    def add_nic(self, nic: catalog.Nic, mac: bytes) -> None:
        """The host has a physical adapter, with its cable in the segment."""
        port = self.segment.plug_host(f"{self.host}/{nic.name}", self.name)
        self.nics.append(PhysicalNic(nic.name, nic.description, mac, port, nic.wireless))
        if nic.wireless:
            self.segment.switch.link(port, False)  # there is no cable at a wireless adapter
        station = self.stations[f"nic:{nic.name}"] = Station(nic.name, mac)
        if nic.address:
            station.configure(nic.address, nic.prefix, nic.gateway)

    def lose_links(self) -> None:
        """The host resets: its links go down for a moment, and the network forgets what it saw behind them."""
        for nic in self.nics:
            self.segment.switch.forget(nic.port)

    def nic(self, name: str) -> PhysicalNic:
        """The physical adapter of that name or description, in any case. Refusal."""
        for nic in self.nics:
            if name.casefold() in (nic.name.casefold(), nic.description.casefold()):
                return nic
        raise Refusal("no-such-nic", name=name)

    def free_nic(self, name: str) -> PhysicalNic:
        """The physical adapter of that name, which a switch can have. Refusal."""
        adapter = self.nic(name)
        if adapter.wireless:
            raise Refusal("wireless-nic", name=adapter.name)
        if adapter.switch:
            raise Refusal("nic-in-use", name=adapter.name, switch=adapter.switch)
        return adapter

    # -- switches ---------------------------------------------------------------------------------

    def find(self, name: str) -> VirtualSwitch | None:
        """The switch of that name, in any case."""
        return self.switches.get(name.casefold())

    def named(self, name: str) -> VirtualSwitch:
        """The switch of that name. Refusal."""
        found = self.find(name)
        if found is None:
            raise Refusal("no-such-switch", name=name)
        return found

    def create(
        self, name: str, kind: str, nic: str = "", management: bool = True, notes: str = ""
    ) -> VirtualSwitch:
        """Make a switch. Refusal for a name in use, and for an adapter that cannot be bound."""
        server_of(self.world, self.host).check_role()
        if not name.strip() or len(name) > 100 or any(ord(c) < 32 or c in "/\\" for c in name):
            raise Refusal("bad-switch-name", name=name)
        if self.find(name) is not None:
            raise Refusal("switch-name-taken", name=name)
        adapter = self.free_nic(nic) if kind == EXTERNAL else None
        stream = self.world.stream(f"{self.name}/ids")
        identifier = str(uuid.UUID(bytes=stream.uuid_bytes()))
        made = self.switches[name.casefold()] = VirtualSwitch(name, kind, identifier, notes=notes)
        self._note("switch created", name, kind)
        if adapter is not None:
            self._bind(made, adapter)
        self.set_management(made, kind == INTERNAL or (kind == EXTERNAL and management))
        return made

    def make_external(self, switch: VirtualSwitch, nic: str, management: bool) -> None:
        """Bind a physical adapter to a private switch; the host shares it if `management`. Refusal."""
        if switch.kind != PRIVATE:
            raise Refusal("switch-name-taken", name=switch.name)
        adapter = self.free_nic(nic)
        switch.kind = EXTERNAL
        self._bind(switch, adapter)
        self.set_management(switch, management)

    def make_internal(self, switch: VirtualSwitch) -> None:
        """Put a virtual adapter of the host on a private switch. Refusal."""
        if switch.kind != PRIVATE:
            raise Refusal("switch-name-taken", name=switch.name)
        switch.kind = INTERNAL
        self.set_management(switch, True)

    def new_identifier(self) -> str:
        """A name for something of the network that nobody has named."""
        return str(uuid.UUID(bytes=self.world.stream(f"{self.name}/ids").uuid_bytes()))

    def _bind(self, switch: VirtualSwitch, nic: PhysicalNic) -> None:
        switch.nic, nic.switch = nic.name, switch.name
        self._park(nic, f"nic:{nic.name}")
        uplink = switch.switch.plug(UPLINK, spoofing=True)
        uplink.mode = TRUNK
        uplink.linked = self.segment.switch.ports[nic.port].linked
        self._note("adapter bound", switch.name, nic.name)

    def set_management(self, switch: VirtualSwitch, wanted: bool) -> None:
        """Give the host a virtual adapter on a switch, or take it away."""
        if wanted == switch.management:
            return
        switch.management = wanted
        key = f"switch:{switch.name}"
        if not wanted:
            port = switch.switch.named(MANAGEMENT)
            assert port is not None
            switch.switch.unplug(port.number)
            self._park(self.nic(switch.nic), key)
            return
        if switch.nic:
            station = self.parked.pop(switch.nic)
        else:
            station = Station(f"host on {switch.name}", self._fresh_address())
            station.configure(*automatic_address(station.mac))
        self.stations[key] = station
        switch.switch.plug(MANAGEMENT, station.mac)

    def _park(self, nic: PhysicalNic, key: str) -> None:
        """The host is not to be reached by this adapter for now; it keeps what it is set to."""
        self.parked[nic.name] = self._drop_station(key)

    def _drop_station(self, key: str) -> Station:
        station = self.stations.pop(key)
        for tag in list(station.questions):
            self._serve(key, station.give_up(tag))
        station.neighbours, station.sought = {}, {}
        return station

    def remove(self, name: str) -> None:
        """Take a switch away: machines connected to it are left without a network."""
        switch = self.named(name)
        for machine in self._machines():
            for adapter in machine.adapters:
                if adapter.switch.casefold() == switch.name.casefold():
                    self.disconnect(machine, adapter)
        station = self._drop_station(f"switch:{switch.name}") if switch.management else None
        if switch.nic:
            nic = self.nic(switch.nic)
            nic.switch = ""
            self.stations[f"nic:{nic.name}"] = station or self.parked.pop(nic.name)
        del self.switches[switch.name.casefold()]
        self._note("switch removed", switch.name, "")

    def _note(self, action: str, thing: str, detail: str) -> None:
        self.world.emit("net.change", self.name, self.name, None, None, None, action, thing, detail)

    # -- machines' adapters -----------------------------------------------------------------------

    def _machines(self) -> list[VirtualMachine]:
        vmms = cast(Machines, self.world.get(f"{self.host}/root/vmms", Component))
        return list(vmms.machines.values())

    def _fresh_address(self) -> bytes:
        used = [adapter.mac for machine in self._machines() for adapter in machine.adapters]
        used += [station.mac for station in self.stations.values()]
        mac = pool_address(self.pool, used)
        if mac is None:
            raise Refusal("mac-pool-empty", limit=POOL_SIZE)
        return mac

    def add_adapter(
        self, machine: VirtualMachine, name: str, legacy: bool, mac: bytes = b"", switch: str = ""
    ) -> NetworkAdapter:
        """Give a machine that is off a network adapter. Refusal at the platform's limit."""
        self._must_be_off(machine)
        if switch:
            switch = self.named(switch).name
        key = "legacy_adapters" if legacy else "synthetic_adapters"
        limit = self.platform.limits[key]
        if sum(adapter.legacy == legacy for adapter in machine.adapters) >= limit.value:
            more = {} if limit.handout is None else {"handout": limit.handout}
            raise Refusal(f"limit-{key.replace('_', '-')}", name=machine.name, limit=limit.value, **more)
        number = 0
        while any(adapter.number == number for adapter in machine.adapters):
            number += 1
        stream = self.world.stream(f"{self.name}/ids")
        identifier = str(uuid.UUID(bytes=stream.uuid_bytes()))
        adapter = NetworkAdapter(number, name, identifier, legacy, mac, bool(mac), switch)
        machine.adapters.append(adapter)
        return adapter

    def add_first_adapter(self, machine: VirtualMachine, switch: str) -> None:
        """A new machine's own adapter, connected only if a switch is named; none where the platform has none."""
        if switch or self.platform.limits["synthetic_adapters"].value:
            self.add_adapter(machine, "Network Adapter", False, switch=switch)

    def remove_adapter(self, machine: VirtualMachine, adapter: NetworkAdapter) -> None:
        """Take an adapter out of a machine that is off."""
        self._must_be_off(machine)
        machine.adapters.remove(adapter)

    def _must_be_off(self, machine: VirtualMachine) -> None:
        if machine.state != "Off":
            raise Refusal("wrong-state", name=machine.name, state=machine.state, wanted="Off")

    def set_address(self, machine: VirtualMachine, adapter: NetworkAdapter, mac: bytes) -> None:
        """Give an adapter of a machine that is off a static address; none: a dynamic one, at the next start."""
        self._must_be_off(machine)
        adapter.mac, adapter.static = mac, bool(mac)

    def set_spoofing(self, machine: VirtualMachine, adapter: NetworkAdapter, wanted: bool) -> None:
        """Let an adapter send from foreign addresses, or not; at once if the machine runs."""
        if not self.platform.mac_spoofing_setting:
            raise Refusal("no-spoofing-setting", name=machine.name)
        adapter.spoofing = wanted
        found = self.port_of(machine, adapter)
        if found is not None:
            found[1].spoofing = wanted

    def set_vlan(
        self,
        machine: VirtualMachine,
        adapter: NetworkAdapter,
        mode: str,
        vlan: int = 0,
        allowed: tuple[int, ...] | None = None,
    ) -> None:
        """Say which VLANs an adapter carries; at once if the machine runs."""
        adapter.mode, adapter.vlan, adapter.allowed = mode, vlan, allowed
        found = self.port_of(machine, adapter)
        if found is not None:
            _apply_vlan(found[1], adapter)
            found[0].switch.forget(found[1].number)
        self._note("vlan", f"{machine.name}/{adapter.key}", f"{mode} {vlan}" if mode == ACCESS else mode)

    def connect(self, machine: VirtualMachine, adapter: NetworkAdapter, switch: str) -> None:
        """Connect an adapter to a switch; at once if the machine runs."""
        target = self.named(switch)
        self.disconnect(machine, adapter)
        adapter.switch = target.name
        self._note("connected", f"{machine.name}/{adapter.key}", target.name)
        if machine.partition:
            self._plug(machine, adapter)
            self._tell(machine, adapter)

    def disconnect(self, machine: VirtualMachine, adapter: NetworkAdapter) -> None:
        """Take an adapter from its switch."""
        if not adapter.switch:
            return
        self._unplug(machine, adapter)
        self._note("disconnected", f"{machine.name}/{adapter.key}", adapter.switch)
        adapter.switch = ""
        if machine.partition:
            self._tell(machine, adapter)

    def cable(self, machine: VirtualMachine, adapter: NetworkAdapter, linked: bool) -> None:
        """Pull an adapter's virtual cable, or put it in: the settings stay as they are."""
        if adapter.cable == linked:
            return
        adapter.cable = linked
        self._note("cable in" if linked else "cable pulled", f"{machine.name}/{adapter.key}", adapter.switch)
        found = self.port_of(machine, adapter)
        if found is not None:
            found[0].switch.link(found[1].number, linked)
            self._tell(machine, adapter)

    def cable_nic(self, name: str, linked: bool) -> None:
        """Pull the cable of a physical adapter, or put it in."""
        nic = self.nic(name)
        if self.segment.switch.ports[nic.port].linked == linked:
            return
        self.segment.cable(nic.port, linked)
        if nic.switch:
            switch = self.named(nic.switch).switch
            uplink = switch.named(UPLINK)
            assert uplink is not None
            switch.link(uplink.number, linked)

    def _tell(self, machine: VirtualMachine, adapter: NetworkAdapter) -> None:
        end = self._end(machine.name, adapter.key)
        if end is not None:
            end.adapter_cable(adapter.key, bool(adapter.switch) and adapter.cable)

    # -- ports of running machines ----------------------------------------------------------------

    def power_on(self, machine: VirtualMachine) -> None:
        """A machine starts: its adapters get their addresses and ports. Refusal if the pool is empty."""
        for adapter in machine.adapters:
            if not adapter.mac:
                adapter.mac = self._fresh_address()
                self._note("address", f"{machine.name}/{adapter.key}", mac_text(adapter.mac))
            self._plug(machine, adapter)

    def power_off(self, machine: VirtualMachine) -> None:
        """A machine is off: its ports are gone."""
        for adapter in machine.adapters:
            self._unplug(machine, adapter)

    def port_of(self, machine: VirtualMachine, adapter: NetworkAdapter) -> tuple[VirtualSwitch, Port] | None:
        """Where an adapter is plugged in now."""
        switch = self.find(adapter.switch) if adapter.switch else None
        port = switch.switch.named(f"{machine.name}/{adapter.key}") if switch else None
        return (switch, port) if switch and port else None

    def _plug(self, machine: VirtualMachine, adapter: NetworkAdapter) -> None:
        switch = self.find(adapter.switch) if adapter.switch else None
        if switch is None or self.port_of(machine, adapter):
            return
        # On Windows Server 2008 an adapter whose address was set by hand may send from others as well; a
        # dynamic one may not (the condition of load balancing in unicast mode). A setting for that came with R2.
        spoofing = adapter.spoofing if self.platform.mac_spoofing_setting else adapter.static
        port = switch.switch.plug(f"{machine.name}/{adapter.key}", adapter.mac, spoofing)
        port.linked = adapter.cable
        _apply_vlan(port, adapter)

    def _unplug(self, machine: VirtualMachine, adapter: NetworkAdapter) -> None:
        found = self.port_of(machine, adapter)
        if found is not None:
            found[0].switch.unplug(found[1].number)

    # -- frames -----------------------------------------------------------------------------------

    def from_machine(self, vm: str, key: str, data: bytes) -> None:
        """A guest has sent a frame; an adapter that is connected to nothing sends it nowhere."""
        name = f"{vm}/{key}"
        for switch in self.switches.values():
            if switch.switch.named(name) is not None:
                self._forward(switch, name, data)
                return

    def wire_frame(self, port: int, data: bytes) -> None:
        """A frame has come over a physical adapter's cable."""
        nic = next(nic for nic in self.nics if nic.port == port)
        if nic.switch:
            self._forward(self.named(nic.switch), UPLINK, data)
        else:
            key = f"nic:{nic.name}"
            self._serve(key, self.stations[key].frame(data, self.world.now))

    def _forward(self, switch: VirtualSwitch, port_name: str, data: bytes) -> None:
        port = switch.switch.named(port_name)
        if port is None:
            return
        decision = switch.switch.forward(port.number, data, self.world.now)
        names = [switch.switch.ports[number].name for number, _ in decision.out]
        source = self._sender(port_name)
        seq = note_frame(self, source, f"{self.name}/{switch.name}", port_name, names, decision, data)
        if decision.out:
            delay = self.platform.timing.switch_forward
            out = tuple((names[place], each[1]) for place, each in enumerate(decision.out))
            payload = (switch.name.casefold(), out)
            self.world.because(seq, self.after, delay, VirtualNetworks.on_forwarded, payload)

    def _sender(self, port_name: str) -> str:
        """Who brings frames to a port, for the trace."""
        vm, _, key = port_name.partition("/")
        if not key:
            return self.name
        return f"{self.host}/root/" + (f"vmwp/{vm}" if key.startswith("legacy") else "netvsp")

    @handler
    def on_forwarded(self, payload: tuple[str, tuple[tuple[str, bytes], ...]]) -> int | None:
        """A frame leaves a switch at these ports, if they are still there."""
        folded, out = payload
        for name, data in out:
            switch = self.switches.get(folded)
            port = switch.switch.named(name) if switch is not None else None
            if switch is None or port is None or not port.linked:
                continue
            if name == UPLINK:
                self.segment.send(self.nic(switch.nic).port, data)
            elif name == MANAGEMENT:
                key = f"switch:{switch.name}"
                self._serve(key, self.stations[key].frame(data, self.world.now))
            else:
                vm, _, adapter = name.partition("/")
                end = self._end(vm, adapter)
                if end is not None:
                    end.adapter_frame(adapter, data)
        return None

    def _end(self, vm: str, key: str) -> MachineEnd | None:
        kind = "vmwp" if key.startswith("legacy") else "vmbus"
        name = f"{self.host}/root/{kind}/{vm}"
        return cast(MachineEnd, self.world.get(name, Component)) if self.world.has(name) else None

    # -- the host itself as a station -------------------------------------------------------------

    def ask(self, operation: str, target: str) -> Asked:
        """The host pings a station, or asks its service as a client."""
        key = way_to(target, list(self.stations.items()))
        station = self.stations.get(key)
        asked = self.talk.begin(operation, key, target, self.world.now)
        if station is None:
            self.talk.end(Answered(asked.tag, NO_ADDRESS), self.world.now)
            return asked
        act = station.ping if operation == "ping" else station.request
        self._serve(key, act(asked.tag, target, self.world.now))
        self.after(TIMEOUT, VirtualNetworks.on_give_up, (key, asked.tag, asked.started))
        return asked

    @handler
    def on_give_up(self, payload: tuple[str, int, int]) -> int | None:
        """The time for an answer is over."""
        key, tag, started = payload
        station, asked = self.stations.get(key), self.talk.asked.get(tag)
        if asked is None or asked.started != started or asked.finished:
            return None
        self._serve(key, station.give_up(tag) if station else [Answered(tag, NO_ADDRESS)])
        return None

    def _serve(self, key: str, effects: list[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, Transmit):
                self._transmit(key, effect.data)
            else:
                self.talk.end(effect, self.world.now)

    def _transmit(self, key: str, data: bytes) -> None:
        kind, _, name = key.partition(":")
        if kind == "nic":
            self.segment.send(self.nic(name).port, data)
        else:
            self._forward(self.named(name), MANAGEMENT, data)


def _apply_vlan(port: Port, adapter: NetworkAdapter) -> None:
    port.mode, port.allowed = adapter.mode, adapter.allowed
    port.vlan = 0 if adapter.mode == UNTAGGED else adapter.vlan
