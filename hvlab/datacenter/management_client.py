"""A client computer with Windows Vista SP1 from which servers are managed: which tools are installed on it.

It is added to the world when somebody first works at it.
"""

from __future__ import annotations

from hvlab.catalog.servers import server_facts
from hvlab.host.machine import Refusal
from hvlab.host.server import server_of
from hvlab.kernel import Component, World

CLIENT = "management-client"
COMPUTER = "VISTA01"


class ManagementClient(Component):
    """The client. `installed`: the numbers of the updates on it, in the order of their installation."""

    STATE = ("installed",)

    def __init__(self) -> None:
        self.installed: list[str] = []

    def install(self, number: str, handout: bool) -> None:
        """Install an update. Refusal unless it is for this system; `handout`: the handout's number counts too."""
        facts = server_facts()
        if number not in facts.tools and not (handout and number == facts.handout_tools):
            raise Refusal(
                "tools-not-for-client" if number in facts.updates else "tools-unknown",
                update=number,
                title=facts.updates[number].title if number in facts.updates else "",
                right=", ".join(facts.tools),
            )
        if number not in self.installed:
            self.installed.append(number)

    def connect(self, host: str) -> None:
        """Open that host in Hyper-V Manager. Refusal if the tools or the host's services are not there."""
        if not self.installed:
            raise Refusal("no-client-tools", right=", ".join(server_facts().tools))
        server = server_of(self.world, host)
        server.check_on()
        server.check_role()


def client_of(world: World) -> ManagementClient:
    """The client computer."""
    if world.has(CLIENT):
        return world.get(CLIENT, ManagementClient)
    return world.add(CLIENT, ManagementClient())
