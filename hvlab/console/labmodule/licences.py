"""Get-, Add-, Move-, Remove-, Test- and Measure-LabLicense: who may run what, and what it would cost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from hvlab.catalog.licences import UNLIMITED, use_rights
from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.errors import CmdletError
from hvlab.console.objects import Column, ObjectType, TimeSpan
from hvlab.datacenter.licence_book import BOOK, Licence, LicenceBook
from hvlab.datacenter.licensing import Instance, Offer, Server, Verdict, cheapest, full_set, least
from hvlab.host.machine import Refusal

MODULE = "Lab"
EDITIONS = ("Web", "Standard", "Enterprise", "Datacenter", "Itanium")

LICENCE = ObjectType(
    "Hvlab.License",
    {
        "Number": lambda pair: pair[1].number,
        "Edition": lambda pair: pair[1].edition.capitalize(),
        "Server": lambda pair: pair[1].server,
        "Held": lambda pair: TimeSpan(pair[0].world.now - pair[1].assigned),
        "Oem": lambda pair: pair[1].oem,
        "Per": lambda pair: use_rights().edition(pair[1].edition).per.capitalize(),
        "VirtualInstances": lambda pair: _places(use_rights().edition(pair[1].edition).virtual),
        "Price": lambda pair: use_rights().edition(pair[1].edition).price,
    },
    columns=("Number", "Edition", "Server", "Per", "VirtualInstances", "Price", "Oem"),
)


def _places(count: int) -> int | str:
    return "unlimited" if count == UNLIMITED else count


@dataclass(frozen=True)
class Judged:
    """A server with the verdict on it."""

    server: Server
    licences: tuple[Licence, ...]
    instances: tuple[Instance, ...]
    verdict: Verdict


JUDGED = ObjectType(
    "Hvlab.LicenseVerdict",
    {
        "Server": lambda judged: judged.server.name,
        "Legal": lambda judged: judged.verdict.legal,
        "Rule": lambda judged: judged.verdict.rule,
        "Reason": lambda judged: _reason(judged.verdict),
        "Physical": lambda judged: judged.server.physical.capitalize(),
        "OtherWork": lambda judged: judged.server.other_work,
        "Sockets": lambda judged: judged.server.sockets,
        "Licenses": lambda judged: [licence.edition.capitalize() for licence in judged.licences],
        "Running": lambda judged: sum(bool(one.edition) for one in judged.instances),
        "Covered": lambda judged: [name for name, _ in judged.verdict.covered],
        "Uncovered": lambda judged: list(judged.verdict.uncovered),
    },
    columns=("Server", "Legal", "Rule", "Running", "Licenses", "Uncovered", "Reason"),
)

_REASONS = {
    "licence-none": "No usable Windows Server license is assigned to {server}.",
    "licence-architecture": "The {edition} license is for servers of another architecture.",
    "licence-sockets": "{edition} is licensed by the processor: {needed} licenses are needed, {have} assigned.",
    "licence-physical-edition": "No license covers {edition} on the hardware.",
    "licence-other-work": "All permitted instances run, so the one on the hardware may only serve them.",
    "licence-edition": "A license does not cover an instance of a higher edition.",
    "licence-physical-unused": "{running} run, {covered} covered: the unused right on the hardware covers none.",
    "licence-too-many": "{running} instances run in virtual machines, {covered} are covered.",
}
"""Properties are English, as on a real system; about_Licensing explains the rules in the learner's language."""


def _reason(verdict: Verdict) -> str:
    return _REASONS[verdict.reason].format(**verdict.values) if verdict.reason else ""


@dataclass(frozen=True)
class Measured:
    """What one way of licensing a server would take; `offer` is None where that way does not lead there."""

    way: str
    offer: Offer | None
    sockets: int


MEASURED = ObjectType(
    "Hvlab.LicenseNeed",
    {
        "Way": lambda measured: measured.way,
        "Licenses": lambda measured: measured.offer.count if measured.offer else None,
        "Price": lambda measured: measured.offer.price if measured.offer else None,
        "Set": lambda measured: _set(measured.offer),
        "Sockets": lambda measured: measured.sockets,
    },
    columns=("Way", "Licenses", Column("Price($)", "Price"), "Set"),
)


def _set(offer: Offer | None) -> str:
    if offer is None:
        return ""
    return " + ".join(f"{number} {name.capitalize()}" for name, number in offer.licences) or "none"


def _book(call: Call) -> LicenceBook:
    return call.lab.world.get(BOOK, LicenceBook)


_ERRORS = {
    "no-such-server": ("There is no server '{server}'. There are: {known}.", "ObjectNotFound"),
    "no-such-edition": ("There is no edition '{edition}'. There are: {known}.", "InvalidArgument"),
    "no-such-licence": ("There is no license number {number}.", "ObjectNotFound"),
    "licence-oem": (
        "License {number} came with the server {server} and cannot leave it.",
        "InvalidOperation",
    ),
    "licence-too-early": (
        "License {number} was assigned to {server} less than 90 days ago: it can be reassigned in {days} days.",
        "InvalidOperation",
    ),
}


def _refused(call: Call, act: Callable[[], Licence | Server | None]) -> Licence | Server | None:
    """Do it; a refusal becomes the error of this command."""
    try:
        return act()
    except Refusal as refusal:
        message, category = _ERRORS[refusal.reason]
        raise CmdletError(
            message.format(**refusal.values),
            "InvalidOperation" if category == "InvalidOperation" else "InvalidParameter",
            category,
            explain=(f"explain.{refusal.reason}", dict(refusal.values)),
        ) from None


def _server_name(call: Call) -> str:
    return str(call.args.Server or call.lab.computer)


def _list(call: Call) -> Iterator[object]:
    book = _book(call)
    wanted = {name.casefold() for name in call.args.Server or book.servers}
    for licence in book.licences:
        if licence.server.casefold() in wanted:
            yield LICENCE.of((book, licence))


def _add(call: Call) -> Iterator[object]:
    book = _book(call)
    for _ in range(call.args.Count):
        licence = _refused(call, lambda: book.buy(call.args.Edition, _server_name(call), call.args.Oem))
        yield LICENCE.of((book, licence))


def _move(call: Call) -> Iterator[object]:
    book, args = _book(call), call.args
    licence = _refused(call, lambda: book.move(args.Number, args.Server, args.HardwareFailed))
    yield LICENCE.of((book, licence))


def _remove(call: Call) -> None:
    book = _book(call)
    for number in call.args.Number:
        if call.should_process(str(number), "Remove-LabLicense"):
            _refused(call, partial(book.give_up, number))


def _test(call: Call) -> Iterator[object]:
    book = _book(call)
    for name in call.args.Server or list(book.servers):
        server = _refused(call, partial(book.server, name))
        assert isinstance(server, Server)
        licences = tuple(book.of_server(server.name))
        instances = tuple(book.running(server.name))
        yield JUDGED.of(Judged(server, licences, instances, book.judge(server.name)))


def _set_server(call: Call) -> None:
    book = _book(call)
    _refused(call, lambda: book.set_other_work(_server_name(call), call.args.OtherWork))


def _asked(call: Call) -> tuple[Server, list[Instance]]:
    """The server and the instances that the question is about: the lab's own, changed by what was given."""
    book, args = _book(call), call.args
    server = _refused(call, lambda: book.server(_server_name(call)))
    assert isinstance(server, Server)
    instances = book.running(server.name)
    if "Instance" in args:
        edition = (args.InstanceEdition or "Standard").casefold()
        instances = [Instance(f"instance {number}", edition) for number in range(1, args.Instance + 1)]
    physical = server.physical
    if args.Physical is not None:
        physical = "" if args.Physical == "None" else args.Physical.casefold()
    server = Server(
        server.name,
        args.Sockets if "Sockets" in args else server.sockets,
        physical,
        bool(physical) and (args.OtherWork if "OtherWork" in args else server.other_work),
        "itanium" if physical == "itanium" else server.architecture,
    )
    return server, instances


def _measure(call: Call) -> Iterator[object]:
    server, instances = _asked(call)
    for edition in use_rights().editions:
        if edition.architecture != server.architecture or (call.args.Cluster and not edition.cluster):
            continue
        count = least(server, instances, edition.id)
        if count is not None:
            offer = Offer(((edition.id, count),), count * edition.price)
            assert count % full_set(edition, server) == 0
            yield MEASURED.of(Measured(f"{edition.id.capitalize()} only", offer, server.sockets))
    best = cheapest(server, instances, call.args.Cluster)
    yield MEASURED.of(Measured("Cheapest", best, server.sockets))


_SERVER = Parameter("Server", completer="server", aliases=("ComputerName",))
_SERVERS = Parameter("Server", position=0, array=True, completer="server", aliases=("ComputerName",))
_EDITION = Parameter("Edition", "enum", position=0, mandatory=True, values=EDITIONS)

CMDLETS = (
    Cmdlet(
        "Get-LabLicense",
        MODULE,
        (_SERVERS,),
        _list,
        lab_only=True,
        read_only=True,
        summary_id="help.Get-LabLicense",
    ),
    Cmdlet(
        "Add-LabLicense",
        MODULE,
        (
            _EDITION,
            _SERVER,
            Parameter("Count", "int", default=1, minimum=1, maximum=1000),
            Parameter("Oem", "switch"),
        ),
        _add,
        lab_only=True,
        summary_id="help.Add-LabLicense",
    ),
    Cmdlet(
        "Move-LabLicense",
        MODULE,
        (
            Parameter("Number", "int", position=0, mandatory=True, pipeline="property"),
            Parameter("Server", position=1, mandatory=True, completer="server", aliases=("ComputerName",)),
            Parameter("HardwareFailed", "switch"),
        ),
        _move,
        lab_only=True,
        summary_id="help.Move-LabLicense",
    ),
    Cmdlet(
        "Remove-LabLicense",
        MODULE,
        (Parameter("Number", "int", position=0, mandatory=True, array=True, pipeline="property"),),
        _remove,
        lab_only=True,
        supports_should_process=True,
        summary_id="help.Remove-LabLicense",
    ),
    Cmdlet(
        "Test-LabLicense",
        MODULE,
        (_SERVERS,),
        _test,
        lab_only=True,
        read_only=True,
        summary_id="help.Test-LabLicense",
    ),
    Cmdlet(
        "Set-LabServer",
        MODULE,
        (
            Parameter("Server", position=0, completer="server", aliases=("ComputerName", "Name")),
            Parameter("OtherWork", "bool", mandatory=True),
        ),
        _set_server,
        lab_only=True,
        summary_id="help.Set-LabServer",
    ),
    Cmdlet(
        "Measure-LabLicense",
        MODULE,
        (
            _SERVER,
            Parameter("Instance", "int", position=0, minimum=0, maximum=60),
            Parameter("InstanceEdition", "enum", values=EDITIONS),
            Parameter("Sockets", "int", minimum=1, maximum=64),
            Parameter("Physical", "enum", values=(*EDITIONS, "None")),
            Parameter("OtherWork", "bool"),
            Parameter("Cluster", "switch"),
        ),
        _measure,
        lab_only=True,
        read_only=True,
        summary_id="help.Measure-LabLicense",
    ),
)
