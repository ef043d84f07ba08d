"""Get-LabEdition, Get-LabUpdate and Compare-LabInstallation: what one installs, and what it costs to keep it."""

from __future__ import annotations

from collections.abc import Iterator

from hvlab.catalog.servers import Bulletin, installations, server_facts
from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.elsewhere import with_computer_name
from hvlab.console.errors import CmdletError
from hvlab.console.hyperv.objects import vmms
from hvlab.console.objects import Column, ObjectType
from hvlab.console.patterns import like
from hvlab.host.server import CORE, FULL, ServerSystem

MODULE = "Lab"

EDITION = ObjectType(
    "Hvlab.Edition",
    {
        "Id": lambda pair: pair[0],
        "Name": lambda pair: pair[1].name,
        "Architectures": lambda pair: list(pair[1].architectures),
        "Core": lambda pair: pair[1].core,
        "HyperV": lambda pair: [one for one in pair[1].architectures if one == "x64" and pair[1].hyperv],
        "Sockets": lambda pair: pair[1].sockets,
        "MemoryGB": lambda pair: pair[1].memory_gb,
        "MemoryPerVMGB": lambda pair: (pair[1].memory_per_vm_mb or 0) >> 10,
        "Source": lambda pair: pair[1].source,
    },
    columns=("Id", "Architectures", "Core", "HyperV", "Sockets", "MemoryGB", "MemoryPerVMGB"),
    text_property="Id",
)


def _editions(call: Call) -> Iterator[object]:
    editions = server_facts().editions
    for wanted in call.args.Id or ["*"]:
        found = [pair for pair in editions.items() if like(pair[0], wanted)]
        if not found:
            call.error(
                CmdletError(
                    f"There is no edition '{wanted}'. There are: {', '.join(editions)}.",
                    "ObjectNotFound",
                    "ObjectNotFound",
                    explain=("explain.not-an-edition", {"name": wanted, "known": ", ".join(editions)}),
                )
            )
        for pair in found:
            yield EDITION.of(pair)


def _bulletins(kind: str) -> list[str]:
    return [bulletin.id for bulletin in installations().bulletins_of(kind == CORE)]


def _ports(kind: str) -> list[str]:
    return [port for part in installations().parts_of(kind == CORE) for port in part.ports]


INSTALLATION = ObjectType(
    "Hvlab.Installation",
    {
        "Installation": lambda kind: kind,
        "Memory": lambda kind: sum(part.memory_mb for part in installations().parts_of(kind == CORE)) << 20,
        "Disk": lambda kind: sum(part.disk_mb for part in installations().parts_of(kind == CORE)) << 20,
        "Ports": _ports,
        "Parts": lambda kind: [part.name for part in installations().parts_of(kind == CORE)],
        "Bulletins": _bulletins,
        "Restarts": lambda kind: sum(one.restart for one in installations().bulletins_of(kind == CORE)),
    },
    columns=(
        "Installation",
        Column("Memory(M)", lambda row: int(str(row.get("Memory"))) >> 20),
        Column("Disk(M)", lambda row: int(str(row.get("Disk"))) >> 20),
        Column("OpenPorts", lambda row: len(_ports(str(row.get("Installation"))))),
        Column("Updates", lambda row: len(_bulletins(str(row.get("Installation"))))),
        "Restarts",
    ),
    text_property="Installation",
)


def _compare(call: Call) -> Iterator[object]:
    for kind in (FULL, CORE):
        yield INSTALLATION.of(kind)


UPDATE = ObjectType(
    "Hvlab.Update",
    {
        "Id": lambda row: row[1].id,
        "Part": lambda row: row[1].part,
        "Restart": lambda row: row[1].restart,
        "State": lambda row: _state(row[0], row[1]),
    },
    columns=("Id", "Part", "Restart", "State"),
    text_property="Id",
)


def _state(server: ServerSystem, bulletin: Bulletin) -> str:
    if bulletin.id in server.updates:
        return "Installed"
    if bulletin.id in server.pending:
        return "Pending"
    return "Needed" if bulletin in server.needed() else "NotNeeded"


def _updates(call: Call) -> Iterator[object]:
    server = vmms(call.lab).server
    wanted = call.args.Id or ["*"]
    for bulletin in installations().bulletins:
        if any(like(bulletin.id, one) for one in wanted):
            yield UPDATE.of((server, bulletin))


CMDLETS = (
    with_computer_name(
        Cmdlet(
            "Get-LabUpdate",
            MODULE,
            (Parameter("Id", position=0, array=True),),
            _updates,
            lab_only=True,
            read_only=True,
            summary_id="help.Get-LabUpdate",
        )
    ),
    Cmdlet(
        "Get-LabEdition",
        MODULE,
        (Parameter("Id", position=0, array=True, aliases=("Name",)),),
        _editions,
        lab_only=True,
        read_only=True,
        summary_id="help.Get-LabEdition",
    ),
    Cmdlet(
        "Compare-LabInstallation",
        MODULE,
        (),
        _compare,
        lab_only=True,
        read_only=True,
        summary_id="help.Compare-LabInstallation",
    ),
)
