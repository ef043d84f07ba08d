"""The lab's own network commands: guests' addresses, pings, the switches' tables, cables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.errors import CmdletError
from hvlab.console.hyperv.adapters import chosen
from hvlab.console.hyperv.machines import find_machines
from hvlab.console.hyperv.objects import vmms
from hvlab.console.hyperv.refusals import RefusalsTold, as_error
from hvlab.console.hyperv.switches import networks
from hvlab.console.lab import SECOND, Lab
from hvlab.console.objects import Column, ObjectType, TimeSpan
from hvlab.guests.network import Adapter, GuestNetwork
from hvlab.host.machine import Refusal, VirtualMachine
from hvlab.network.addresses import BadAddress, mac_text, read_ip
from hvlab.network.station import (
    NO_ADDRESS,
    NO_CABLE,
    NO_ROUTE,
    OK,
    PING_DATA,
    TIMED_OUT,
    UNREACHABLE,
    Station,
)
from hvlab.network.switch import Port, Switch
from hvlab.network.talk import PING, Asked

MODULE = "Lab"
HOST = "host"
"""What the host itself is called where a source or target is named."""
PHYSICAL = "physical"
PATIENCE = 5 * SECOND
"""How long a command waits for a guest that is still bringing its network up."""


def guest_network(lab: Lab, name: str) -> GuestNetwork | None:
    """The network of a machine's guest, if it runs."""
    path = f"{lab.host}/{name}/network"
    return lab.world.get(path, GuestNetwork) if lab.world.has(path) else None


def network_at_work(call: Call, machine: VirtualMachine) -> GuestNetwork | None:
    """A guest's network once it has an adapter at work, for which it gets a few seconds; None if it has none."""

    def found() -> GuestNetwork | None:
        network = guest_network(call.lab, machine.name)
        return network if network is not None and network.adapters else None

    if found() is None and machine.partition and machine.adapters:
        call.lab.wait(lambda: found() is not None, PATIENCE)
    return found()


def stations(lab: Lab) -> Iterator[tuple[str, Station]]:
    """All that have an address, by name: guests, the host, computers on the wire."""
    for machine in vmms(lab).machines.values():
        network = guest_network(lab, machine.name)
        for adapter in network.adapters.values() if network else ():
            yield machine.name, adapter.station
    for station in networks(lab).stations.values():
        if station.address:
            yield HOST, station
    for station in networks(lab).segment.stations.values():
        yield station.name, station


def ask(lab: Lab, source: str, operation: str, target: str) -> Asked | None:
    """Let the host or a guest ask; None if there is no such guest at work."""
    if source == HOST:
        return networks(lab).ask(operation, target)
    network = guest_network(lab, source)
    if network is not None:
        return network.ask(operation, target)
    wire = networks(lab).segment
    port = wire.port_of(source)
    return wire.ask(port, operation, target) if port is not None else None


def answer(lab: Lab, source: str, tag: int) -> Asked | None:
    """What has become of a question."""
    if source == HOST:
        return networks(lab).talk.asked.get(tag)
    network = guest_network(lab, source)
    if network is not None:
        return network.talk.asked.get(tag)
    wire = networks(lab).segment
    talk = wire.talks.get(wire.port_of(source) or 0)
    return talk.asked.get(tag) if talk is not None else None


def wait_for(call: Call, tags: list[tuple[str, int]]) -> None:
    """Let the world go on until all these questions have ended."""

    waiting = tags[::-1]

    def ended() -> bool:
        while waiting:
            asked = answer(call.lab, *waiting[-1])
            if asked is not None and not asked.finished:
                return False
            waiting.pop()  # what has ended once has ended
        return True

    call.lab.wait(ended)


def resolve(call: Call, name: str) -> str:
    """The address that a name or an address means. The lab looks names up by itself: there is no name service."""
    try:
        read_ip(name)
        return name
    except BadAddress:
        pass
    for known, station in stations(call.lab):
        if known.casefold() == name.casefold():
            return station.address
    if name.casefold() in ("localhost", call.lab.computer.casefold()):
        return resolve(call, HOST)
    raise CmdletError(
        f"Testing connection to computer '{name}' failed: No such host is known.",
        "TestConnectionException",
        "ResourceUnavailable",
        explain=("explain.no-such-station", {"name": name}),
    )


def source_name(call: Call, name: str | None) -> str:
    """Who asks: the host, a machine whose guest is at work, or a computer on the wire. CmdletError."""
    if name is None or name.casefold() in (HOST, "localhost", call.lab.computer.casefold()):
        return HOST
    machine = vmms(call.lab).find(name)
    if machine is None and networks(call.lab).segment.port_of(name) is not None:
        return name
    if machine is None:
        raise as_error(Refusal("no-such-vm", name=name))
    if network_at_work(call, machine) is None:
        raise not_running(machine)
    return machine.name


def not_running(machine: VirtualMachine) -> CmdletError:
    """The error for a guest that has no network yet."""
    return CmdletError(
        f"The guest of '{machine.name}' has no network at work.",
        "InvalidState",
        "InvalidOperation",
        explain=("explain.guest-no-network", {"name": machine.name}),
    )


# -- pings --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ping:
    """A ping that has ended."""

    source: str
    target: str
    asked: Asked

    @property
    def taken(self) -> int:
        """How long the answer took, in ns; 0 without one."""
        return self.asked.finished - self.asked.started if self.asked.outcome == OK else 0


PINGED = ObjectType(
    "Hvlab.Ping",
    {
        "Source": lambda ping: ping.source,
        "Destination": lambda ping: ping.target,
        "IPV4Address": lambda ping: ping.asked.target,
        "Bytes": lambda ping: len(PING_DATA),
        "Outcome": lambda ping: ping.asked.outcome,
        "Reachable": lambda ping: ping.asked.outcome == OK,
        "TimeToLive": lambda ping: ping.asked.ttl,
        "Time": lambda ping: TimeSpan(ping.taken),
        "Microseconds": lambda ping: ping.taken // 1000,
    },
    columns=("Source", "Destination", "IPV4Address", "Bytes", Column("Time(us)", "Microseconds"), "Outcome"),
)


def _test(call: Call) -> Iterator[object]:
    args = call.args
    source = source_name(call, args.Source)
    for name in args.ComputerName:
        try:
            target = resolve(call, name)
        except CmdletError as error:
            if args.Quiet:
                yield False
            else:
                call.error(error)
            continue
        good = 0
        for _ in range(args.Count):
            begun = ask(call.lab, source, PING, target)
            if begun is None:
                break
            wait_for(call, [(source, begun.tag)])
            asked = answer(call.lab, source, begun.tag) or begun
            good += asked.outcome == OK
            if args.Quiet:
                continue
            if asked.outcome == OK:
                yield PINGED.of(Ping(source, name, asked))
            else:
                call.error(unanswered(name, source, asked))
        if args.Quiet:
            yield good > 0


_ENDINGS = {
    TIMED_OUT: "explain.ping-timed-out",
    UNREACHABLE: "explain.ping-unreachable",
    NO_ADDRESS: "explain.ping-no-address",
    NO_ROUTE: "explain.ping-no-route",
    NO_CABLE: "explain.ping-no-cable",
}


def unanswered(name: str, source: str, asked: Asked) -> CmdletError:
    """The error for a ping that found nobody, by how it ended."""
    return CmdletError(
        f"Testing connection to computer '{name}' failed: {asked.outcome}.",
        "TestConnectionException",
        "ResourceUnavailable",
        explain=(
            _ENDINGS[asked.outcome],
            {"source": source, "target": asked.target},
        ),
    )


def _matrix(call: Call) -> Iterator[object]:
    all_stations = list(stations(call.lab))
    sources = list(dict.fromkeys([name for name, _ in all_stations]))
    asking = [name for name in sources if name == HOST or guest_network(call.lab, name)]
    begun: list[tuple[str, str, Asked]] = []
    for source in asking:
        for target, station in all_stations:
            asked = ask(call.lab, source, PING, station.address) if target != source else None
            if asked is not None:
                begun.append((source, target, asked))
    wait_for(call, [(source, asked.tag) for source, _, asked in begun])
    for source, target, asked in begun:
        yield PINGED.of(Ping(source, target, answer(call.lab, source, asked.tag) or asked))


# -- addresses ----------------------------------------------------------------------------------

INSIDE = ObjectType(
    "Hvlab.GuestAddress",
    {
        "VM": lambda pair: pair[0],
        "Adapter": lambda pair: pair[1].name,
        "IPAddress": lambda pair: pair[1].station.address,
        "PrefixLength": lambda pair: pair[1].station.prefix,
        "DefaultGateway": lambda pair: pair[1].station.gateway,
        "MacAddress": lambda pair: mac_text(pair[1].station.mac),
        "Media": lambda pair: "Connected" if pair[1].linked else "Disconnected",
        "Neighbours": lambda pair: [
            f"{ip} {mac_text(known[0])}" for ip, known in pair[1].station.neighbours.items()
        ],
        "Received": lambda pair: pair[1].station.received,
        "Ignored": lambda pair: pair[1].station.ignored,
    },
    columns=("VM", "Adapter", "IPAddress", "PrefixLength", "DefaultGateway", "MacAddress", "Media"),
    text_property="IPAddress",
)


def inside(call: Call, machine: VirtualMachine, number: int) -> tuple[GuestNetwork, Adapter]:
    """A guest's network and its adapter of that number, from 1. CmdletError."""
    network = network_at_work(call, machine)
    if network is None:
        raise not_running(machine)
    adapters = list(network.adapters.values())
    if number > len(adapters):
        raise as_error(
            Refusal("no-such-adapter", name=machine.name, adapter=f"Local Area Connection {number}")
        )
    return network, adapters[number - 1]


def settings_kept(call: Call, machine: VirtualMachine) -> None:
    """Wait until the guest has written its changed settings to its disk; a few seconds, as it may hang."""

    def kept() -> bool:
        network = guest_network(call.lab, machine.name)
        return network is None or not network.keeping

    call.lab.wait(kept, PATIENCE)


def _addresses(call: Call) -> Iterator[object]:
    names = call.args.VM or [machine.name for machine in vmms(call.lab).machines.values()]
    for machine in find_machines(call, names):
        network = guest_network(call.lab, machine.name)
        for adapter in network.adapters.values() if network else ():
            yield INSIDE.of((machine.name, adapter))


def _set_address(call: Call) -> Iterator[object]:
    args = call.args
    for machine in find_machines(call, [args.VM]):
        network, adapter = inside(call, machine, args.Adapter)
        try:
            network.configure(adapter, args.IPAddress, args.PrefixLength, args.DefaultGateway or "")
        except BadAddress:
            raise CmdletError(
                f"'{args.IPAddress}/{args.PrefixLength}' is not a valid address for an adapter.",
                "InvalidParameter",
                "InvalidArgument",
                explain=("explain.bad-ip", {"address": args.IPAddress}),
            ) from None
        settings_kept(call, machine)
        yield INSIDE.of((machine.name, adapter))


# -- switches and cables ------------------------------------------------------------------------

MAC_ENTRY = ObjectType(
    "Hvlab.MacTableEntry",
    {
        "Switch": lambda row: row[0],
        "VlanId": lambda row: row[1],
        "MacAddress": lambda row: mac_text(row[2]),
        "Port": lambda row: row[3],
        "Age": lambda row: TimeSpan(row[4]),
    },
    columns=("Switch", "VlanId", "MacAddress", "Port", "Age"),
)
PORT = ObjectType(
    "Hvlab.SwitchPort",
    {
        "Switch": lambda pair: pair[0],
        "Port": lambda pair: pair[1].name,
        "Mode": lambda pair: pair[1].mode,
        "VlanId": lambda pair: pair[1].vlan,
        "Linked": lambda pair: pair[1].linked,
        "MacAddress": lambda pair: mac_text(pair[1].mac) if pair[1].mac else "",
        "ForeignSenders": lambda pair: pair[1].spoofing,
        "FramesIn": lambda pair: pair[1].frames_in,
        "FramesOut": lambda pair: pair[1].frames_out,
        "BytesIn": lambda pair: pair[1].bytes_in,
        "BytesOut": lambda pair: pair[1].bytes_out,
        "Dropped": lambda pair: pair[1].dropped,
    },
    columns=("Switch", "Port", "Mode", "VlanId", "Linked", "FramesIn", "FramesOut", "Dropped"),
)


def _switches(call: Call) -> Iterator[tuple[str, Switch]]:
    """The switches asked for, the physical one among them."""
    wanted = call.args.SwitchName
    host = networks(call.lab)
    if wanted is None or wanted.casefold() == PHYSICAL:
        yield PHYSICAL, host.segment.switch
    if wanted is None:
        yield from [(one.name, one.switch) for one in host.switches.values()]
    elif wanted.casefold() != PHYSICAL:
        with RefusalsTold():
            found = host.named(wanted)
        yield found.name, found.switch


def _table(call: Call) -> Iterator[object]:
    for name, switch in _switches(call):
        for (vlan, mac), (port, seen) in sorted(switch.table.items()):
            age = call.lab.world.now - seen
            yield MAC_ENTRY.of((name, vlan, mac, switch.ports[port].name, age))


def _ports(call: Call) -> Iterator[object]:
    for name, switch in _switches(call):
        ports: list[Port] = list(switch.ports.values())
        for port in ports:
            yield PORT.of((name, port))


def _cable(call: Call) -> None:
    args = call.args
    linked = args.State == "Connected"
    if args.NetAdapterName is not None:
        if call.should_process(args.NetAdapterName, "Set-LabCable"):
            with RefusalsTold():
                networks(call.lab).cable_nic(args.NetAdapterName, linked)
        return
    for machine, adapter in list(chosen(call, args.Name, [args.VM])):
        if call.should_process(f"{machine.name}: {adapter.name}", "Set-LabCable"):
            networks(call.lab).cable(machine, adapter, linked)


_VM = Parameter("VM", position=0, mandatory=True, completer="vm", pipeline="both", aliases=("VMName",))
_VMS = Parameter("VM", position=0, array=True, completer="vm", pipeline="both", aliases=("VMName",))
_SWITCH = Parameter("SwitchName", position=0, completer="switch", pipeline="both", aliases=("Name",))

CMDLETS = (
    Cmdlet(
        "Test-Connection",
        "Microsoft.PowerShell.Management",
        (
            Parameter(
                "ComputerName",
                position=0,
                mandatory=True,
                array=True,
                pipeline="value",
                aliases=("TargetName", "Destination", "IPAddress"),
            ),
            Parameter("Source", completer="vm"),
            Parameter("Count", "int", default=4, minimum=1, maximum=100),
            Parameter("Quiet", "switch"),
        ),
        _test,
        summary_id="help.Test-Connection",
    ),
    Cmdlet("Test-LabNetwork", MODULE, (), _matrix, lab_only=True, summary_id="help.Test-LabNetwork"),
    Cmdlet(
        "Get-LabGuestAddress",
        MODULE,
        (_VMS,),
        _addresses,
        lab_only=True,
        read_only=True,
        summary_id="help.Get-LabGuestAddress",
    ),
    Cmdlet(
        "Set-LabGuestAddress",
        MODULE,
        (
            _VM,
            Parameter("IPAddress", position=1, mandatory=True),
            Parameter("PrefixLength", "int", default=24, minimum=1, maximum=30),
            Parameter("DefaultGateway"),
            Parameter("Adapter", "int", default=1, minimum=1),
        ),
        _set_address,
        lab_only=True,
        summary_id="help.Set-LabGuestAddress",
    ),
    Cmdlet(
        "Get-LabMacTable",
        MODULE,
        (_SWITCH,),
        _table,
        lab_only=True,
        read_only=True,
        summary_id="help.Get-LabMacTable",
    ),
    Cmdlet(
        "Get-LabSwitchPort",
        MODULE,
        (_SWITCH,),
        _ports,
        lab_only=True,
        read_only=True,
        summary_id="help.Get-LabSwitchPort",
    ),
    Cmdlet(
        "Set-LabCable",
        MODULE,
        (
            Parameter(
                "VM", position=0, mandatory=True, completer="vm", sets=("Machine",), aliases=("VMName",)
            ),
            Parameter("Name", sets=("Machine",), aliases=("VMNetworkAdapterName",)),
            Parameter("NetAdapterName", mandatory=True, completer="nic", sets=("Adapter",)),
            Parameter("State", "enum", mandatory=True, values=("Connected", "Pulled")),
        ),
        _cable,
        lab_only=True,
        supports_should_process=True,
        default_set="Machine",
        summary_id="help.Set-LabCable",
    ),
)
