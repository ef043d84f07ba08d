"""Time, key-value pairs and VSS: the worker process's ends of the services with more to say.

What the guest does not answer in time is given up; then the service is taken for
lost until an answer comes again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hvlab.devices.integration import host as ic
from hvlab.devices.integration import kvp, vss
from hvlab.devices.integration.kvp import KvpHost, Wish
from hvlab.devices.integration.protocol import STATUS_OK
from hvlab.devices.integration.timesync import TimeHost
from hvlab.devices.integration.vss import VssHost
from hvlab.host.services.integration import IntegrationService
from hvlab.kernel.calendar import file_time

if TYPE_CHECKING:
    from hvlab.host.link import BusLink

SECOND = 1_000_000_000
ANSWER_WITHIN = 10 * SECOND
"""How long the host waits for the answer to a question about a pool, in ns."""
FREEZE_WITHIN = 60 * SECOND
"""How long writers may take to freeze: VSS's own limit for them (general knowledge)."""


@dataclass
class AskingService(IntegrationService):
    """A service that asks and waits for answers, one at a time."""

    asked: int = 0
    """Number of the last question; a deadline of an earlier one concerns nobody."""
    waiting: bool = False
    lost: bool = False
    """Whether the last question has had no answer in time."""
    outcome: tuple[str, int] = ("", STATUS_OK)
    """What came to an end last, and with which status."""

    def closed(self, link: BusLink) -> None:
        """Whatever waits for an answer gets none."""
        super().closed(link)
        self.waiting = self.lost = False

    def wait(self, link: BusLink, relid: int, limit: int) -> None:
        """An answer is due within so many nanoseconds."""
        self.asked += 1
        self.waiting = True
        link.later(limit, relid, str(self.asked))

    def answered(self, effect: ic.Done) -> None:
        """The guest has answered, or the answer was given up (then `lost` is set by `tick`)."""
        self.waiting = self.lost = False
        self.outcome = (effect.what, effect.status)

    def tick(self, link: BusLink, relid: int, what: str) -> None:
        """The time for an answer is over."""
        if self.waiting and what == str(self.asked):
            self.serve(link, relid, self.give_up())
            self.lost = True
            self.note(link, "no answer", self.outcome[0])

    def give_up(self) -> list[ic.Effect]:
        """Ask no longer for what was not answered."""
        return []


@dataclass
class TimeService(IntegrationService):
    """Tells the guest the time: at once, after a pause, and a sample now and then."""

    machine: TimeHost
    sampling: bool = False

    def agreed(self, link: BusLink, relid: int) -> None:
        """The first message makes the clocks equal."""
        self.tell(link, relid, sync=True)
        if not self.sampling:
            self.sampling = True
            link.later(link.platform.timing.time_sample, relid, "sample")

    def closed(self, link: BusLink) -> None:
        """No more samples."""
        super().closed(link)
        self.sampling = False

    def tick(self, link: BusLink, relid: int, what: str) -> None:
        """A sample, and again after a while."""
        self.tell(link, relid, sync=False)
        link.later(link.platform.timing.time_sample, relid, "sample")

    def going_on(self, link: BusLink, relid: int) -> None:
        """The guest's clock has stood still."""
        self.tell(link, relid, sync=True)

    def tell(self, link: BusLink, relid: int, sync: bool) -> None:
        """Say what time it is."""
        self.serve(link, relid, self.machine.tell(file_time(link.world.now), sync))


@dataclass
class KvpService(AskingService):
    """Reads the guest's pools and fills the one that the host gives."""

    machine: KvpHost

    def wish(self, link: BusLink, wish: Wish) -> None:
        """Ask this of the guest; the service must be ready."""
        relid = link.relid_of(self.key)
        self.outcome = ("", STATUS_OK)
        self.wait(link, relid, ANSWER_WITHIN)
        self.serve(link, relid, self.machine.wish(wish))

    def done(self, link: BusLink, relid: int, effect: ic.Done) -> None:
        """A pool has been read, or changed."""
        self.answered(effect)
        self.note(link, effect.what.lower(), f"{effect.status:#x}" if effect.status else "")

    def give_up(self) -> list[ic.Effect]:
        """Nothing of what waits will be asked."""
        return self.machine.give_up()


@dataclass
class VssService(AskingService):
    """Has the guest's writers hold still."""

    machine: VssHost

    def begin(self, link: BusLink, operation: int) -> bool:
        """Ask for CHECK, FREEZE or THAW; whether that could be asked now."""
        relid = link.relid_of(self.key)
        effects = self.machine.begin(operation)
        if not effects:
            return False
        self.outcome = ("", STATUS_OK)
        self.wait(link, relid, FREEZE_WITHIN if operation == vss.FREEZE else ANSWER_WITHIN)
        self.serve(link, relid, effects)
        return True

    @property
    def frozen(self) -> bool:
        """Whether the writers hold still, as far as the host knows."""
        return self.machine.step == vss.FROZEN

    def done(self, link: BusLink, relid: int, effect: ic.Done) -> None:
        """The writers have done it, or could not."""
        self.answered(effect)
        self.note(link, effect.what.lower(), f"{effect.status:#x}" if effect.status else "")

    def give_up(self) -> list[ic.Effect]:
        """The guest does not answer: it thaws by itself, if it lives."""
        return self.machine.give_up()


READABLE_POOLS = {"Auto": kvp.AUTO, "Guest": kvp.GUEST, "External": kvp.EXTERNAL}
"""The pools that a person can ask for."""
