"""What becomes of virtual machines and switches when the role goes, and when it comes again.

No file is deleted: definitions, disks and saved states stay where they lie, and nobody knows of them. The virtual
switches are gone with their drivers; physical adapters have their addresses back. If the role is installed again it
finds the definitions, whose adapters are connected to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hvlab.host.machine import VirtualMachine
from hvlab.host.server import ABSENT, INSTALLED
from hvlab.kernel import Component

if TYPE_CHECKING:
    from hvlab.host.vmms import Vmms


class LeftBehind(Component):
    """The definitions that lie on the disk without a service that knows them, by folded name."""

    STATE = ("machines",)

    def __init__(self) -> None:
        self.machines: dict[str, VirtualMachine] = {}


def settle(service: Vmms, role: str) -> None:
    """After a boot: machines are where the role's state has them."""
    world, path = service.world, f"{service.host}/root/left"
    if role == ABSENT and not service.platform.hosted:
        if not service.machines and not service.networks.switches:
            return
        for name in [switch.name for switch in service.networks.switches.values()]:
            service.networks.remove(name)
        left = world.get(path, LeftBehind) if world.has(path) else world.add(path, LeftBehind())
        left.machines.update(service.machines)
        service.machines = {}
    elif role == INSTALLED and world.has(path):
        left = world.get(path, LeftBehind)
        service.machines.update(left.machines)
        world.remove(left)
