"""The storage network: disks that every host can reach, and that one host at a time has online.

A disk's volume lies with the host that has it online, as its other volumes do, or here while nobody
has it. So there is one volume, and never two hosts that write to it.
"""

from __future__ import annotations

from dataclasses import dataclass

from hvlab.host.disks import HostStorage
from hvlab.host.outcome import files_outcome
from hvlab.kernel import Component
from hvlab.storage.volume import HostFiles, Volume

SAN = "san"
"""The component's path."""


@dataclass
class Lun:
    """A disk: its name, its volume's letter, its size in bytes; `owner` is the path of the host that has it online."""

    name: str
    letter: str
    size: int
    owner: str = ""


class SharedStorage(Component):
    """All disks of the storage network, by letter."""

    STATE = ("luns", "offline")

    def __init__(self) -> None:
        self.luns: dict[str, Lun] = {}
        self.offline: dict[str, Volume] = {}
        """The volumes that no host has online."""

    def outcome(self) -> list[object]:
        """Whose each disk is; a volume that nobody has online with its files."""
        return [
            [[one.name, one.letter, one.size, one.owner] for _, one in sorted(self.luns.items())],
            files_outcome(HostFiles([volume for _, volume in sorted(self.offline.items())])),
        ]

    def add_lun(self, lun: Lun, volume: Volume) -> None:
        """A new disk, which nobody has online yet."""
        self.luns[lun.letter] = lun
        self.offline[lun.letter] = volume

    def give(self, letter: str, host: str) -> None:
        """Another host has the disk online from now on; an empty path: nobody."""
        lun = self.luns[letter]
        if lun.owner == host:
            return
        volume = self._taken(lun)
        lun.owner = host
        if host:
            self._files(host).volumes.append(volume)
        else:
            self.offline[letter] = volume

    def _taken(self, lun: Lun) -> Volume:
        """Its volume, taken from where it was."""
        if not lun.owner:
            return self.offline.pop(lun.letter)
        volumes = self._files(lun.owner).volumes
        found = next(volume for volume in volumes if volume.letter == lun.letter)
        volumes.remove(found)
        return found

    def _files(self, host: str) -> HostFiles:
        return self.world.get(f"{host}/root/storage", HostStorage).files
