"""Which virtual disks a host has attached itself: the state that `mounts` changes and the management service asks."""

from __future__ import annotations

from dataclasses import dataclass

from hvlab.host.eventlog import event_log
from hvlab.kernel import Component, World
from hvlab.storage.volume import HostFiles


@dataclass
class Mount:
    """A disk that is attached: its file, its number, its volume's letter (empty if it has none)."""

    path: str
    number: int
    letter: str
    read_only: bool


class Mounts(Component):
    """What a host has attached, by folded path; it comes with the first."""

    STATE = ("mounts",)

    def __init__(self) -> None:
        self.mounts: dict[str, Mount] = {}


def path_of(host: str) -> str:
    """Where a host's list of them is."""
    return f"{host}/root/mounts"


def lose(world: World, host: str, files: HostFiles) -> None:
    """The host goes down: its volumes are gone, with what was not written back, which the event log says."""
    if world.has(path_of(host)):
        found = world.get(path_of(host), Mounts)
        for one in found.mounts.values():
            event_log(world, host).write("mount-lost", path=one.path)
        letters = [one.letter for one in found.mounts.values()]
        files.volumes[:] = [volume for volume in files.volumes if volume.letter not in letters]
        found.mounts.clear()
