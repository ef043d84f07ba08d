"""Start-LabPing, Get-LabPing and Stop-LabPing: a client outside that pings all the time, to see what others notice."""

from __future__ import annotations

from collections.abc import Iterator

from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.hyperv.refusals import as_error
from hvlab.console.objects import ObjectType, TimeSpan
from hvlab.datacenter.client import CLIENT, Client
from hvlab.host.machine import Refusal
from hvlab.network.addresses import BadAddress, read_ip

MODULE = "Lab"

PING = ObjectType(
    "Hvlab.Ping",
    {
        "From": lambda client: client.station.name,
        "Target": lambda client: client.target,
        "Sent": lambda client: client.sent,
        "Answered": lambda client: client.answered,
        "Lost": lambda client: client.lost,
        "LongestSilence": lambda client: TimeSpan(client.silence),
        "SilenceMs": lambda client: client.silence // 1_000_000,
        "ConnectionKept": lambda client: client.connection_kept,
    },
    columns=("From", "Target", "Sent", "Answered", "Lost", "SilenceMs", "ConnectionKept"),
)


def _client(call: Call) -> Client:
    if not call.lab.world.has(CLIENT):
        raise as_error(Refusal("no-client"))
    return call.lab.world.get(CLIENT, Client)


def _start(call: Call) -> Iterator[object]:
    world, args = call.lab.world, call.args
    try:
        read_ip(args.IPAddress)
    except BadAddress:
        raise as_error(Refusal("bad-ping-address", address=args.IPAddress)) from None
    if world.has(CLIENT):
        _end(world.get(CLIENT, Client))
    client = world.add(CLIENT, Client(args.IPAddress, args.Interval))
    try:
        client.begin(args.From)
    except Refusal as refusal:
        world.remove(client)
        raise as_error(refusal) from None
    yield PING.of(client)


def _end(client: Client) -> None:
    client.stop()
    client.world.remove(client)


def _get(call: Call) -> Iterator[object]:
    yield PING.of(_client(call))


def _stop(call: Call) -> Iterator[object]:
    client = _client(call)
    seen = PING.of(client)
    _end(client)
    yield seen


CMDLETS = (
    Cmdlet(
        "Start-LabPing",
        MODULE,
        (
            Parameter("IPAddress", position=0, mandatory=True),
            Parameter("From", default="client"),
            Parameter("Interval", "seconds", default=1_000_000_000),
        ),
        _start,
        lab_only=True,
    ),
    Cmdlet("Get-LabPing", MODULE, (), _get, lab_only=True, read_only=True),
    Cmdlet("Stop-LabPing", MODULE, (), _stop, lab_only=True),
)
