"""Going back and forth in a session: undo, redo, any event or moment, branches.

Two kinds of snapshots make it quick. A checkpoint is the world and the shell after
a step; a moment is the world alone, in the middle of a command that waits or of a
clock that runs. Both are taken when enough work was done since the last one, so
that the way from the nearest one to anywhere is short; how much is measured with
the machine's own clock, which decides nothing but how dense they are. To stand
after a step, the nearest checkpoint before it is restored and the steps from
there are done again, quietly. To look into the middle of a step, the nearest moment is
restored and the world runs on.

In the middle of a step one may look only. Whatever changes the lab there ends the
command at that point, as if the learner had stopped it, and begins a branch.
"""

from __future__ import annotations

import gc
from bisect import insort
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from time import process_time
from typing import TYPE_CHECKING, NamedTuple

from hvlab.console.host import RecordingHost
from hvlab.kernel import World, WorldState
from hvlab.kernel.trace import RawEvent
from hvlab.session import shellstate
from hvlab.session.answered import Answers
from hvlab.session.log import Entry
from hvlab.session.shellstate import ShellState
from hvlab.session.tape import Tape
from hvlab.session.timeline import Step, Timeline

if TYPE_CHECKING:
    from hvlab.session.session import Session
    from hvlab.session.statefile import Kept

SPACING = 0.02
"""Seconds of work between two snapshots, at least."""
FEWEST = 192
"""Kernel events between two moments, at least: on a machine that is busy elsewhere, work takes longer."""
SHARE = 3
"""A snapshot may cost one in so many parts of the work since the one before it."""
MOST = 384
"""So many snapshots are kept."""

EVENT, TIME = "event", "time"


@dataclass(frozen=True, slots=True)
class Place:
    """How far a world has come."""

    processed: int
    time: int
    event: int
    """The number of trace events."""

    def measure(self, unit: str) -> int:
        """How far in events or in nanoseconds."""
        return self.event if unit == EVENT else self.time


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """World and shell after a step."""

    world: WorldState
    tape: Tape
    shell: ShellState
    answers: Answers
    exported: int


@dataclass(frozen=True, slots=True)
class Moment:
    """The world in the middle of a step, in its wait of that number."""

    wait: int
    place: Place
    world: WorldState
    tape: Tape


@dataclass(frozen=True, slots=True)
class View:
    """What is being looked at: a point in the middle of a step."""

    step: Step
    place: Place


class _Snapshot(NamedTuple):
    """A checkpoint after `node` (`moment` is None), or a moment of the step that begins with it."""

    node: int
    moment: Moment | None
    processed: int


def _in_order(snapshot: _Snapshot) -> tuple[int, int]:
    return snapshot.node, snapshot.processed


class CannotGo(Exception):
    """There is no way to where one wants to go; `reason` is an id of a sentence, `values` go into it."""

    def __init__(self, reason: str, **values: str | int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.values = values


@contextmanager
def uncollected() -> Iterator[None]:
    """Copying a world makes many objects and no garbage: a search for garbage in between only takes time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


class _Reached(BaseException):
    """Raised inside a command that is done again, where one wants to look."""


class Travel:
    """The past of a session, and the ways to its parts."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.timeline = Timeline(session.log.entries, self._looks)
        self.vain: set[int] = set()
        """The nodes of commands that failed before they had done anything: there is nothing to undo of them."""
        self.view: View | None = None
        self.floor = 0
        """The node before which nothing can be undone: the start script of a lesson."""
        self.quiet = False
        """Whether steps are being done again: nothing is recorded, shown or exported meanwhile."""
        self.ends: dict[int, Place] = {0: self.place}
        """Where the world stood after a node."""
        self.checkpoints: dict[int, Checkpoint] = {}
        """By the node that they stand after."""
        self._moments: dict[int, list[Moment]] = {}
        """By the first node of a step, in the order of time."""
        self.waits: dict[int, list[Place]] = {}
        """By the first node of a step: where each of its waits ended."""
        self._order: list[_Snapshot] = []
        """All snapshots by their nodes, and those of one node as they were taken."""
        self._tape: Tape | None = None
        self._node = 0
        self._latest = 0.0
        self._kept = 0.0
        self._cost = 0.001
        self._spacing = 0.0
        self._kept_at = 0
        self.sparing = False
        self._keep(0)
        session.world.between = self._tick

    @property
    def world(self) -> World:
        """The session's world."""
        return self.session.world

    @property
    def place(self) -> Place:
        """How far the world has come."""
        world = self.session.world
        return Place(world.processed, world.now, len(world.trace))

    def end_of(self, node: int) -> Place | None:
        """Where the world stood after a node; None if it has not been there since it was opened."""
        if node == self.timeline.head and self.view is None:
            return self.place  # it is noted only when the next step begins
        return self.ends.get(node)

    def events_at(self, node: int) -> list[RawEvent] | None:
        """The trace as it stood after a node; None where it is not kept any more, or never was here."""
        if node == self.timeline.head and self.view is None:
            return self.world.trace.events
        kept = self.checkpoints.get(node)
        if kept is None:
            return None
        events: list[RawEvent] = []
        kept.tape.play(events)
        return events

    # -- remembering --------------------------------------------------------------------------------

    def begin(self, node: int, before: int | None = None) -> None:
        """A step begins whose first node is this, after that one (the head, if it is not said).

        What was before is worth a checkpoint if it was work.
        """
        if self.quiet:
            return
        before = self.timeline.head if before is None else before
        self.world.take_back()
        if node != self._node:
            self.ends[before] = self.place
            if (
                not self.sparing
                and process_time() - self._kept >= self._spacing
                and before not in self.checkpoints
            ):
                self._keep(before)
        self._node = node

    def spare(self, sparing: bool = True) -> None:
        """Whether to take no snapshots but where one goes back: nobody is expected to, and each costs time."""
        self.sparing = sparing
        self.world.between = None if sparing else self._tick

    def checkpoint(self) -> Checkpoint:
        """World and shell as they are now."""
        session = self.session
        shell = shellstate.save(session.shell, self.world)
        world = self.world.snapshot()
        return Checkpoint(world, self._record(), shell, session.answers.copy(), len(session.exported))

    def begin_again(
        self, checkpoints: dict[int, Checkpoint], ends: dict[int, Place], vain: Iterable[int]
    ) -> None:
        """Stand after the last of these checkpoints, by the nodes they stand after; the log ends there.

        All that this session has been through otherwise is forgotten.
        """
        self.timeline = Timeline(self.session.log.entries, self._looks)
        self.view = None
        self.vain, self.ends = set(vain), dict(ends)
        self.checkpoints = checkpoints
        self._moments, self.waits = {}, {}
        self._order = [
            _Snapshot(node, None, checkpoints[node].world.processed) for node in sorted(checkpoints)
        ]
        self._restore(checkpoints[max(checkpoints)])
        self._node = 0
        self._kept_at = self.world.processed
        self._latest = self._kept = process_time()

    def rebase(self) -> None:
        """The world was prepared further, by nobody's command: this is the beginning now."""
        self.world.touch_all()
        self._keep(0)

    def arrive(self, node: int) -> None:
        """The steps of a log have been done as far as this node."""
        self.ends[node] = self.place
        self._node = 0

    def wait_begins(self) -> None:
        """A command begins to wait. It may keep parts of the world until it ends."""
        self.world.lend()
        if not self.quiet and self._node:
            self._tick()

    def wait_ends(self) -> None:
        """A command goes on."""
        self.world.part()
        if not self.quiet and self._node:
            self.waits.setdefault(self._node, []).append(self.place)

    def _due(self) -> bool:
        apart = self.world.processed - self._kept_at
        return process_time() - self._latest >= self._spacing and (apart >= FEWEST or not self._spacing)

    def _tick(self) -> None:
        """Called between events: time for a moment?"""
        if self.quiet or self.sparing or not self._node or not self._due():
            return
        wait = len(self.waits.get(self._node, ()))
        begun = process_time()
        with uncollected():
            moment = Moment(wait, self.place, self.world.snapshot(), self._record())
        self._moments.setdefault(self._node, []).append(moment)
        self._note(self._node, moment, begun)

    @uncollected()
    def _keep(self, head: int) -> None:
        """Take a checkpoint of the present state: that after the node `head`."""
        begun = process_time()
        self.checkpoints[head] = self.checkpoint()
        self.ends[head] = self.place
        self._note(head, None, begun)
        self._kept = self._latest

    def _record(self) -> Tape:
        self._tape = Tape(self._tape, self.world.trace.events)
        return self._tape

    def _note(self, node: int, moment: Moment | None, begun: float) -> None:
        insort(self._order, _Snapshot(node, moment, self.world.processed), key=_in_order)
        self._kept_at = self.world.processed
        if len(self._order) > MOST:
            self._thin()
        self._latest = process_time()
        # One slow snapshot (the machine was busy elsewhere) shall not thin out all that follow.
        self._cost = min(self._latest - begun, 1.5 * self._cost)
        self._spacing = max(SPACING, SHARE * self._cost)

    def _thin(self) -> None:
        """Give up the snapshot without which the way to somewhere becomes least longer.

        The way from a checkpoint leads on to the next checkpoint; that from a moment, to the next snapshot.
        """
        order = self._order
        after: dict[int, int] = {}
        following = following_checkpoint = -1
        for number in range(len(order) - 1, 0, -1):
            after[number] = following if order[number].moment is not None else following_checkpoint
            following = number
            if order[number].moment is None:
                following_checkpoint = number
        chosen, least = -1, 0
        before = before_checkpoint = 0
        for number, (node, moment, _) in enumerate(order):
            known = before if moment is not None else before_checkpoint
            if number and node > self.floor and after[number] > 0:
                longer = order[after[number]].processed - order[known].processed
                # Where another branch begins, the numbers fall: what stands there is kept.
                if longer >= 0 and (chosen < 0 or longer < least):
                    chosen, least = number, longer
            before = number
            if moment is None:
                before_checkpoint = number
        if chosen < 0:
            return
        node, moment, _ = order.pop(chosen)
        if moment is None:
            self.checkpoints.pop(node, None)
        else:
            self._moments[node] = [known for known in self._moments[node] if known is not moment]

    def settle(self) -> None:
        """See to it that there is a checkpoint where the session stands."""
        self.session.log.flush()
        if self.view is None:
            head = self.timeline.head
            if head not in self.checkpoints:
                self._keep(head)
            self.ends[head] = self.place

    def adopt(self, kept: Kept, steps: Sequence[Step]) -> int:
        """Stand as far on these steps as the checkpoints of another session go; how many need not be done."""
        done = last = 0
        for place, step in enumerate(steps, 1):
            if step.last in kept.checkpoints:
                done, last = place, step.last
        if not done:
            return 0
        for step in steps[:done]:
            if step.last in kept.checkpoints:
                self.checkpoints[step.last] = kept.checkpoints[step.last]
                at = kept.checkpoints[step.last].world.processed
                insort(self._order, _Snapshot(step.last, None, at), key=_in_order)
            if step.last in kept.ends:
                self.ends[step.last] = kept.ends[step.last]
            if step.first in kept.vain:
                self.vain.add(step.first)
            if step.first in kept.waits:
                self.waits[step.first] = kept.waits[step.first]
        self.session.exported[:] = kept.exported
        self._restore(self.checkpoints[last])
        return done

    # -- steps ---------------------------------------------------------------------------------------

    def _looks(self, entry: Entry) -> bool:
        return entry.kind == "command" and self.session.only_looks(entry.text)

    def is_step(self, step: Step) -> bool:
        """Whether undoing stops here: what only looks at the lab is passed over."""
        return (
            step.entry.kind not in ("hint",) and step.first not in self.vain and not self._looks(step.entry)
        )

    def past(self) -> list[Step]:
        """The steps from the floor to where the session stands."""
        return [step for step in self.timeline.steps(self.timeline.head) if step.last > self.floor]

    def standing(self) -> list[Step]:
        """The steps that are past, and the one in whose middle one looks around."""
        steps = self.past()
        if self.view is not None:
            steps = [step for step in steps if step.first < self.view.step.first] + [self.view.step]
        return steps

    def undo(self, count: int = 1) -> None:
        """Go back over so many steps; from the middle of one, to before it. CannotGo if there are not so many."""
        steps = self.standing()
        target = None
        for step in reversed(steps):
            if self.is_step(step):
                target = step.before
                count -= 1
                if not count:
                    break
        if count or target is None:
            raise CannotGo("nothing-to-undo", floor=self.floor)
        self.go(max(target, self.floor))

    def redo(self, count: int = 1) -> None:
        """Go forward again over so many steps that were undone. CannotGo if there are not so many."""
        steps = self.timeline.ahead()
        if self.view is not None:
            onward = self.timeline.steps(self.timeline.end)
            steps = [step for step in onward if step.first >= self.view.step.first]
        target = None
        for place, step in enumerate(steps):
            count -= self.is_step(step)
            if not count:
                target = step.last
                for following in steps[place + 1 :]:
                    if self.is_step(following):
                        break
                    target = following.last
                break
        if target is None:
            raise CannotGo("nothing-to-redo")
        self.go(target)

    @uncollected()
    def go(self, node: int) -> None:
        """Stand after this node, on the record."""
        node = self.timeline.effective(node)
        if node < self.floor or self.floor not in (0, *self.timeline.nodes(node)):
            raise CannotGo("before-the-start")
        if self.view is None and node == self.timeline.head:
            return
        self._leave()
        self.session.log.append(Entry(self.place.processed, "rewind", to=node))
        self._stand_after(node)

    @uncollected()
    def seek(self, unit: str, value: int) -> None:
        """Look at the world at an event of the trace or at a simulated time (ns) of the present way.

        CannotGo if this way has not come so far. At the end of a step one stands after it,
        otherwise in its middle.
        """
        end = self.timeline.end
        self._leave()
        steps = self.timeline.steps(end)
        if any(step.last not in self.ends for step in steps):
            self._stand_after(end)
            self._stand_after(self.timeline.head)
        if value > self.ends[end].measure(unit):
            reached = self.ends[end].measure(unit)
            shown = [f"{place / 1e9:g} s" if unit == TIME else place for place in (value, reached)]
            raise CannotGo("not-yet", wanted=shown[0], reached=shown[1], unit=unit)
        if value <= self.ends[self.floor].measure(unit):
            self.go(self.floor)
            return
        step = next(step for step in steps if self.ends[step.last].measure(unit) >= value)
        if self.ends[step.last].measure(unit) == value:
            self.go(step.last)
            return
        self._look(step, unit, value, self._before(end, unit, value))

    def _before(self, end: int, unit: str, value: int) -> int:
        """A time (ns) before that point of the way to `end`: the last, or 0 if it cannot be told without going there.

        So far the world may go by whatever is its shortest way: nobody need look after each event.
        """
        if unit == TIME:
            return value - 1
        kept = self.checkpoints.get(end)
        return kept.tape.time_of(value) - 1 if kept is not None and kept.tape.length >= value else 0

    # -- the middle of a step ------------------------------------------------------------------------

    def _look(self, step: Step, unit: str, value: int, before: int) -> None:
        world = self.world

        def there() -> bool:
            return len(world.trace.events) >= value if unit == EVENT else world.now >= value

        with self._quietly():
            moment = self._moment(step, unit, value)
            if moment is not None:
                self._tape = moment.tape
                moment.tape.play(world.trace.events)
                world.go_to(moment.world)
                if not there():
                    self._run_until(unit, value, there, before)
            else:
                self._stand_after(step.before)
                self._do_until(step, unit, value, there, before)
        self.view = View(step, self.place)
        if self.place == self.ends[step.last]:
            self.go(step.last)

    def _moment(self, step: Step, unit: str, value: int) -> Moment | None:
        """The last moment of the step before the wanted point, if only the world's clock lies between them."""
        found = None
        for moment in self._moments.get(step.first, ()):
            if moment.place.measure(unit) > value:
                break
            found = moment
        if found is None or step.entry.kind == "clock":
            return found
        waits = self.waits.get(step.first, ())
        if found.wait < len(waits) and waits[found.wait].measure(unit) < value:
            return None
        return found

    def _run_until(self, unit: str, value: int, there: Callable[[], bool], before: int) -> None:
        """Let the world go on to the wanted point."""
        if unit == TIME:
            self.world.run(until=value)
            return
        if before > self.world.now:
            self.world.run(until=before)
        self.world.run(stop=there)

    def _do_until(self, step: Step, unit: str, value: int, there: Callable[[], bool], before: int) -> None:
        """Do a step again as far as the wanted point."""
        session = self.session
        if step.entry.kind != "command":
            self._run_until(unit, value, there, before)
            return
        session.mover = _UntilThere(unit, value, there, before)
        with suppress(_Reached):
            session.perform(step)

    @uncollected()
    def enter_branch(self) -> None:
        """Something is to be changed: what is only looked at becomes the end of its command, on the record."""
        view = self.view
        if view is None:
            return
        step = view.step
        log = self.session.log
        log.append(Entry(view.place.processed, "rewind", to=step.before))
        self.view = None
        self._stand_after(step.before)
        halt = Entry(view.place.processed, "stop", to=view.place.time)
        if step.entry.kind == "clock":
            shortened = Entry(halt.at, "clock", to=halt.to)
            with self._quietly():
                self.session.perform(Step(0, 0, 0, shortened))
            log.append(shortened)
            log.flush()
        else:
            with self._quietly():
                answered, stopped = self.session.perform(
                    Step(0, 0, 0, step.entry, step.replies, halt), partly=True
                )
            for entry in (step.entry, *step.replies[:answered], *((halt,) if stopped else ())):
                log.append(entry)
        self.world.take_back()
        self._node = 0
        self._keep(self.timeline.head)

    @uncollected()
    def stop_looking(self) -> None:
        """Stand where the record ends: a look at the past is not on it, and who replays it never sees it."""
        if self.view is not None:
            self._stand_after(self.timeline.head)

    # -- restoring -----------------------------------------------------------------------------------

    def _leave(self) -> None:
        """Before going elsewhere: remember where one stands, so that coming back costs nothing."""
        self.settle()

    def _stand_after(self, node: int) -> None:
        """Restore the nearest checkpoint and do what lies between it and the node again."""
        steps = self.timeline.steps(node)
        first = 0
        known = 0
        for place, step in enumerate(steps, 1):
            if step.last in self.checkpoints:
                first, known = place, step.last
        self.view = None
        self._restore(self.checkpoints[known])
        self._kept = process_time()
        with self._quietly():
            for step in steps[first:]:
                self.session.perform(step)
                self.ends[step.last] = self.place
                if process_time() - self._kept >= max(self._spacing, SPACING):
                    self.world.take_back()
                    self._keep(step.last)  # a long way was gone once, and need not be gone again
        self.world.take_back()
        self._node = 0
        self._latest = self._kept = process_time()

    def _restore(self, checkpoint: Checkpoint) -> None:
        session = self.session
        checkpoint.tape.play(self.world.trace.events)
        self._tape = checkpoint.tape
        self.world.go_to(checkpoint.world)
        shellstate.apply(checkpoint.shell, session.shell, self.world)
        session.answers.become(checkpoint.answers)
        del session.exported[checkpoint.exported :]

    @contextmanager
    def _quietly(self) -> Iterator[None]:
        """Steps are done again: nobody is shown anything, nothing is recorded, no real file is written."""
        session = self.session
        if self.quiet:
            yield
            return
        before = session.shell.host, session.mover, session.exports
        session.shell.host, session.exports = RecordingHost(), False
        session.mover = session.at_once()
        self.quiet = True
        try:
            yield
        finally:
            self.quiet = False
            session.shell.host, session.mover, session.exports = before


class _UntilThere:
    """Moves the world, but not beyond the wanted point; `before` is a time before it."""

    def __init__(self, unit: str, value: int, there: Callable[[], bool], before: int) -> None:
        self.unit, self.value, self.there, self.before = unit, value, there, before

    def move(self, world: World, until: int, stop: Callable[[], bool]) -> None:
        """Run it; _Reached at the point."""
        if self.there():
            raise _Reached
        reached = False

        def holds() -> bool:
            nonlocal reached
            reached = self.there()
            return reached or stop()

        if world.now < self.before:
            world.run(until=min(until, self.before), stop=stop)
            if world.stopped or world.now >= until:
                return
        limit = min(until, self.value) if self.unit == TIME else until
        world.run(until=limit, stop=holds)
        if reached or self.there():
            raise _Reached
