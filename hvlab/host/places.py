"""Where a host puts new virtual disks and machines: the two folders of Hyper-V's settings."""

from __future__ import annotations

from hvlab.host.saved import HOME
from hvlab.kernel import Component, World

DISKS = "C:\\Users\\Public\\Documents\\Hyper-V\\Virtual Hard Disks"


class Places(Component):
    """The folders as they are set; the component comes with the first change."""

    STATE = ("disks", "machines")

    def __init__(self, disks: str = DISKS, machines: str = HOME) -> None:
        self.disks = disks
        self.machines = machines

    def outcome(self) -> list[str] | None:
        """The folders, if they are others than a new host's."""
        return None if (self.disks, self.machines) == (DISKS, HOME) else [self.disks, self.machines]


def _path(host: str) -> str:
    return f"{host}/root/places"


def places(world: World, host: str) -> Places:
    """The folders of a host; to be read only."""
    return world.get(_path(host), Places) if world.has(_path(host)) else Places()


def set_places(world: World, host: str, disks: str | None, machines: str | None) -> None:
    """Change one or both; what is there already stays where it is."""
    if not world.has(_path(host)):
        world.add(_path(host), Places())
    found = world.get(_path(host), Places)
    found.disks = found.disks if disks is None else disks
    found.machines = found.machines if machines is None else machines
