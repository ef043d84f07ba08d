"""Measure-LabConsolidation and the figures behind it: many servers or a few hosts, reckoned and measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from hvlab.catalog.economics import economics
from hvlab.catalog.licences import use_rights
from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.errors import CmdletError
from hvlab.console.hyperv.objects import vmms
from hvlab.console.hyperv.refusals import RefusalsTold
from hvlab.console.lab import Lab
from hvlab.console.objects import Column, Hashtable, ObjectType
from hvlab.console.patterns import like
from hvlab.datacenter import conversion
from hvlab.datacenter import economics as of_world
from hvlab.datacenter.consolidation import ITEMS, Consolidation, Side, consolidate
from hvlab.datacenter.licensing import Offer
from hvlab.datacenter.sources import SourceServer, servers
from hvlab.host.machine import Refusal
from hvlab.hypervisor import Hypervisor

MODULE = "Lab"
SECOND = 1_000_000_000
EDITIONS = ("Standard", "Enterprise", "Datacenter", "Hyper-V Server")

FIGURE = ObjectType(
    "Hvlab.Figure",
    {
        "Name": lambda row: row[0],
        "Value": lambda row: row[1].value,
        "Unit": lambda row: row[1].unit,
        "Assumption": lambda row: row[1].assumed,
        "Source": lambda row: row[1].source,
    },
    columns=("Name", "Value", "Unit", "Assumption", "Source"),
    text_property="Name",
)
MODEL = ObjectType(
    "Hvlab.ServerModel",
    {
        "Name": lambda row: row[0],
        "Sockets": lambda row: row[1].sockets,
        "Cores": lambda row: row[1].cores,
        "Megahertz": lambda row: row[1].megahertz,
        "MemoryMB": lambda row: row[1].memory_mb,
        "RackUnits": lambda row: row[1].rack_units,
        "IdleWatts": lambda row: row[1].idle_watts,
        "FullWatts": lambda row: row[1].full_watts,
        "Price": lambda row: row[1].price,
        "Source": lambda row: row[1].source,
    },
    columns=(
        "Name",
        "Cores",
        "Megahertz",
        "MemoryMB",
        "RackUnits",
        "IdleWatts",
        "FullWatts",
        Column("Price($)", "Price"),
        "Source",
    ),
    text_property="Name",
)


@dataclass(frozen=True)
class Reckoned:
    """An answer with the figures it was reckoned with."""

    answer: Consolidation
    factor: int


def _set(offer: Offer | None) -> str:
    if offer is None:
        return "not licensable"
    return " + ".join(f"{number} {name.capitalize()}" for name, number in offer.licences) or "none"


_SIDES: dict[str, Callable[[Side, int], int]] = {
    "Utilization": lambda side, factor: side.utilization,
    "Watts": lambda side, factor: side.watts,
    "Energy": Side.energy,
    "RackUnits": lambda side, factor: side.rack_units,
    "Cost": lambda side, factor: side.total,
}


def _pair(name: str) -> dict[str, Callable[[Any], object]]:
    """A property for each of the two sides."""
    read = _SIDES[name]
    return {
        f"{name}Before": lambda one: read(one.answer.before, one.factor),
        f"{name}After": lambda one: read(one.answer.after, one.factor),
    }


CONSOLIDATION = ObjectType(
    "Hvlab.Consolidation",
    {
        "Servers": lambda one: one.answer.before.servers,
        "Hosts": lambda one: len(one.answer.hosts),
        "Left": lambda one: [left.name for left in one.answer.left],
        "Limit": lambda one: one.answer.limit,
        **_pair("Utilization"),
        **_pair("Watts"),
        **_pair("Energy"),
        **_pair("RackUnits"),
        **_pair("Cost"),
        "Licenses": lambda one: [_set(host.offer) for host in one.answer.hosts],
        "Years": lambda one: one.answer.years,
        "Saving": lambda one: one.answer.saving,
        "Pays": lambda one: one.answer.pays,
        "PaybackMonths": lambda one: one.answer.payback_months,
    },
    default_view="list",
    text_property="Saving",
)
ROW = ObjectType(
    "Hvlab.CostRow",
    {
        "Item": lambda row: row[0],
        "Unit": lambda row: row[1],
        "Before": lambda row: row[2],
        "After": lambda row: row[3],
        "Change": lambda row: row[3] - row[2],
    },
    columns=("Item", "Unit", "Before", "After", "Change"),
    text_property="Item",
)
PLACED = ObjectType(
    "Hvlab.ConsolidationPlace",
    {
        "Host": lambda row: row[0],
        "Server": lambda row: row[1].name,
        "Megahertz": lambda row: row[1].megahertz,
        "PeakMegahertz": lambda row: row[1].peak_megahertz,
        "MemoryMB": lambda row: row[1].memory_mb,
    },
    columns=("Host", "Server", "Megahertz", "PeakMegahertz", "MemoryMB"),
    text_property="Server",
)


def _sources(call: Call, names: list[str] | None) -> list[SourceServer]:
    """The servers of those names; without any, all whose hardware is known. Refusal."""
    if names:
        return [conversion.find(call.lab.world, name) for name in names]
    known = [one.name for one in call.lab.scenario.sources if one.model]
    if not known:
        raise Refusal("no-candidates")
    return servers(call.lab.world, known)


def _numbers(table: object, parameter: str) -> dict[str, int]:
    """A hash table of names and whole numbers. CmdletError."""
    if table is None:
        return {}
    assert isinstance(table, Hashtable)
    found = {str(key): table[key] for key in table.keys()}  # noqa: SIM118
    for name, value in found.items():
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise CmdletError(
                f"-{parameter}: '{name}' wants a whole number from 0.",
                "BadFigure",
                "InvalidArgument",
                explain=("explain.bad-figure", {"name": name}),
            )
    return {name: int(str(value)) for name, value in found.items()}


def _prices(call: Call) -> dict[str, int]:
    given = _numbers(call.args.LicensePrice, "LicensePrice")
    known = [edition.id for edition in use_rights().editions]
    for name in given:
        if name.casefold() not in known:
            raise Refusal("no-such-edition", edition=name, known=", ".join(known))
    return {name.casefold(): price for name, price in given.items()}


def _measure(call: Call) -> Iterator[object]:
    args, lab = call.args, call.lab
    changed = _numbers(args.Figure, "Figure")
    with RefusalsTold():
        prices = _prices(call)
        figures = of_world.figures(changed)
        candidates = [of_world.candidate(one) for one in _sources(call, args.Source)]
        kind = of_world.host_kind(
            lab.world, lab.scenario, lab.platform, lab.host, args.Model or "", args.Edition or ""
        )
    if args.Years:
        figures["Years"] = args.Years
    answer = consolidate(candidates, kind, figures, prices)
    if args.Placement:
        for number, host in enumerate(answer.hosts, 1):
            yield from (PLACED.of((f"{kind.name} {number}", one)) for one in host.machines)
    elif args.CostSheet:
        yield from (ROW.of(row) for row in _sheet(answer, figures["FacilityFactor"]))
    else:
        yield CONSOLIDATION.of(Reckoned(answer, figures["FacilityFactor"]))


def _sheet(answer: Consolidation, factor: int) -> Iterator[tuple[str, str, int, int]]:
    before, after = answer.before, answer.after
    yield "Servers", "", before.servers, after.servers
    yield "Utilization", "%", before.utilization, after.utilization
    yield "Power", "W", before.watts, after.watts
    yield "EnergyUse", "kWh/year", before.energy(factor), after.energy(factor)
    yield "RackUnits", "", before.rack_units, after.rack_units
    for item in ITEMS:
        yield item, "$", before.costs[item], after.costs[item]
    yield "Total", "$", before.total, after.total


def _figures(call: Call) -> Iterator[object]:
    for name, figure in of_world.all_figures().items():
        if any(like(name, pattern) for pattern in call.args.Name or ["*"]):
            yield FIGURE.of((name, figure))


def _models(call: Call) -> Iterator[object]:
    for name, model in economics().models.items():
        if any(like(name, pattern) for pattern in call.args.Name or ["*"]):
            yield MODEL.of((name, model))


def _set_source(call: Call) -> None:
    args = call.args
    for name in args.Name:
        with RefusalsTold():
            source = conversion.find(call.lab.world, name)
            load = source.load if args.Load is None else args.Load
            peak = args.Peak if args.Peak is not None else max(source.peak, load)
            if peak < load:
                raise Refusal("peak-below-load", name=source.plan.name, load=load, peak=peak)
        if call.should_process(source.plan.name, "Set-LabSourceServer"):
            source.load, source.peak = load, peak
            call.lab.world.emit(
                "server",
                source.plan.name,
                source.plan.name,
                None,
                None,
                None,
                "work",
                f"load={load} peak={peak}",
            )


@dataclass(frozen=True)
class Use:
    """What was used of a host within a time: by a machine, or (name empty) in all. Times in ns."""

    name: str
    ran: int
    window: int
    processors: int
    megahertz: int

    @property
    def percent(self) -> int:
        """Of the host's processors, rounded."""
        whole = self.window * self.processors
        return (200 * self.ran + whole) // (2 * whole)


USE = ObjectType(
    "Hvlab.Utilization",
    {
        "Name": lambda one: one.name or "Total",
        "Percent": lambda one: one.percent,
        "Megahertz": lambda one: one.ran * one.megahertz // one.window,
        "Milliseconds": lambda one: one.ran // 1_000_000,
        "Capacity": lambda one: one.processors * one.megahertz,
    },
    columns=("Name", Column("Use(%)", "Percent"), "Megahertz", Column("Ran(ms)", "Milliseconds"), "Capacity"),
    text_property="Name",
)


def processor_time(lab: Lab) -> dict[str, int]:
    """The processor time in ns that each running machine of a host has had so far."""
    hypervisor = lab.world.get(f"{lab.host}/hypervisor", Hypervisor)
    return {
        machine.name: sum(
            hypervisor.scheduler.account(machine.partition, index).ran
            for index in hypervisor.partitions[machine.partition].vps
        )
        for machine in vmms(lab).machines.values()
        if machine.partition
    }


def _use(call: Call) -> Iterator[object]:
    """Let time pass, and say what each machine had of it."""
    window = call.args.Seconds * SECOND
    before = processor_time(call.lab)
    call.lab.advance(window)
    after = processor_time(call.lab)
    processors = call.lab.world.get(f"{call.lab.host}/hypervisor", Hypervisor).processors
    each = of_world.processor_megahertz(call.lab.scenario, call.lab.host)
    had = {name: max(0, ran - before.get(name, 0)) for name, ran in after.items()}
    for name, ran in had.items():
        yield USE.of(Use(name, ran, window, processors, each))
    yield USE.of(Use("", sum(had.values()), window, processors, each))


_NAMES = Parameter("Name", position=0, array=True)

CMDLETS = (
    Cmdlet(
        "Measure-LabConsolidation",
        MODULE,
        (
            Parameter("Source", position=0, array=True, aliases=("Name",)),
            Parameter("Model", "enum", values=tuple(economics().models)),
            Parameter("Edition", "enum", values=EDITIONS),
            Parameter("Years", "int", minimum=1, maximum=20),
            Parameter("Figure", "hashtable"),
            Parameter("LicensePrice", "hashtable"),
            Parameter("CostSheet", "switch"),
            Parameter("Placement", "switch"),
        ),
        _measure,
        lab_only=True,
        read_only=True,
        summary_id="help.Measure-LabConsolidation",
    ),
    Cmdlet(
        "Get-LabFigure",
        MODULE,
        (_NAMES,),
        _figures,
        lab_only=True,
        read_only=True,
        summary_id="help.Get-LabFigure",
    ),
    Cmdlet(
        "Get-LabServerModel",
        MODULE,
        (_NAMES,),
        _models,
        lab_only=True,
        read_only=True,
        summary_id="help.Get-LabServerModel",
    ),
    Cmdlet(
        "Set-LabSourceServer",
        MODULE,
        (
            Parameter("Name", position=0, mandatory=True, array=True, pipeline="property"),
            Parameter("Load", "int", minimum=0, maximum=100),
            Parameter("Peak", "int", minimum=0, maximum=100),
        ),
        _set_source,
        lab_only=True,
        supports_should_process=True,
        summary_id="help.Set-LabSourceServer",
    ),
    Cmdlet(
        "Measure-LabUtilization",
        MODULE,
        (Parameter("Seconds", "int", position=0, default=10, minimum=1, maximum=3600),),
        _use,
        lab_only=True,
        summary_id="help.Measure-LabUtilization",
    ),
)
