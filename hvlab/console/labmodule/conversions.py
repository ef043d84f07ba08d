"""Get-LabSourceServer, Get-LabManager, New-LabP2V and New-LabV2V: servers that become virtual machines."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hvlab import catalog
from hvlab.catalog.economics import economics
from hvlab.catalog.managers import Manager, manager, managers
from hvlab.catalog.models import read_size
from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.errors import CmdletError
from hvlab.console.hyperv.disks import storage_error, unreadable
from hvlab.console.hyperv.objects import vmms
from hvlab.console.hyperv.refusals import RefusalsTold
from hvlab.console.hyperv.watching_host import HostWatch
from hvlab.console.management.hostfiles import entry_at, full, name_of
from hvlab.console.objects import Column, ObjectType, TimeSpan
from hvlab.console.patterns import like
from hvlab.datacenter import conversion
from hvlab.datacenter.conversion import PHYSICAL, Conversion
from hvlab.datacenter.sources import SourceServer, compare, servers
from hvlab.host.machine import Refusal
from hvlab.storage.errors import BadVhd, StorageError

MODULE = "Lab"
VERSIONS = tuple(one.id for one in managers().versions)


def _megahertz(one: SourceServer) -> int | None:
    """What its work takes on average; None where its hardware is not known."""
    model = economics().models.get(one.plan.model)
    return model.capacity * one.load // 100 if model is not None else None


SOURCE = ObjectType(
    "Hvlab.SourceServer",
    {
        "Name": lambda one: one.plan.name,
        "Kind": lambda one: one.plan.kind,
        "System": lambda one: catalog.guest(one.plan.guest).name,
        "Memory": lambda one: read_size(one.plan.memory),
        "DiskSize": lambda one: one.disk.size,
        "DiskDriver": lambda one: one.plan.driver or "ide",
        "Records": lambda one: compare(one, one.disk).sound,
        "Model": lambda one: one.plan.model,
        "Load": lambda one: one.load,
        "Peak": lambda one: one.peak,
        "Megahertz": _megahertz,
        "Age": lambda one: one.plan.age,
        "License": lambda one: one.plan.licence.capitalize(),
        "Running": lambda one: one.running,
        "StoodStill": lambda one: TimeSpan(one.stood),
    },
    columns=(
        "Name",
        "Kind",
        "System",
        Column("Memory(M)", lambda one: int(str(one.get("Memory"))) >> 20),
        Column("Disk(G)", lambda one: int(str(one.get("DiskSize"))) >> 30),
        "DiskDriver",
        "Records",
        Column("Load(%)", "Load"),
        "Model",
    ),
    text_property="Name",
)
MANAGER = ObjectType(
    "Hvlab.Manager",
    {
        "Version": lambda row: row[0].id,
        "Name": lambda row: row[0].name,
        "Released": lambda row: row[0].released,
        "Hosts": lambda row: [catalog.platform(one).name for one in row[0].hosts],
        "ManagesThisHost": lambda row: row[1] in row[0].hosts,
        "LiveP2V": lambda row: [catalog.guest(one).name for one in row[0].live],
        "OfflineP2V": lambda row: [catalog.guest(one).name for one in row[0].offline],
        "V2V": lambda row: list(row[0].monitors),
        "Source": lambda row: row[0].source,
    },
    columns=("Version", "Released", "ManagesThisHost", "V2V", "Name"),
    text_property="Name",
)
RESULT = ObjectType(
    "Hvlab.Conversion",
    {
        "Name": lambda row: row[0].name,
        "Source": lambda row: row[0].source.plan.name,
        "Manager": lambda row: row[0].manager.id,
        "Method": lambda row: "Offline" if row[0].offline else "Live",
        "Path": lambda row: row[0].path,
        "Records": lambda row: row[1].expected,
        "Verified": lambda row: row[1].sound,
        "Duration": lambda row: TimeSpan(row[2]),
        "StoodStill": lambda row: TimeSpan(row[3]),
    },
    columns=("Name", "Source", "Manager", "Method", "Records", "Verified", "Duration", "StoodStill"),
    text_property="Name",
)


def _sources(call: Call) -> list[SourceServer]:
    return servers(call.lab.world, [one.name for one in call.lab.scenario.sources])


def _list(call: Call) -> Iterator[object]:
    for one in _sources(call):
        if any(like(one.plan.name, pattern) for pattern in call.args.Name or ["*"]):
            yield SOURCE.of(one)


def _managers(call: Call) -> Iterator[object]:
    for one in managers().versions:
        if call.args.Version in (None, one.id):
            yield MANAGER.of((one, call.lab.platform.id))


def _convert(physical: bool) -> Callable[[Call], Iterator[object]]:
    def run(call: Call) -> Iterator[object]:
        args = call.args
        with RefusalsTold():
            plan = _plan(call, manager(args.Version), physical)
            drivers = tuple(_driver(call, path) for path in args.get("DriverPath") or [])
            conversion.check(vmms(call.lab), plan, drivers=drivers)
        if call.should_process(plan.source.plan.name, "New-LabP2V" if physical else "New-LabV2V"):
            yield _carry_out(call, plan)

    return run


def _plan(call: Call, version: Manager, physical: bool) -> Conversion:
    args = call.args
    source = conversion.find(call.lab.world, args.Source)
    if (source.plan.kind == PHYSICAL) != physical:
        reason = "source-not-virtual" if not physical else "source-not-physical"
        raise Refusal(reason, name=source.plan.name)
    name = args.Name or source.plan.name
    folder = full(call, args.Path).rstrip("\\")
    offline = bool(args.get("Offline")) or not physical
    return Conversion(
        version, source, name, f"{folder}\\{name}.vhd", offline, not args.SkipFixUp, bool(args.Fixed)
    )


def _driver(call: Call, path: str) -> str:
    """The driver whose file is given for the boot image: the file's name says which it is. Refusal."""
    entry = entry_at(call, full(call, path))
    if entry is None or entry.size is None:
        raise Refusal("no-such-file", path=path)
    return name_of(entry).rpartition(".")[0].casefold()


def _carry_out(call: Call, plan: Conversion) -> object:
    """Step by step, each in its time; if one fails, what was made is gone again and the source runs. CmdletError."""
    times, known = managers().timing, plan.source.plan
    begun, watch = call.lab.world.now, HostWatch(call)
    physical = known.kind == PHYSICAL

    def step(percent: int, length: int) -> None:
        call.progress("Conversion", known.name, percent)
        call.lab.advance(length)

    conversion.begin(vmms(call.lab), plan)
    step(0, times.agent)
    stopped = call.lab.world.now
    if plan.offline:
        conversion.set_running(vmms(call.lab), plan, False)
        if physical:
            step(10, times.restart)
    step(20, conversion.duration(vmms(call.lab), plan))
    failed: CmdletError | None = None
    try:
        watch.check(call.cmdlet.name, known.name)
        conversion.copy(vmms(call.lab), plan)
    except StorageError as error:
        failed = storage_error(error, plan.path)
    except BadVhd as error:
        failed = unreadable(plan.path, error)
    except CmdletError as error:
        failed = error
    if plan.offline:
        if physical:
            step(70, times.restart)
        conversion.set_running(vmms(call.lab), plan, True)
    stood = conversion.add_stood(
        call.lab.world, known.name, call.lab.world.now - stopped if plan.offline else 0
    )
    if failed is not None:
        raise failed
    step(80, times.fix_up)
    service = vmms(call.lab)
    try:
        watch.check(call.cmdlet.name, known.name)
        conversion.mend(service, plan)
        with RefusalsTold():
            conversion.define(service, plan)
    except (StorageError, CmdletError) as error:
        conversion.undo(service, plan)
        raise (storage_error(error, plan.path) if isinstance(error, StorageError) else error) from None
    call.progress("Conversion", known.name, 100)
    return RESULT.of((plan, conversion.verify(service, plan), call.lab.world.now - begun, stood))


_SHARED = (
    Parameter("Source", position=0, mandatory=True, pipeline="property"),
    Parameter("Path", position=1, mandatory=True, completer="path"),
    Parameter("Name", position=2),
    Parameter("Version", "enum", values=VERSIONS, default="2008"),
    Parameter("Fixed", "switch"),
    Parameter("SkipFixUp", "switch"),
)

CMDLETS = (
    Cmdlet(
        "Get-LabSourceServer",
        MODULE,
        (Parameter("Name", position=0, array=True),),
        _list,
        read_only=True,
        lab_only=True,
        summary_id="help.Get-LabSourceServer",
    ),
    Cmdlet(
        "Get-LabManager",
        MODULE,
        (Parameter("Version", "enum", position=0, values=VERSIONS),),
        _managers,
        read_only=True,
        lab_only=True,
        summary_id="help.Get-LabManager",
    ),
    Cmdlet(
        "New-LabP2V",
        MODULE,
        (*_SHARED, Parameter("Offline", "switch"), Parameter("DriverPath", array=True, completer="path")),
        _convert(True),
        supports_should_process=True,
        lab_only=True,
        summary_id="help.New-LabP2V",
    ),
    Cmdlet(
        "New-LabV2V",
        MODULE,
        _SHARED,
        _convert(False),
        supports_should_process=True,
        lab_only=True,
        summary_id="help.New-LabV2V",
    ),
)
