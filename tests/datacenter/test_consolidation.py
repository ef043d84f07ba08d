"""Consolidation: each figure by hand, what changes with a load, a price and a licence, and when it does not pay."""

from __future__ import annotations

import dataclasses

from hvlab.catalog.economics import ServerModel, economics
from hvlab.datacenter.consolidation import Candidate, Consolidation, HostKind, consolidate
from hvlab.datacenter.licensing import Server

SMALL = ServerModel(
    sockets=1, cores=1, megahertz=1000, memory_mb=1024, rack_units=1, idle_watts=100, full_watts=200,
    price=1000, source="test",
)  # fmt: skip
BIG = ServerModel(
    sockets=2, cores=8, megahertz=1000, memory_mb=9000, rack_units=2, idle_watts=200, full_watts=300,
    price=5000, source="test",
)  # fmt: skip
FIGURES = {
    "EnergyPrice": 100,
    "FacilityFactor": 200,
    "RackUnitPrice": 300,
    "UpkeepPrice": 400,
    "ConversionPrice": 250,
    "Years": 2,
    "Life": 5,
    "Headroom": 50,
    "Overhead": 10,
}


def server(name: str, load: int = 10, peak: int = 20, memory: int = 1000, **more: object) -> Candidate:
    known = Candidate(name, SMALL, load, peak, memory, "standard", "standard", True, 4)
    return dataclasses.replace(known, **more)  # type: ignore[arg-type]


def reckon(*servers: Candidate, held: tuple[str, ...] = (), **changed: int) -> Consolidation:
    kind = HostKind("big", BIG, 8000, 8000, Server("H", 2, "standard"), held)
    return consolidate(servers, kind, FIGURES | changed)


def test_the_sheet_by_hand() -> None:
    answer = reckon(server("a"), server("b"))
    # 110 W each; 220 W * 8760 h = 1927 kWh, doubled by the facility; 100 $ a MWh for two years
    assert (answer.before.watts, answer.before.utilization) == (220, 10)
    assert answer.before.energy(200) == 3854
    assert answer.before.costs == {
        "Energy": 770,
        "Space": 1200,
        "Upkeep": 1600,
        "Hardware": 2000,
        "Licenses": 1998,
        "Conversion": 0,
    }
    # 200 MHz and a tenth more of 8000: 220 MHz, 202.75 W
    assert (answer.after.load, answer.after.milliwatts, answer.after.utilization) == (220, 202750, 3)
    assert answer.after.costs["Hardware"] == 5000
    assert answer.after.costs["Conversion"] == 500
    assert answer.after.costs["Licenses"] == 1998
    assert answer.saving == answer.before.total - answer.after.total


def test_young_hardware_is_not_replaced_and_its_licence_moves_if_it_may() -> None:
    answer = reckon(server("a", age=1), server("b", age=1, oem=False))
    assert answer.before.costs["Hardware"] == 0 == answer.before.costs["Licenses"]
    assert answer.after.costs["Licenses"] == 999
    assert reckon(server("a", oem=False), held=("standard",)).after.costs["Licenses"] == 0


def test_memory_or_peaks_open_another_host_and_what_fits_none_stays() -> None:
    assert len(reckon(*(server(str(n)) for n in range(8))).hosts) == 1
    many = reckon(*(server(str(n)) for n in range(9)))
    assert (len(many.hosts), many.limit) == (2, "Memory")
    busy = reckon(*(server(str(n), load=50, peak=95, memory=100) for n in range(4)))
    assert (len(busy.hosts), busy.limit) == (2, "Processor")
    large = reckon(server("a"), server("giant", memory=9000))
    assert [one.name for one in large.left] == ["giant"]
    assert large.after.servers == 2
    assert large.after.costs["Hardware"] == 5000 + 1000


def test_a_load_a_price_or_a_licence_changes_the_answer() -> None:
    servers = [server(str(n)) for n in range(6)]
    base = reckon(*servers)
    assert reckon(server("0", load=90, peak=90), *servers[1:]).after.load > base.after.load
    assert reckon(*servers, EnergyPrice=500).saving > base.saving
    assert reckon(*servers, held=("enterprise",)).saving > base.saving


def test_it_does_not_pay_for_one_young_server_and_pays_for_six_old_ones() -> None:
    young = reckon(server("a", age=0))
    assert not young.pays
    assert young.payback_months is None or young.payback_months > 24
    old = reckon(*(server(str(n)) for n in range(6)))
    assert old.pays
    assert old.payback_months is not None and old.payback_months <= 24


def test_nothing_that_could_be_consolidated_is_an_answer_too() -> None:
    answer = reckon(server("giant", memory=9000))
    assert (answer.hosts, answer.limit, answer.saving, answer.pays) == ((), "", 0, False)


def test_each_figure_has_a_source_or_is_named_as_an_assumption() -> None:
    known = economics()
    for name, figure in known.figures.items():
        assert figure.assumed or figure.source.startswith(("EIA", "EPA")), name
        assert len(figure.source) > 20, name
    assert known.default_model in known.models
    for model in known.models.values():
        assert 0 < model.idle_watts < model.full_watts
        assert model.milliwatts(0) == model.idle_watts * 1000
        assert model.milliwatts(model.capacity) == model.full_watts * 1000
