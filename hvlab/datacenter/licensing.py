"""Who may run what: the rules of use of Windows Server licences, as questions about plain figures.

Nothing here knows the world: a server, the licences assigned to it and the
instances that run are given, and the answer says whether that is allowed, by
which rule not, and what would be enough. The rules carry the numbers of the
lab's help topic: R1 a licence belongs to one server, R2 only running instances
count, R3 and R4 the instance on the hardware is restricted when all the others
run, R5 and R6 licences by the socket, R7 several licences add up, R8 an unused
right on the hardware is none for a virtual machine, R9 lower editions are
allowed, R10 moving, R11 other systems need none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from hvlab.catalog.licences import UNLIMITED, EditionRights, UseRights, use_rights

DAY = 86_400_000_000_000
CLIENT = "client"
"""A client system: its licence is its own, no server licence covers it."""


@dataclass(frozen=True)
class Server:
    """A physical server. `physical` is the Windows Server edition that runs on the hardware, or empty.

    `other_work`: the system on the hardware does more than serve the virtual machines (it is a file server, say).
    """

    name: str
    sockets: int
    physical: str = ""
    other_work: bool = False
    architecture: str = "x64"


@dataclass(frozen=True)
class Instance:
    """A running system in a virtual machine: the edition that its right must cover; empty if it needs none."""

    name: str
    edition: str


@dataclass(frozen=True)
class Verdict:
    """Whether a server's running instances are covered.

    `rule` is the first rule that is broken, `reason` the id of the sentence that says how; both are empty if all is
    well. `covered` pairs each covered instance with the edition whose right it uses.
    """

    legal: bool
    rule: str = ""
    reason: str = ""
    values: dict[str, str | int] = field(default_factory=dict)
    covered: tuple[tuple[str, str], ...] = ()
    uncovered: tuple[str, ...] = ()


@dataclass
class _Right:
    """One licence (or one full set by the socket) at work: how many instances it can still cover."""

    edition: EditionRights
    free: int

    def covers(self, level: int) -> bool:
        return self.edition.level >= level and self.free != 0

    def use(self) -> None:
        if self.free != UNLIMITED:
            self.free -= 1


def judge(
    server: Server, licences: Sequence[str], instances: Sequence[Instance], rights: UseRights | None = None
) -> Verdict:
    """Are these instances covered by the licences assigned to this server (an edition for each licence)?"""
    rights = rights or use_rights()
    counted = [one for one in instances if one.edition and one.edition != CLIENT]
    usable = _rights(server, licences, rights)
    physical = server.physical and rights.edition(server.physical)
    if not counted and not physical:
        return Verdict(True)
    if not usable:
        return _nothing_usable(server, licences, counted, rights)
    if physical and not any(right.edition.level >= physical.level for right in usable):
        return Verdict(False, "R9", "licence-physical-edition", {"edition": physical.id})
    covered, uncovered = _assign(usable, counted, rights, physical or None, server.other_work)
    if not uncovered:
        return Verdict(True, covered=covered)
    return _why_not(server, licences, counted, rights, covered, uncovered)


def _rights(server: Server, licences: Sequence[str], rights: UseRights) -> list[_Right]:
    """The rights that the assigned licences give on this server, the lowest edition first."""
    found = []
    for edition in sorted(rights.editions, key=lambda edition: edition.level):
        count = sum(name.casefold() == edition.id for name in licences)
        if edition.architecture != server.architecture:
            continue
        if edition.per == "socket":
            count //= full_set(edition, server)
        found += [_Right(edition, edition.virtual) for _ in range(count)]
    return found


def full_set(edition: EditionRights, server: Server) -> int:
    """How many licences of an edition make one usable set on this server."""
    return max(edition.minimum, server.sockets) if edition.per == "socket" else edition.minimum


def _assign(
    usable: list[_Right],
    instances: Sequence[Instance],
    rights: UseRights,
    physical: EditionRights | None,
    other_work: bool,
) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Cover as many instances as possible.

    The demands are taken from the highest edition down. A right that covers one demand covers every later one too,
    so it does not matter which of those that fit is taken, and the result is the best there is. That the system on
    the hardware does other work costs a place under the licence it runs under: one place must stay free (R3, R4).
    """
    demands = [(rights.edition(one.edition).level, 1, one.name) for one in instances]
    if physical is not None:
        takes_place = other_work or all(
            right.edition.either for right in usable if right.edition.level >= physical.level
        )
        if takes_place:
            demands.append((physical.level, 0, ""))
    covered, uncovered = [], []
    for level, _, name in sorted(demands, key=lambda demand: (-demand[0], demand[1])):
        right = next((right for right in usable if right.covers(level)), None)
        if right is None:
            uncovered.append(name)
            continue
        right.use()
        if name:
            covered.append((name, right.edition.id))
    return tuple(covered), tuple(uncovered)


def _nothing_usable(
    server: Server, licences: Sequence[str], counted: Sequence[Instance], rights: UseRights
) -> Verdict:
    names = tuple(one.name for one in counted)
    for edition in rights.editions:
        have = sum(name.casefold() == edition.id for name in licences)
        if have and edition.architecture != server.architecture:
            return Verdict(False, "R6", "licence-architecture", {"edition": edition.id}, (), names)
        if have and edition.per == "socket":
            values: dict[str, str | int] = {
                "edition": edition.id,
                "have": have,
                "needed": full_set(edition, server),
            }
            return Verdict(False, "R5", "licence-sockets", values, (), names)
    return Verdict(False, "R1", "licence-none", {"server": server.name}, (), names)


def _why_not(
    server: Server,
    licences: Sequence[str],
    counted: Sequence[Instance],
    rights: UseRights,
    covered: tuple[tuple[str, str], ...],
    uncovered: tuple[str, ...],
) -> Verdict:
    """Name the rule: would it do without the other work, or if the instances were of a lower edition?"""
    values: dict[str, str | int] = {"running": len(counted), "covered": len(covered)}
    missing = tuple(name for name in uncovered if name)
    physical = rights.edition(server.physical) if server.physical else None
    if physical is not None and server.other_work:
        again = _assign(_rights(server, licences, rights), counted, rights, physical, False)
        if not again[1]:
            rule = "R3" if physical.virtual == 1 else "R4"
            return Verdict(False, rule, "licence-other-work", values, covered, missing)
    lowest = min(rights.editions, key=lambda edition: edition.level).id
    lowered = [Instance(one.name, lowest) for one in counted]
    again = _assign(_rights(server, licences, rights), lowered, rights, physical, server.other_work)
    if not again[1]:
        return Verdict(False, "R9", "licence-edition", values, covered, missing)
    if not server.physical:
        return Verdict(False, "R8", "licence-physical-unused", values, covered, missing)
    return Verdict(False, "R7", "licence-too-many", values, covered, missing)


@dataclass(frozen=True)
class Offer:
    """A set of licences that is enough: how many of each edition, in the order of the editions, and what it costs."""

    licences: tuple[tuple[str, int], ...]
    price: int

    @property
    def count(self) -> int:
        """Licences in all."""
        return sum(number for _, number in self.licences)

    def editions(self) -> list[str]:
        """An edition for each licence."""
        return [name for name, number in self.licences for _ in range(number)]


def least(
    server: Server, instances: Sequence[Instance], edition: str, rights: UseRights | None = None
) -> int | None:
    """The fewest licences of one edition that cover all this; None if no number of them does."""
    rights = rights or use_rights()
    of_edition = rights.edition(edition)
    if of_edition.architecture != server.architecture:
        return None
    step = full_set(of_edition, server)
    for sets in range(len(instances) + 3):
        if judge(server, [of_edition.id] * (sets * step), instances, rights).legal:
            return sets * step
    return None


def cheapest(
    server: Server,
    instances: Sequence[Instance],
    cluster: bool = False,
    rights: UseRights | None = None,
    prices: dict[str, int] | None = None,
    held: Sequence[str] = (),
) -> Offer | None:
    """The cheapest set of licences; of several the one with the fewest licences, then with the lower editions.

    `held`: the editions of licences that the server has already; what is bought comes on top of them.
    `cluster`: the server is a node of a failover cluster, so the system on its hardware must have clustering.
    `prices` replaces prices of editions. None if no licence can cover this server.
    """
    rights = rights or use_rights()
    cost = {edition.id: edition.price for edition in rights.editions} | (prices or {})
    single = [
        (least(server, instances, name, rights), name)
        for name in cost
        if rights.edition(name).cluster or not cluster
    ]
    ceiling = min((count * cost[name] for count, name in single if count is not None), default=None)
    if ceiling is None:
        return None
    best: tuple[int, int, list[int], Offer] | None = None
    for offer in _sets(server, len(instances) + 2, rights, cost, ceiling):
        names = [*held, *offer.editions()]
        if cluster and not any(rights.edition(name).cluster for name in names):
            continue
        if best is not None and (offer.price, offer.count) > best[:2]:
            continue
        if judge(server, names, instances, rights).legal:
            levels = [rights.edition(name).level for name in names]
            if best is None or (offer.price, offer.count, levels) < best[:3]:
                best = (offer.price, offer.count, levels, offer)
    return best[3] if best else None


def _sets(
    server: Server, most: int, rights: UseRights, cost: dict[str, int], ceiling: int
) -> Iterator[Offer]:
    """Every set that could be the cheapest: at most at that price, with no more of an edition than could be used."""
    editions = [edition for edition in rights.editions if edition.architecture == server.architecture]

    def extend(index: int, chosen: tuple[tuple[str, int], ...], price: int) -> Iterator[Offer]:
        if index == len(editions):
            yield Offer(chosen, price)
            return
        edition = editions[index]
        size = full_set(edition, server)
        bound = 1 if edition.virtual == UNLIMITED else -(-most // edition.virtual)
        for sets in range(bound + 1):
            total = price + sets * size * cost[edition.id]
            if total > ceiling:
                break
            more = ((edition.id, sets * size),) if sets else ()
            yield from extend(index + 1, chosen + more, total)

    yield from extend(0, (), 0)


def may_reassign(
    assigned: int, now: int, hardware_failed: bool, oem: bool, rights: UseRights | None = None
) -> int:
    """R10: how many ns until a licence assigned at that time may go to another server; -1 if never."""
    rights = rights or use_rights()
    if oem:
        return -1
    if hardware_failed:
        return 0
    return max(0, assigned + rights.reassign_days * DAY - now)
