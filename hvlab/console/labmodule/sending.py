"""Start-LabWorkload -Kind Network: what is asked of the network before a guest sends."""

from __future__ import annotations

from hvlab.console.cmdlets import Call
from hvlab.console.errors import CmdletError
from hvlab.console.labmodule.network import answer, inside, resolve, unanswered, wait_for
from hvlab.guests import sending
from hvlab.guests.guest import GuestSystem
from hvlab.guests.records import Workload
from hvlab.host.machine import VirtualMachine
from hvlab.network.station import LARGEST_DATAGRAM, OK
from hvlab.network.talk import PING, Asked


def start_sending(call: Call, machine: VirtualMachine, guest: GuestSystem) -> Workload:
    """Find the target, make sure that it can be reached, and let the guest begin. CmdletError."""
    args = call.args
    if "Target" not in args:
        raise CmdletError(
            "A network workload needs a target: -Target with a name or an address.",
            "MissingTarget",
            "InvalidArgument",
            explain=("explain.no-target", {"name": machine.name}),
        )
    size = args.Size if "Size" in args else LARGEST_DATAGRAM
    if not 1 <= size <= LARGEST_DATAGRAM:
        raise CmdletError(
            f"A datagram of {size} bytes is not possible: 1 to {LARGEST_DATAGRAM} bytes fit into a frame.",
            "OutOfRange",
            "InvalidArgument",
            explain=("explain.datagram-size", {"maximum": LARGEST_DATAGRAM}),
        )
    network, adapter = inside(call, machine, args.Adapter)
    target = resolve(call, args.Target)
    if target in [one.station.address for one in network.adapters.values()]:
        raise CmdletError(
            f"'{args.Target}' is the guest itself: nothing would reach its adapter.",
            "OwnAddress",
            "InvalidArgument",
            explain=("explain.own-address", {"name": machine.name}),
        )
    asked = network.ask(PING, target, adapter.key)
    wait_for(call, [(machine.name, asked.tag)])
    ended: Asked = answer(call.lab, machine.name, asked.tag) or asked
    if ended.outcome != OK:
        raise unanswered(args.Target, machine.name, ended)
    return sending.start(guest, adapter.key, target, size, args.Count)
