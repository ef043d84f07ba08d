"""-ComputerName: the same cmdlet, spoken to another host of the lab.

A cmdlet asks its lab which host it speaks to. `RemoteLab` is the learner's lab with another answer to
that question, so no cmdlet has to know that there are several hosts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from hvlab.catalog import Platform, Scenario
from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.errors import CmdletError
from hvlab.console.lab import DEFAULT_WAIT, BroughtIn, Lab
from hvlab.datacenter.licence_book import BOOK, LicenceBook
from hvlab.host.vmms import Vmms
from hvlab.kernel import World
from hvlab.text import Text

COMPUTER = Parameter("ComputerName", pipeline="property", completer="computer")
_HERE = ("localhost", ".")


@dataclass(frozen=True)
class RemoteLab:
    """A lab seen from another host: `host` is that host's path in the world, `computer` its name."""

    near: Lab
    host: str
    computer: str

    @property
    def world(self) -> World:
        """The world, which all hosts share."""
        return self.near.world

    @property
    def platform(self) -> Platform:
        """That host's platform."""
        return self.near.world.get(f"{self.host}/root/vmms", Vmms).platform

    @property
    def scenario(self) -> Scenario:
        """The situation it began with."""
        return self.near.scenario

    @property
    def text(self) -> Text:
        """The sentences in the learner's language."""
        return self.near.text

    @property
    def prologue(self) -> int:
        """As Lab.prologue."""
        return self.near.prologue

    def wait(self, until: Callable[[], bool], limit: int = DEFAULT_WAIT) -> bool:
        """As Lab.wait."""
        return self.near.wait(until, limit)

    def advance(self, nanoseconds: int) -> None:
        """As Lab.advance."""
        self.near.advance(nanoseconds)

    def step(self, events: int) -> int:
        """As Lab.step."""
        return self.near.step(events)

    def bring(self, path: str) -> BroughtIn | None:
        """As Lab.bring."""
        return self.near.bring(path)

    def export(self, target: str, pieces: Iterator[tuple[int, bytes]], size: int) -> None:
        """As Lab.export: the real file lies on the learner's computer, whichever host is asked."""
        self.near.export(target, pieces, size)


def computers(world: World) -> dict[str, str]:
    """Every host's computer name with its path in the world, in the order in which they were built."""
    return world.get(BOOK, LicenceBook).hosts


def path_of(world: World, name: str) -> str | None:
    """The path of a host, by its computer name or by the path itself, in any case; None if there is none."""
    for computer, path in computers(world).items():
        if name.casefold() in (computer.casefold(), path.casefold()):
            return path
    return None


def computer_of(world: World, path: str) -> str:
    """The computer name of the host with that path; the path itself if there is none."""
    return next((computer for computer, at in computers(world).items() if at == path), path)


def lab_of(lab: Lab, name: str) -> Lab:
    """The lab as that host sees it. CmdletError if no such host is there."""
    if name.casefold() in (*_HERE, lab.computer.casefold(), lab.host.casefold()):
        return lab
    path = path_of(lab.world, name)
    if path is None:
        known = ", ".join(computers(lab.world))
        raise CmdletError(
            f"The operation on computer '{name}' failed: there is no such computer. This lab has {known}.",
            "ServerNotFound",
            "ObjectNotFound",
            target=name,
            target_type="String",
            explain=("explain.no-such-host", {"name": name, "known": known}),
        )
    return RemoteLab(lab, path, computer_of(lab.world, path))


def with_computer_name(cmdlet: Cmdlet) -> Cmdlet:
    """The cmdlet with -ComputerName; unchanged if it has one of its own or does not run record by record."""
    run = cmdlet.run
    if run is None or cmdlet.parameter("ComputerName") is not None:
        return cmdlet
    ordinary = run

    def elsewhere(call: Call) -> Iterable[object] | None:
        if call.args.ComputerName:
            call.lab = lab_of(call.lab, call.args.ComputerName)
        return ordinary(call)

    return replace(cmdlet, parameters=(*cmdlet.parameters, COMPUTER), run=elsewhere)
