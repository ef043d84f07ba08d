"""Who runs where: logical processors shared among virtual processors by weight, reserve and cap.

Software asks for processor time (`Hypervisor.compute`). While there is a logical
processor for everyone, a request runs in one piece. When there is not, time is cut
into slices: next comes whoever has had least for its weight, before them those who
have not had their reserve in the present window; whoever has used up its cap waits
for the next window. The rules are a teaching model of a proportional-share
scheduler; the lengths of slice and window are the platform's. All arithmetic is in
integer nanoseconds.
"""

from __future__ import annotations

from bisect import insort
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from hvlab.hypervisor.software import PartitionSoftware
from hvlab.kernel import Component, handler, neighbour

if TYPE_CHECKING:
    from hvlab.hypervisor.hypervisor import Hypervisor

Key = tuple[int, int]
"""A virtual processor: partition and index."""
FULL = 100
"""Reserve and cap are per cent of one logical processor."""
DEFAULT_WEIGHT = 100
_SCALE = 1 << 20


@dataclass
class Share:
    """What a virtual processor may have: weight against the others, reserve and cap in per cent."""

    weight: int = DEFAULT_WEIGHT
    reserve: int = 0
    cap: int = FULL


@dataclass
class Run:
    """A request for processor time: what is left of it in ns, when it came, what it has had, in how many pieces."""

    partition: int
    vp: int
    remaining: int
    since: int
    ran: int = 0
    pieces: int = 0

    @property
    def key(self) -> Key:
        """Whose it is."""
        return self.partition, self.vp


@dataclass
class LogicalProcessor:
    """A processor of the machine: whom it runs since when, and what it has done so far (ns)."""

    number: int
    running: Key | None = None
    started: int = 0
    ticket: int = 0
    busy: int = 0
    switches: int = 0
    last: Key | None = None


@dataclass
class Account:
    """What a virtual processor has had, in ns; `turn` is its time divided by its weight."""

    ran: int = 0
    waited: int = 0
    turn: int = 0
    window: int = 0
    used: int = 0
    """Time had in the window that began at `window`."""


@dataclass
class Shares:
    """The scheduler's books, by virtual processor."""

    share: dict[Key, Share] = field(default_factory=dict)
    account: dict[Key, Account] = field(default_factory=dict)


class Scheduler(Component):
    """Shares one machine's logical processors."""

    STATE = ("processors", "runs", "ready", "books", "wake", "floor", "entered")

    def __init__(self, hypervisor: str, processors: int, slice_ns: int, window_ns: int) -> None:
        self.hypervisor_name = hypervisor
        self.slice = slice_ns
        self.window = window_ns
        self.processors = [LogicalProcessor(number) for number in range(processors)]
        self.runs: dict[Key, Run] = {}
        self.ready: list[tuple[int, int, Key]] = []
        """Who waits for a processor: (turn, order of coming, key), sorted."""
        self.books = Shares()
        self.wake = 0
        """When those that have used up their cap are looked at again (ns); 0 if nobody waits for it."""
        self.floor = 0
        """The turn of whoever was let run last."""
        self.entered = 0

    @neighbour
    def hypervisor(self) -> Hypervisor:
        """Whose scheduler this is."""
        from hvlab.hypervisor.hypervisor import Hypervisor

        return self.world.get(self.hypervisor_name, Hypervisor)

    # -- asking -----------------------------------------------------------------------------------

    def compute(self, partition: int, vp: int, nanoseconds: int) -> None:
        """A virtual processor wants so much time; it has no other request under way."""
        key = partition, vp
        assert key not in self.runs
        self.runs[key] = Run(partition, vp, nanoseconds, self.world.now)
        self._enter(key)

    def adopt(self, partition: int, vp: int, nanoseconds: int) -> None:
        """A suspended virtual processor comes with a wish that it had elsewhere; `resume` lets it have it."""
        self.runs[partition, vp] = Run(partition, vp, nanoseconds, self.world.now)

    def wanted_by(self, partition: int) -> dict[int, int]:
        """What each suspended virtual processor of a partition still wants, in ns."""
        return {key[1]: run.remaining for key, run in self.runs.items() if key[0] == partition}

    def suspend(self, partition: int, vp: int) -> None:
        """Take a virtual processor off its logical one; what it wants stays as it is."""
        key = partition, vp
        if key not in self.runs:  # as at most of its exits
            return
        for place, waiting in enumerate(self.ready):
            if waiting[2] == key:
                del self.ready[place]
                return
        for processor in self.processors:
            if processor.running == key:
                self._stop(processor)
                self._fill()

    def resume(self, partition: int, vp: int) -> None:
        """Let a suspended virtual processor go on with what it wanted."""
        key = partition, vp
        if key not in self.runs:
            return
        waits = any(waiting[2] == key for waiting in self.ready)
        if not waits and not self._processor_of(key):
            self._enter(key)

    def forget(self, partition: int) -> None:
        """A partition is gone with all it wanted."""
        for key in [key for key in self.runs if key[0] == partition]:
            self.suspend(*key)
            del self.runs[key]
        for book in (self.books.share, self.books.account):
            for key in [key for key in book if key[0] == partition]:
                del book[key]

    def forget_all(self) -> None:
        """The machine is reset: nobody wants anything any more, and the accounts begin anew."""
        for partition in sorted({key[0] for key in (*self.runs, *self.books.share, *self.books.account)}):
            self.forget(partition)

    def set_share(self, partition: int, vp: int, share: Share) -> None:
        """Change what a virtual processor may have, from now on."""
        self.books.share[partition, vp] = share
        for processor in self.processors:
            if processor.running == (partition, vp):
                self._stop(processor)
                self._enter((partition, vp))
        self._fill()

    # -- looking ----------------------------------------------------------------------------------

    def account(self, partition: int, vp: int) -> Account:
        """What a virtual processor has had so far, the piece under way included."""
        key = partition, vp
        known = self.books.account.get(key, Account())
        processor = self._processor_of(key)
        running = self.world.now - processor.started if processor else 0
        run = self.runs.get(key)
        waiting = self.world.now - run.since - run.ran - running if run else 0
        return Account(known.ran + running, known.waited + waiting, known.turn, known.window, known.used)

    def running_of(self, partition: int) -> int:
        """How many logical processors run that partition's virtual ones at this moment."""
        return sum(
            processor.running is not None and processor.running[0] == partition
            for processor in self.processors
        )

    def busy(self, number: int) -> int:
        """How long a logical processor has run virtual ones, in ns."""
        processor = self.processors[number]
        return processor.busy + (self.world.now - processor.started if processor.running else 0)

    def _processor_of(self, key: Key) -> LogicalProcessor | None:
        return next((processor for processor in self.processors if processor.running == key), None)

    def _share(self, key: Key) -> Share:
        return self.books.share.get(key) or Share()

    def _account(self, key: Key) -> Account:
        found = self.books.account.get(key)
        if found is None:
            found = self.books.account[key] = Account()
        window = self.world.now // self.window * self.window
        if found.window != window:
            found.window, found.used = window, 0
        return found

    # -- deciding ---------------------------------------------------------------------------------

    def _enter(self, key: Key) -> None:
        """A request waits from now on; if it must wait on, those who run are cut to slices."""
        account = self._account(key)
        account.turn = max(account.turn, self._present_turn())
        self._queue(key)
        self._fill()
        if self._contended():
            for processor in self.processors:
                self._cut(processor)

    def _queue(self, key: Key) -> None:
        self.entered += 1
        insort(self.ready, (self._account(key).turn, self.entered, key))

    def _present_turn(self) -> int:
        """Where whoever slept begins: at the turn of those who run now, with no claim for all that time."""
        turns = []
        for processor in self.processors:
            if processor.running is None:
                return self.floor
            elapsed = self.world.now - processor.started
            weight = self._share(processor.running).weight
            turns.append(self._account(processor.running).turn + elapsed * _SCALE // weight)
        return max(self.floor, min(turns))

    def _contended(self) -> bool:
        """Whether anybody waits who may run."""
        if not self.books.share:
            return bool(self.ready)
        return any(self._budget(key) > 0 for _, _, key in self.ready)

    def _fill(self) -> None:
        """Give the idle processors to those that may run, the most deserving first."""
        for processor in self.processors:
            if not self.ready:
                return
            if processor.running is None:
                place = self._next(processor)
                if place is None:
                    self._wait_for_window()
                    return
                self._start(processor, self.ready.pop(place)[2])

    def _next(self, processor: LogicalProcessor) -> int | None:
        """Who comes next: whoever is below its reserve, then by time for weight, then as they came.

        Of two with the same claim the one that this processor ran last.
        """
        if not self.books.share:
            first = self.ready[0][0]
            for place, (turn, _, key) in enumerate(self.ready):
                if turn > first:
                    break
                if key == processor.last:
                    return place
            return 0
        able = [place for place, (_, _, key) in enumerate(self.ready) if self._budget(key) > 0]
        below = (place for place in able if self._below_reserve(self.ready[place][2]))
        return next(below, able[0] if able else None)

    def _below_reserve(self, key: Key) -> bool:
        return self._account(key).used * FULL < self._share(key).reserve * self.window

    def _budget(self, key: Key) -> int:
        """What it may have at a stretch, in ns: all it wants, or what its cap still allows in this window."""
        cap = self._share(key).cap if self.books.share else FULL
        if cap >= FULL:
            return self.runs[key].remaining
        left = cap * self.window // FULL - self._account(key).used
        return max(0, min(left, self._account(key).window + self.window - self.world.now))

    def _wait_for_window(self) -> None:
        following = (self.world.now // self.window + 1) * self.window
        if self.wake != following:
            self.wake = following
            self.after(following - self.world.now, Scheduler.on_window, following)

    @handler
    def on_window(self, following: int) -> int | None:
        """A window begins: caps and reserves count anew."""
        if self.wake == following:
            self.wake = 0
            self._fill()
        return None

    # -- running ----------------------------------------------------------------------------------

    def _start(self, processor: LogicalProcessor, key: Key) -> None:
        run = self.runs[key]
        run.pieces += 1
        self.floor = max(self.floor, self._account(key).turn)
        processor.running, processor.started = key, self.world.now
        processor.switches += processor.last != key
        processor.last = key
        length = min(run.remaining, self._budget(key))
        if self._contended():
            length = min(length, self.slice)
        self._end_after(processor, length)

    def _end_after(self, processor: LogicalProcessor, length: int) -> None:
        processor.ticket = self.after(length, Scheduler.on_piece, processor.number)

    def _cut(self, processor: LogicalProcessor) -> None:
        """Somebody waits: a piece without end becomes one of at most a slice."""
        key = processor.running
        if key is None:
            return
        left = max(0, processor.started + self.slice - self.world.now)
        if left < self.runs[key].remaining - (self.world.now - processor.started):
            self.world.cancel(processor.ticket)
            self._end_after(processor, left)

    def _stop(self, processor: LogicalProcessor) -> Run:
        """The processor stands; the time is booked."""
        key = processor.running
        assert key is not None
        length = self.world.now - processor.started
        self.world.cancel(processor.ticket)
        return self._book(processor, key, length)

    def _book(self, processor: LogicalProcessor, key: Key, length: int) -> Run:
        processor.running = None
        processor.busy += length
        run = self.runs[key]
        run.remaining -= length
        run.ran += length
        account = self._account(key)
        account.ran += length
        account.used += min(length, self.world.now - account.window)
        account.turn += length * _SCALE // self._share(key).weight
        return run

    @handler
    def on_piece(self, number: int) -> int | None:
        """A piece has ended: the request is done, or waits for its next turn."""
        processor = self.processors[number]
        key = processor.running
        assert key is not None
        run = self._book(processor, key, self.world.now - processor.started)
        if run.remaining > 0:
            self._queue(key)
            self._fill()
            return None
        del self.runs[key]
        waited = self.world.now - run.since - run.ran
        self._account(key).waited += waited
        self._fill()
        self._done(run, number, waited)
        return None

    def _done(self, run: Run, number: int, waited: int) -> None:
        hypervisor = self.hypervisor
        partition = hypervisor.partitions[run.partition]
        seq = self.world.emit(
            "vp.run",
            self.hypervisor_name,
            hypervisor.software_name(partition),
            run.partition,
            run.vp,
            None,
            number,
            run.ran,
            waited,
            run.pieces,
        )
        if partition.software >= 0:
            software = cast(PartitionSoftware, self.world.at_index(partition.software))
            self.world.because(seq, software.computed, run.vp)
