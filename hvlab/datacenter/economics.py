"""What the figures of servers say of a world's own: its hosts, and the servers that could become machines."""

from __future__ import annotations

from hvlab import catalog
from hvlab.catalog import Platform, Scenario
from hvlab.catalog.economics import Figure, ServerModel, economics
from hvlab.catalog.models import ServerPlan, read_size
from hvlab.catalog.servers import server_facts
from hvlab.datacenter.consolidation import Candidate, HostKind
from hvlab.datacenter.licence_book import BOOK, LicenceBook
from hvlab.datacenter.licensing import Server
from hvlab.datacenter.sources import SourceServer
from hvlab.host.hardware import Hardware, used
from hvlab.host.machine import Refusal
from hvlab.host.server import server_of
from hvlab.kernel import World


def plan_of(scenario: Scenario, host: str) -> ServerPlan:
    """What the scenario says of a host, by its path."""
    return [scenario, *scenario.more_hosts][int(host.removeprefix("host")) - 1]


def model_of(plan: ServerPlan) -> tuple[str, ServerModel]:
    """A host's kind, by its name."""
    known = economics()
    name = plan.model or known.default_model
    return name, known.models[name]


def processor_megahertz(scenario: Scenario, host: str) -> int:
    """What one of a host's logical processors can do, in MHz."""
    return model_of(plan_of(scenario, host))[1].megahertz


def figures(changed: dict[str, int]) -> dict[str, int]:
    """The figures by name, some of them changed. Refusal no-such-figure."""
    known = economics().figures
    names = {name.casefold(): name for name in known}
    result = {name: figure.value for name, figure in known.items()}
    for name, value in changed.items():
        if name.casefold() not in names:
            raise Refusal("no-such-figure", name=name, known=", ".join(known))
        result[names[name.casefold()]] = value
    return result


def all_figures() -> dict[str, Figure]:
    """The figures with where they come from."""
    return economics().figures


def candidate(source: SourceServer) -> Candidate:
    """A server with its work, as consolidation looks at it. Refusal no-model if nothing is known of its hardware."""
    plan = source.plan
    if not plan.model:
        raise Refusal("no-model", name=plan.name)
    return Candidate(
        plan.name,
        economics().models[plan.model],
        source.load,
        source.peak,
        read_size(plan.memory) >> 20,
        catalog.guest(plan.guest).licence,
        plan.licence,
        plan.oem,
        plan.age,
    )


def host_kind(
    world: World, scenario: Scenario, platform: Platform, host: str, model: str, edition: str
) -> HostKind:
    """The host at that path, or a new one of another model or edition (empty: as it is)."""
    plan = plan_of(scenario, host)
    own, kind = model_of(plan)
    build = server_of(world, host).build
    book = world.get(BOOK, LicenceBook)
    licensed = book.server(plan.host)
    held = tuple(one.edition for one in book.of_server(plan.host))
    hardware, name = build.hardware, own
    if model and model != own:
        name, kind = model, economics().models[model]
        hardware = Hardware(kind.sockets, kind.cores, kind.memory_mb << 20)
        held = ()
    windows = edition or build.edition
    facts = server_facts().editions[windows]
    _, processors, memory = used(hardware, facts, platform, plan.updates)
    if edition or name != own:
        physical = "" if windows == "Hyper-V Server" else windows.casefold()
        licensed = Server(plan.host, hardware.sockets, physical, architecture=licensed.architecture)
    room = memory.used - (read_size(plan.root_memory) >> 20)
    return HostKind(name, kind, processors.used * kind.megahertz, room, licensed, held)
