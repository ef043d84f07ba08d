"""Get-LabPlacement: where a machine would go best.

Without a machine each host is measured and rated by the room that is left for one more; with one, the hosts are
rated as Virtual Machine Manager does it, which keeps a cluster's machine on its nodes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hvlab.catalog.managers import manager, managers
from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.elsewhere import RemoteLab, computers
from hvlab.console.hyperv.machines import find_machines
from hvlab.console.hyperv.objects import vmms
from hvlab.console.hyperv.refusals import RefusalsTold
from hvlab.console.lab import Lab
from hvlab.console.labmodule.consolidation import processor_time
from hvlab.console.objects import Column, ObjectType
from hvlab.datacenter import cluster_placement
from hvlab.datacenter.economics import processor_megahertz
from hvlab.host.root import RootKernel
from hvlab.host.server import ON
from hvlab.hypervisor import PAGE_SIZE, Hypervisor

MODULE = "Lab"
SECOND = 1_000_000_000
STARS = 5
VERSIONS = tuple(one.id for one in managers().versions)


@dataclass(frozen=True)
class Room:
    """A host with what is left on it: memory in bytes, processors in MHz; `why` says what keeps the machine off it."""

    host: str
    stars: int
    percent: int
    free_memory: int
    free_megahertz: int
    machines: int
    why: str = ""


PLACE = ObjectType(
    "Hvlab.Placement",
    {
        "Host": lambda one: one.host,
        "Stars": lambda one: one.stars,
        "Use": lambda one: one.percent,
        "FreeMemory": lambda one: one.free_memory,
        "FreeMegahertz": lambda one: one.free_megahertz,
        "Machines": lambda one: one.machines,
        "Reason": lambda one: one.why,
    },
    columns=(
        "Host",
        "Stars",
        Column("Use(%)", "Use"),
        Column("FreeMemory(M)", lambda row: int(str(row.get("FreeMemory"))) >> 20),
        Column("Free(MHz)", "FreeMegahertz"),
        "Machines",
        "Reason",
    ),
    text_property="Host",
)


RATED = ObjectType(
    "Hvlab.Placement#Manager",
    {
        "VM": lambda row: row[0],
        "Host": lambda row: row[1].computer,
        "Stars": lambda row: row[1].stars,
        "MemoryLeft": lambda row: row[1].left,
        "Reason": lambda row: row[1].reason,
    },
    columns=(
        "VM",
        "Host",
        "Stars",
        Column("MemoryLeft(M)", lambda row: int(str(row.get("MemoryLeft"))) >> 20),
        "Reason",
    ),
    text_property="Host",
)


def _place(call: Call) -> Iterator[object]:
    return _rate_for(call) if call.args.VM else _rate(call)


def _rate_for(call: Call) -> Iterator[object]:
    """The hosts for machines that are there, as a manager rates them."""
    version = manager(call.args.Version or "2008")
    for machine in find_machines(call, call.args.VM):
        with RefusalsTold():
            hosts = computers(call.lab.world)
            found = cluster_placement.rate(call.lab.world, version, hosts, machine, call.lab.host)
        for one in found:
            yield RATED.of((machine.name, one))


def _hosts(call: Call) -> list[Lab]:
    return [RemoteLab(call.lab, path, name) for name, path in computers(call.lab.world).items()]


def _works(lab: Lab) -> bool:
    """Whether a host runs, and can run machines."""
    server = vmms(lab).server
    down = lab.world.get(f"{lab.host}/root", RootKernel).down
    return server.power == ON and not down and (server.launched or lab.platform.hosted)


def _room(lab: Lab, ran: int, window: int, memory: int, megahertz: int) -> Room:
    hypervisor = lab.world.get(f"{lab.host}/hypervisor", Hypervisor)
    each = processor_megahertz(lab.scenario, lab.host)
    capacity = each * hypervisor.processors
    used = ran * each // window
    free = lab.world.get(f"{lab.host}/root", RootKernel).free_pages * PAGE_SIZE
    machines = vmms(lab).machines.values()
    all_memory = free + sum(machine.assigned for machine in machines)
    shares = ((free - memory) * 100 // all_memory, (capacity - used - megahertz) * 100 // capacity)
    why = "Memory" if free < memory else "Processor" if capacity < used + megahertz else ""
    stars = 0 if why else max(1, -(-min(shares) * STARS // 100))
    running = sum(bool(machine.partition) for machine in machines)
    return Room(lab.computer, stars, 100 * used // capacity, free, max(0, capacity - used), running, why)


def _rate(call: Call) -> Iterator[object]:
    args, window = call.args, call.args.Seconds * SECOND
    hosts = _hosts(call)
    before = {lab.host: processor_time(lab) for lab in hosts if _works(lab)}
    call.lab.advance(window)
    rooms = []
    for lab in hosts:
        if not _works(lab):
            rooms.append(Room(lab.computer, 0, 0, 0, 0, 0, "Down"))
            continue
        earlier = before.get(lab.host, {})
        ran = sum(max(0, now - earlier.get(name, 0)) for name, now in processor_time(lab).items())
        rooms.append(_room(lab, ran, window, args.MemoryBytes, args.Megahertz))
    for room in sorted(rooms, key=lambda room: (-room.stars, room.percent, -room.free_memory)):
        yield PLACE.of(room)


CMDLETS = (
    Cmdlet(
        "Get-LabPlacement",
        MODULE,
        (
            Parameter(
                "VM",
                position=0,
                array=True,
                completer="vm",
                pipeline="both",
                aliases=("VMName", "Name"),
                sets=("VM",),
            ),
            Parameter("Version", "enum", position=1, values=VERSIONS, sets=("VM",)),
            Parameter("MemoryBytes", "size", default=512 << 20, sets=("Room",)),
            Parameter("Megahertz", "int", default=0, minimum=0, sets=("Room",)),
            Parameter("Seconds", "int", default=10, minimum=1, maximum=3600, sets=("Room",)),
        ),
        _place,
        default_set="Room",
        lab_only=True,
        summary_id="help.Get-LabPlacement",
    ),
)
