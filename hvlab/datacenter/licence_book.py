"""The licences that the firm has bought, and the servers they are assigned to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from hvlab.catalog import guest
from hvlab.catalog.licences import use_rights
from hvlab.datacenter.licensing import DAY, Instance, Server, Verdict, judge, may_reassign
from hvlab.guests.guest import GuestSystem
from hvlab.host.machine import OFF, Refusal
from hvlab.host.vmms import Vmms
from hvlab.kernel import Component

BOOK = "licences"
"""The component's path."""


@dataclass
class Licence:
    """One licence: of an edition, assigned to a server at a time (ns); `oem`: bought with the hardware, bound to it."""

    number: int
    edition: str
    server: str
    assigned: int
    oem: bool


class LicenceBook(Component):
    """All licences, and what they are judged against: the servers by computer name."""

    STATE = ("licences", "bought", "servers", "hosts")

    def __init__(self) -> None:
        self.licences: list[Licence] = []
        self.bought = 0
        self.servers: dict[str, Server] = {}
        self.hosts: dict[str, str] = {}
        """Computer name to the path of the host's parts in the world."""

    def outcome(self) -> list[object]:
        """The licences with their servers, and what these do beside."""
        return [
            sorted([one.edition, one.server, one.oem] for one in self.licences),
            [[name, one.other_work] for name, one in sorted(self.servers.items())],
        ]

    def add_server(self, server: Server, host: str) -> None:
        """A server stands in the machine room from now on."""
        self.servers[server.name] = server
        self.hosts[server.name] = host

    def server(self, name: str) -> Server:
        """The server of that name, in any case. Refusal no-such-server."""
        for known, server in self.servers.items():
            if known.casefold() == name.casefold():
                return server
        raise Refusal("no-such-server", server=name, known=", ".join(self.servers))

    def of_server(self, name: str) -> list[Licence]:
        """The licences assigned to a server."""
        return [licence for licence in self.licences if licence.server == name]

    # -- changing -------------------------------------------------------------------------------

    def buy(self, edition: str, server: str, oem: bool) -> Licence:
        """A new licence, assigned to a server. Refusal no-such-server, no-such-edition."""
        try:
            rights = use_rights().edition(edition)
        except KeyError:
            known = ", ".join(known.id for known in use_rights().editions)
            raise Refusal("no-such-edition", edition=edition, known=known) from None
        licence = self.hold(rights.id, self.server(server).name, oem)
        self._note("assigned", licence)
        return licence

    def hold(self, edition: str, server: str, oem: bool = False) -> Licence:
        """Enter a licence, as the lab does before it begins."""
        self.bought += 1
        licence = Licence(self.bought, edition, server, self.world.now, oem)
        self.licences.append(licence)
        return licence

    def move(self, number: int, server: str, hardware_failed: bool) -> Licence:
        """Assign a licence to another server (R10). Refusal no-such-licence, licence-oem, licence-too-early."""
        licence = self.find(number)
        place = self.server(server).name
        wait = may_reassign(licence.assigned, self.world.now, hardware_failed, licence.oem)
        if wait < 0:
            raise Refusal("licence-oem", number=number, server=licence.server)
        if wait:
            days = -(-wait // DAY)
            raise Refusal("licence-too-early", number=number, server=licence.server, days=days)
        licence.server = place
        licence.assigned = self.world.now
        self._note("reassigned", licence)
        return licence

    def give_up(self, number: int) -> None:
        """Strike a licence off. Refusal no-such-licence."""
        licence = self.find(number)
        self.licences.remove(licence)
        self._note("given up", licence)

    def find(self, number: int) -> Licence:
        """The licence of that number. Refusal no-such-licence."""
        for licence in self.licences:
            if licence.number == number:
                return licence
        raise Refusal("no-such-licence", number=number)

    def set_other_work(self, name: str, other_work: bool) -> Server:
        """Say whether the system on the hardware does more than serve virtual machines. Refusal no-such-server."""
        server = replace(self.server(name), other_work=other_work)
        self.servers[server.name] = server
        return server

    def _note(self, action: str, licence: Licence) -> None:
        self.world.emit(
            "licence",
            self.name,
            self.name,
            None,
            None,
            None,
            action,
            licence.number,
            licence.edition,
            licence.server,
        )

    # -- judging --------------------------------------------------------------------------------

    def running(self, name: str) -> list[Instance]:
        """The systems that run in a server's virtual machines now (R2), with the edition that each needs a right for.

        A machine whose disk has not said yet what system it is needs none so far.
        """
        return list(self._running(self.hosts[self.server(name).name]))

    def _running(self, host: str) -> Iterator[Instance]:
        for machine in self.world.get(f"{host}/root/vmms", Vmms).machines.values():
            path = f"{host}/{machine.name}"
            if machine.state != OFF and self.world.has(path):
                system = self.world.get(path, GuestSystem).system
                yield Instance(machine.name, guest(system).licence if system else "")

    def judge(self, name: str) -> Verdict:
        """Whether what runs on a server now is covered by its licences."""
        server = self.server(name)
        return judge(server, [licence.edition for licence in self.of_server(server.name)], self.running(name))
