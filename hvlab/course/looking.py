"""A shell that can only look at a session's lab: checks are evaluated in it, and change nothing."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator

from hvlab.catalog import Platform, Scenario
from hvlab.console.cmdlets import CmdletTable
from hvlab.console.errors import CmdletError
from hvlab.console.general import general_cmdlets
from hvlab.console.host import RecordingHost
from hvlab.console.lab import DEFAULT_WAIT, BroughtIn
from hvlab.console.shell import Shell
from hvlab.console.simulation import simulation_cmdlets
from hvlab.kernel import World
from hvlab.session.session import Session
from hvlab.text import Text

STEP_LIMIT = 2_000_000


class LookingLab:
    """A lab that can only be looked at."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def world(self) -> World:
        """The world."""
        return self._session.world

    @property
    def platform(self) -> Platform:
        """Its platform."""
        return self._session.platform

    @property
    def scenario(self) -> Scenario:
        """The situation it began with."""
        return self._session.scenario

    @property
    def text(self) -> Text:
        """The sentences in the session's language."""
        return self._session.text

    @property
    def prologue(self) -> int:
        """A check sees everything."""
        return 0

    @property
    def host(self) -> str:
        """The host's path."""
        return self._session.host

    @property
    def computer(self) -> str:
        """The host's name."""
        return self._session.computer

    def wait(self, until: Callable[[], bool], limit: int = DEFAULT_WAIT) -> bool:
        """A check does not wait."""
        raise _only_looks()

    def advance(self, nanoseconds: int) -> None:
        """A check does not wait."""
        raise _only_looks()

    def step(self, events: int) -> int:
        """A check does not wait."""
        raise _only_looks()

    def bring(self, path: str) -> BroughtIn | None:
        """A check brings nothing in."""
        raise _only_looks()

    def export(self, target: str, pieces: Iterator[tuple[int, bytes]], size: int) -> None:
        """A check writes nothing."""
        raise _only_looks()


def _only_looks() -> CmdletError:
    return CmdletError("A check only looks.", "ReadOnly", "PermissionDenied", terminating=True)


def looking_shell(session: Session) -> Shell:
    """A shell over a session's world that knows no command which changes something."""
    return Shell(_table(), LookingLab(session), RecordingHost(), step_limit=STEP_LIMIT)


@functools.cache
def _table() -> CmdletTable:
    """All that looks. Nobody adds to it."""
    cmdlets = [cmdlet for cmdlet in simulation_cmdlets() if cmdlet.read_only]
    return CmdletTable([*general_cmdlets(), *cmdlets])
