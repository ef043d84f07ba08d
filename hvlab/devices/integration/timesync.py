"""Time synchronization: the host tells the time, the guest's clock follows.

The first message after the agreement and the first after the machine has stood
still is a SYNC: the guest takes the time as it is. In between the host sends
samples; the guest takes what it can use of them (section 4c of the reference).
"""

from __future__ import annotations

from dataclasses import dataclass

from hvlab.devices.integration import guest, host, protocol
from hvlab.devices.integration.guest import IcGuest, SetClock
from hvlab.devices.integration.host import READY, IcHost
from hvlab.devices.integration.protocol import STATUS_FAIL, STATUS_OK, TIMESYNC

SYNC, SAMPLE = 1, 2


@dataclass
class TimeHost(IcHost):
    """The host's end."""

    heard: int = 0
    """How many messages the guest has answered."""

    def tell(self, now: int, sync: bool) -> list[host.Effect]:
        """Say what time it is, in units of 100 ns since 1601; nothing before versions are agreed."""
        if self.state != READY:
            return []
        flags = SYNC if sync else SAMPLE
        if self.version >= (4, 0):
            body = protocol.TIME_BODY_4.pack(parent_time=now, reference_time=now, flags=flags)
        else:
            body = protocol.TIME_BODY.pack(parent_time=now, flags=flags)
        return [self.ask(TIMESYNC, body)]

    def answered_with(self, header: dict[str, int], body: bytes) -> list[host.Effect]:
        """The guest has heard."""
        self.heard += 1
        return [host.Done("heard", header["status"])]


@dataclass
class TimeGuest(IcGuest):
    """The guest's end."""

    def asked(self, header: dict[str, int], body: bytes) -> list[guest.Effect]:
        """A time, or something cut short."""
        layout = protocol.TIME_BODY_4 if self.version >= (4, 0) else protocol.TIME_BODY
        if len(body) < layout.size:
            return [self.answer(header, body, STATUS_FAIL)]
        told = layout.unpack(body)
        answer: list[guest.Effect] = [self.answer(header, body, STATUS_OK)]
        if told["flags"] & (SYNC | SAMPLE):
            answer.append(SetClock(told["parent_time"], bool(told["flags"] & SYNC)))
        return answer
