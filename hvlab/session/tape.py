"""What snapshots keep of the trace: pieces that follow one another, so that each event is held once.

The trace of a world that went back has become shorter. To go forward again its
events are needed as they were: a tape is the piece since the tape before it, and a
snapshot holds the last tape of its way. Ways that part share all tapes up to there.
"""

from __future__ import annotations

from hvlab.kernel.trace import RawEvent


class Tape:
    """A piece of a trace; `length` counts the events from the beginning of the trace to the end of the piece."""

    __slots__ = ("before", "events", "length")

    def __init__(self, before: Tape | None, events: list[RawEvent]) -> None:
        """The events of a trace that `before` does not hold yet; it must be a beginning of that trace."""
        known: int = before.length if before is not None else 0
        # A piece without events would only make the chain longer.
        self.before = before
        self.events = events[known:]
        self.length: int = len(events)

    def _ends_in(self, events: list[RawEvent]) -> bool:
        """Whether a trace goes on from this tape: its last event is the very object at that place."""
        if not self.events:
            return self.before is None or self.before._ends_in(events)
        return len(events) >= self.length and events[self.length - 1] is self.events[-1]

    def time_of(self, seq: int) -> int:
        """When the event of that number happened (ns), which is on this tape or on one before it."""
        tape = self
        while tape.before is not None and tape.before.length >= seq:
            tape = tape.before
        return tape.events[seq - 1 - tape.length][0]  # counted from the end of its piece

    def play(self, events: list[RawEvent]) -> None:
        """Make a trace what it was at the end of this tape, in place."""
        missing: list[Tape] = []
        tape: Tape | None = self
        while tape is not None and not tape._ends_in(events):
            missing.append(tape)
            tape = tape.before
        del events[tape.length if tape is not None else 0 :]
        for piece in reversed(missing):
            events += piece.events
