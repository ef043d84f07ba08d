"""A session as it stands after some of its inputs, to be stood in again and again.

For who replays many records of one beginning: what they have in common is done once. The session is put back to
a stand, whatever was done in it meanwhile, and differs in nothing from one in which just the stand's inputs were
given. Unlike going back (`Travel`), this leaves no trace in the record.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hvlab.session.breakpoints import Breakpoints
from hvlab.session.log import Entry
from hvlab.session.session import Session
from hvlab.session.travel import Checkpoint, Place, uncollected

_REPEATED = ("command", "confirm", "file", "answer", "clock", "stop")
"""What only goes forward."""


@dataclass(frozen=True, slots=True)
class Stand:
    """A session after its inputs so far; `before` is the stand that it went on from."""

    before: Stand | None
    entries: tuple[Entry, ...]
    """All inputs."""
    checkpoint: Checkpoint
    ends: dict[int, Place]
    vain: frozenset[int]
    hints: tuple[str, ...]

    def way(self) -> Iterator[Stand]:
        """This stand and those it went on from, the last first."""
        stand: Stand | None = self
        while stand is not None:
            yield stand
            stand = stand.before


def can_be_stood_in(session: Session) -> bool:
    """Whether nothing was done that a stand does not hold: going back, a look at the past, a breakpoint."""
    return (
        session.travel.view is None
        and not session.breakpoints
        and all(entry.kind in _REPEATED for entry in session.log.entries)
    )


@uncollected()
def take(session: Session, before: Stand | None = None) -> Stand:
    """The session as it stands now, which `can_be_stood_in`; it went on from `before`."""
    travel = session.travel
    session.log.flush()
    session.world.take_back()
    checkpoint = travel.checkpoint()
    ends = {**travel.ends, travel.timeline.head: travel.place}
    return Stand(
        before, tuple(session.log.entries), checkpoint, ends, frozenset(travel.vain), tuple(session.hints)
    )


@uncollected()
def stand_in(session: Session, stand: Stand) -> None:
    """Put the session back. What was exported or brought in meanwhile, or looked at, is as if it had never been."""
    session.log.flush()
    session.log.entries[:] = stand.entries
    session.hints[:] = stand.hints
    session.breakpoints = Breakpoints(session)
    checkpoints = {len(one.entries): one.checkpoint for one in stand.way()}
    session.travel.begin_again(checkpoints, stand.ends, stand.vain)
