"""The GPADLs that a guest has opened to the root: half-sent ones, whole ones, and those being taken back.

A GPADL's number counts within its channel; only its bodies, which name no
channel, need it to be the only one of that number that is still being sent.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hvlab.vmbus import messages
from hvlab.vmbus.decisions import CREATED, IN_PROGRESS, TEARING_DOWN
from hvlab.vmbus.host_effects import Effect, Gpadl, Refused, Send
from hvlab.vmbus.messages import STATUS_FAILED


def created_message(relid: int, number: int, status: int) -> Send:
    """The answer to a description of pages."""
    return Send(messages.pack("GPADL_CREATED", channel_id=relid, gpadl_id=number, status=status))


def torn_down_message(number: int) -> Send:
    """The answer to a teardown: from here on the pages are the guest's alone."""
    return Send(messages.pack("GPADL_TORNDOWN", gpadl_id=number))


@dataclass
class Gpadls:
    """All GPADLs of one guest, by (relid, number)."""

    known: dict[tuple[int, int], Gpadl] = field(default_factory=dict)

    def find(self, relid: int, number: int) -> Gpadl | None:
        """A channel's GPADL by its number."""
        return self.known.get((relid, number))

    def half_sent(self, number: int) -> Gpadl | None:
        """The GPADL of that number whose bodies are still coming."""
        found = (g for g in self.known.values() if g.number == number and g.state == IN_PROGRESS)
        return next(found, None)

    def begin(self, gpadl: Gpadl) -> list[Effect]:
        """A header has come."""
        self.known[gpadl.relid, gpadl.number] = gpadl
        return self._try(gpadl)

    def go_on(self, gpadl: Gpadl, data: bytes) -> list[Effect]:
        """A body has come."""
        gpadl.data += data
        return self._try(gpadl)

    def _try(self, gpadl: Gpadl) -> list[Effect]:
        if len(gpadl.data) < gpadl.announced:
            return []
        try:
            gpadl.ranges = messages.read_ranges(gpadl.data[: gpadl.announced], gpadl.range_count)
        except ValueError:
            gpadl.ranges = []
        gpadl.data = b""
        if not gpadl.ranges:
            del self.known[gpadl.relid, gpadl.number]
            return [
                Refused("GPADL_HEADER", "InvalidGpaRange"),
                created_message(gpadl.relid, gpadl.number, STATUS_FAILED),
            ]
        gpadl.state = CREATED
        return [created_message(gpadl.relid, gpadl.number, 0)]

    def tear_down(self, gpadl: Gpadl) -> list[Effect]:
        """The pages are the guest's alone again, and it hears so."""
        del self.known[gpadl.relid, gpadl.number]
        return [torn_down_message(gpadl.number)]

    def device_gone(self, relid: int) -> list[Effect]:
        """A channel's device has let go: the teardowns that waited for it are answered."""
        waiting = [g for g in self.known.values() if g.relid == relid and g.state == TEARING_DOWN]
        return [effect for gpadl in waiting for effect in self.tear_down(gpadl)]

    def forget_channel(self, relid: int) -> None:
        """A channel is no more; nothing of it is kept."""
        self.known = {key: gpadl for key, gpadl in self.known.items() if gpadl.relid != relid}

    def forget_all(self) -> None:
        """The connection is no more: half-sent GPADLs too."""
        self.known.clear()
