"""VSS: the host has the guest's writers hold still while a backup takes its picture.

CHECK asks whether a backup of the running guest is possible, FREEZE lets every
writer bring what it has to the disk and then write no more, THAW lets them go on.
In Linux's words HOT_BACKUP, FREEZE and THAW (section 4c of the reference; that a
guest of 2008 speaks it over this channel is the lab's own choice).
"""

from __future__ import annotations

from dataclasses import dataclass

from hvlab.devices.integration import guest, host, protocol
from hvlab.devices.integration.guest import IcGuest, Writers
from hvlab.devices.integration.host import READY, Done, IcHost
from hvlab.devices.integration.protocol import STATUS_FAIL, STATUS_OK, STATUS_UNSUPPORTED, VSS

CHECK, FREEZE, THAW = 2, 5, 6
THAWED, CHECKING, FREEZING, FROZEN, THAWING = "thawed", "checking", "freezing", "frozen", "thawing"

ASKED: dict[tuple[str, int], str] = {
    (THAWED, CHECK): CHECKING,
    (THAWED, FREEZE): FREEZING,
    (FROZEN, THAW): THAWING,
    (FREEZING, THAW): THAWING,
}
"""Host: what may be asked in which state, and the state then. Whatever is not here is not asked."""
ANSWERED: dict[str, tuple[str, str]] = {
    CHECKING: (THAWED, THAWED),
    FREEZING: (FROZEN, THAWED),
    THAWING: (THAWED, THAWED),
}
"""Host: the state after an answer of success, and after a failure or none in time."""


@dataclass
class VssHost(IcHost):
    """The host's end."""

    step: str = THAWED
    operation: int = 0
    """What is being asked, 0 for nothing."""

    def begin(self, operation: int) -> list[host.Effect]:
        """Ask for CHECK, FREEZE or THAW; nothing if that is not to be asked now."""
        step = ASKED.get((self.step, operation))
        if self.state != READY or step is None:
            return []
        self.step, self.operation = step, operation
        return [self.ask(VSS, protocol.VSS_BODY.pack(operation=operation))]

    def answered_with(self, header: dict[str, int], body: bytes) -> list[host.Effect]:
        """An answer to what is being asked; any other is not heard."""
        if not self.operation or header["transaction_id"] != self.transaction:
            return []
        return self._ended(header["status"])

    def give_up(self) -> list[host.Effect]:
        """The guest has not answered in time."""
        return self._ended(STATUS_FAIL) if self.operation else []

    def reset(self) -> None:
        """The channel is closed: whoever froze thaws by himself."""
        super().reset()
        self.step, self.operation = THAWED, 0

    def _ended(self, status: int) -> list[host.Effect]:
        what = protocol.VSS_OPERATIONS[self.operation]
        self.step = ANSWERED[self.step][status != STATUS_OK]
        self.operation = 0
        return [Done(what, status)]


REQUESTED: dict[tuple[str, int], str] = {
    (THAWED, CHECK): CHECKING,
    (THAWED, FREEZE): FREEZING,
    (FROZEN, THAW): THAWING,
    (FROZEN, CHECK): CHECKING,
    (FREEZING, THAW): THAWING,
}
"""Guest: what it does for which request. A request that stands in no row is answered with failure."""


@dataclass
class VssGuest(IcGuest):
    """The guest's end: it passes the request to the system's writers and answers when they are done."""

    step: str = THAWED
    back: str = THAWED
    """Where a check goes back to."""
    request: tuple[tuple[str, int], ...] = ()
    """The header of the request that is not answered yet."""
    body: bytes = b""

    def asked(self, header: dict[str, int], body: bytes) -> list[guest.Effect]:
        """A request: known, possible now, or neither."""
        if len(body) < 1:
            return [self.answer(header, body, STATUS_FAIL)]
        operation = body[0]
        if operation not in (CHECK, FREEZE, THAW):
            return [self.answer(header, body, STATUS_UNSUPPORTED)]
        step = REQUESTED.get((self.step, operation))
        if step is None:
            return [self.answer(header, body, STATUS_FAIL)]
        effects: list[guest.Effect] = []
        if self.request:  # a freeze that the host has given up
            effects.append(self.answer(dict(self.request), self.body, STATUS_FAIL))
        self.back = self.step if step == CHECKING else THAWED
        self.step, self.request, self.body = step, tuple(header.items()), body
        return [*effects, Writers(operation)]

    def did(self, success: bool) -> list[guest.Effect]:
        """The writers have done what was asked, or could not; nothing if nothing is asked."""
        if not self.request:
            return []
        after = {CHECKING: self.back, FREEZING: FROZEN if success else THAWED, THAWING: THAWED}
        self.step = after[self.step]
        say = self.answer(dict(self.request), self.body, STATUS_OK if success else STATUS_FAIL)
        self.request, self.body = (), b""
        return [say]

    def thawed_alone(self) -> None:
        """The writers could hold still no longer."""
        if self.step == FROZEN:
            self.step = THAWED
