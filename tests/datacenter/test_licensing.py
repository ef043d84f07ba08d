"""The rules of use: the reference's worked examples, and the engine's minimum against brute force."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import pytest

from hvlab.datacenter.licensing import DAY, Instance, Server, cheapest, judge, least, may_reassign


def guests(count: int, edition: str = "standard") -> list[Instance]:
    return [Instance(f"vm{number}", edition) for number in range(count)]


def box(physical: str, sockets: int = 1, other_work: bool = False) -> Server:
    return Server("hv01", sockets, physical, other_work)


@pytest.mark.parametrize(
    ("number", "server", "running", "edition", "one_set_is_enough", "needed"),
    [
        (1, box("standard"), 1, "standard", True, 1),
        (2, box("standard", 1, True), 1, "standard", False, 2),
        (3, box("standard", 2), 3, "standard", False, 3),
        (4, box("standard", 1, True), 0, "standard", True, 1),
        (5, box("enterprise", 2), 4, "enterprise", True, 1),
        (6, box("enterprise", 2, True), 4, "enterprise", False, 2),
        (7, box("enterprise", 2, True), 3, "enterprise", True, 1),
        (8, box("enterprise", 4), 9, "enterprise", False, 3),
        (9, box("datacenter", 2, True), 37, "datacenter", True, 2),
        (10, box("datacenter", 1), 6, "datacenter", True, 2),
        (11, box("datacenter", 4), 100, "datacenter", True, 4),
        (12, box("", 2), 3, "standard", False, 3),
        (13, box("", 2), 5, "enterprise", False, 2),
        (15, box("enterprise", 2), 8, "enterprise", False, 2),
    ],
)
def test_worked_examples(
    number: int, server: Server, running: int, edition: str, one_set_is_enough: bool, needed: int
) -> None:
    instances = guests(running)
    first = next(count for count in range(1, 200) if judge(server, [edition] * count, []).legal)
    assert judge(server, [edition] * first, instances).legal is one_set_is_enough, number
    assert least(server, instances, edition) == needed, number
    assert not judge(server, [edition] * (needed - 1), instances).legal, number


def test_the_linux_guests_of_example_4_need_nothing() -> None:
    linux = [Instance("a", ""), Instance("b", "")]
    assert judge(box("standard", 1, True), ["standard"], linux).legal
    assert judge(Server("esx", 2), [], linux).legal


def test_mixed_stacks_of_examples_6_and_8() -> None:
    assert judge(box("enterprise", 2, True), ["enterprise", "standard"], guests(4)).legal
    assert judge(box("enterprise", 4), ["enterprise", "enterprise", "standard"], guests(9)).legal
    assert not judge(box("enterprise", 4), ["enterprise", "enterprise", "standard"], guests(10)).legal


def test_itanium_of_example_14() -> None:
    server = Server("ia64", 2, "itanium", architecture="itanium")
    assert least(server, guests(8, "itanium"), "itanium") == 2
    assert least(server, guests(8), "datacenter") is None
    verdict = judge(server, ["datacenter"] * 2, guests(1))
    assert (verdict.legal, verdict.rule) == (False, "R6")


def test_a_move_of_example_16() -> None:
    second = Server("hv02", 1, "standard")
    verdict = judge(second, ["standard"], guests(2))
    assert (verdict.legal, verdict.rule, verdict.uncovered) == (False, "R7", ("vm1",))
    assert least(second, guests(2), "standard") == 2
    assert may_reassign(0, 89 * DAY, False, False) == DAY
    assert may_reassign(0, 90 * DAY, False, False) == 0
    assert may_reassign(0, 1, True, False) == 0
    assert may_reassign(0, 900 * DAY, True, True) == -1


@pytest.mark.parametrize(
    ("server", "licences", "instances", "rule"),
    [
        (box("standard"), [], guests(1), "R1"),
        (box("standard", 1, True), ["standard"], guests(1), "R3"),
        (box("enterprise", 1, True), ["enterprise"], guests(4), "R4"),
        (box("datacenter", 2), ["datacenter"], guests(1), "R5"),
        (box("standard"), ["standard"], guests(2), "R7"),
        (box("", 2), ["standard"], guests(2), "R8"),
        (box("standard"), ["standard"], guests(1, "enterprise"), "R9"),
        (box("enterprise"), ["standard"], [], "R9"),
    ],
)
def test_a_refusal_names_its_rule(
    server: Server, licences: list[str], instances: list[Instance], rule: str
) -> None:
    verdict = judge(server, licences, instances)
    assert (verdict.legal, verdict.rule) == (False, rule)
    assert verdict.reason.startswith("licence-")


def test_a_licence_covers_lower_editions_and_not_higher_ones() -> None:
    assert judge(box("enterprise"), ["enterprise"], guests(2) + guests(2, "enterprise")).legal
    verdict = judge(box("enterprise"), ["enterprise", "standard"], guests(5, "enterprise"))
    assert (verdict.rule, len(verdict.uncovered)) == ("R9", 1)
    assert dict(judge(box("datacenter"), ["datacenter"] * 2, guests(1)).covered) == {"vm0": "datacenter"}


def test_a_web_edition_runs_on_the_hardware_or_in_one_machine() -> None:
    assert judge(box("web"), ["web"], []).legal
    assert judge(box(""), ["web"], guests(1, "web")).legal
    assert not judge(box("web"), ["web"], guests(1, "web")).legal


@pytest.mark.parametrize(
    ("running", "licences", "price"),
    [
        (1, [("standard", 1)], 999),
        (4, [("standard", 4)], 3996),
        (6, [("standard", 6)], 5994),
        (7, [("datacenter", 2)], 5998),
        (37, [("datacenter", 2)], 5998),
    ],
)
def test_where_the_cheapest_set_changes(running: int, licences: list[tuple[str, int]], price: int) -> None:
    offer = cheapest(box("standard", 2), guests(running))
    assert offer is not None
    assert (list(offer.licences), offer.price) == (licences, price)


def test_a_cluster_needs_an_edition_that_has_clustering() -> None:
    offer = cheapest(box("enterprise", 2), guests(4), cluster=True)
    assert offer is not None
    assert list(offer.licences) == [("enterprise", 1)]
    dearer = cheapest(box("enterprise", 2), guests(4), cluster=True, prices={"enterprise": 9000})
    assert dearer is not None
    assert list(dearer.licences) == [("datacenter", 2)]


# -- brute force: written from the rules alone, over ways to give each instance a licence of its own ----------------

PLACES = {"standard": 1, "enterprise": 4, "datacenter": 99}
RANK = {"standard": 1, "enterprise": 2, "datacenter": 3}
PRICE = {"standard": 999, "enterprise": 3999, "datacenter": 2999}


def allowed(server: Server, licences: Sequence[str], editions: Sequence[str]) -> bool:
    """Try every way to put each instance, and the system on the hardware, under a licence."""
    sets = [name for name in licences if name != "datacenter"]
    if list(licences).count("datacenter") >= max(2, server.sockets):
        sets.append("datacenter")
    holders: Iterator[int] = iter(range(len(sets))) if server.physical else iter([-1])
    for holder in holders:
        if holder >= 0 and RANK[sets[holder]] < RANK[server.physical]:
            continue
        for placing in itertools.product(range(len(sets)), repeat=len(editions)):
            used = [placing.count(index) for index in range(len(sets))]
            fits = all(RANK[sets[at]] >= RANK[need] for at, need in zip(placing, editions, strict=True))
            room = all(count <= PLACES[name] for count, name in zip(used, sets, strict=True))
            full = holder >= 0 and server.other_work and used[holder] == PLACES[sets[holder]]
            if fits and room and not full:
                return True
    return False


@pytest.mark.parametrize("physical", ["", "standard", "enterprise"])
@pytest.mark.parametrize("other_work", [False, True])
@pytest.mark.parametrize("sockets", [1, 2, 3])
def test_the_engine_agrees_with_brute_force(physical: str, other_work: bool, sockets: int) -> None:
    server = Server("hv01", sockets, physical, other_work and bool(physical))
    for high, low in itertools.product(range(3), range(3)):
        editions = ["enterprise"] * high + ["standard"] * low
        instances = [Instance(str(at), edition) for at, edition in enumerate(editions)]
        prices = []
        for standard, enterprise, datacenter in itertools.product(range(4), range(3), range(4)):
            licences = ["standard"] * standard + ["enterprise"] * enterprise + ["datacenter"] * datacenter
            right = allowed(server, licences, editions)
            assert judge(server, licences, instances).legal is right, (licences, editions)
            if right:
                prices.append(sum(PRICE[name] for name in licences))
        best = cheapest(server, instances)
        assert best is not None
        if prices:
            assert best.price <= min(prices)
            assert allowed(server, best.editions(), editions)
