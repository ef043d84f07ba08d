"""The world: components, the clock that drives them, and the trace of what happened.

A world changes in two ways only: an input is applied to it from outside, or the
clock moves to the next event. Everything in it can be saved, restored and
digested.

A snapshot shares with the one before it the components that nobody has touched
in between. Touched is who was looked up (`get`, `at_index`, `components`), whom an
event was scheduled for, and whom an event was handled for; and, at every snapshot, who
is kept by others as a `neighbour`. That is all there is as long as nobody else keeps a
component across a snapshot: components refer to one another by name. A command that
works on the world from outside may keep what it has looked up while it lets the world
run: whoever runs it says `lend` before, and `take_back` when the command has ended.
"""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import msgspec

from hvlab.kernel.asleep import kind_of, put_to_sleep, wake
from hvlab.kernel.component import Component
from hvlab.kernel.copying import UNCHANGING
from hvlab.kernel.queue import FOREVER, Entry, Kernel, handler_name, is_steady
from hvlab.kernel.random import Stream
from hvlab.kernel.state import copy_state, plain
from hvlab.kernel.trace import Trace

C = TypeVar("C", bound=Component)
D = TypeVar("D")

SLICE = 64
"""Events between two calls of `World.between`."""
OVERSTEP = 192
"""So many more events at most, where these are a stride."""

_canonical = msgspec.msgpack.Encoder(order="deterministic")


@dataclass(frozen=True, slots=True)
class ComponentState:
    """One component as it was: its class, its name, and the values that its STATE names."""

    kind: type[Component]
    name: str
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class WorldState:
    """All that is needed to put a world back to a moment; independent of what happens later."""

    now: int
    processed: int
    sequence: int
    heap: list[Entry]
    dead: frozenset[int]
    streams: dict[str, int]
    trace_length: int
    components: list[ComponentState | None]


class World(Kernel):
    """A registry of components over one clock, one trace and one seed."""

    __slots__ = (
        "_by_name",
        "_events",
        "_held",
        "_last",
        "_lent",
        "_marked",
        "_streams",
        "between",
        "generation",
        "names",
        "seed",
        "trace",
    )

    def __init__(self, seed: int = 0) -> None:
        super().__init__()
        self.seed = seed
        self.trace = Trace()
        self._events = self.trace.events
        self._by_name: dict[str, Component] = {}
        self.names: list[str] = []
        """By index, the name of each component that is or was there: every trace event asks for two."""
        self._streams: dict[str, Stream] = {}
        self.between: Callable[[], None] | None = None
        """Called now and then between two events of a run: a session takes its snapshots there."""
        self.generation = 0
        """Changes whenever a component comes, goes, or is made anew: until then, who was looked up is still there."""
        self._held: list[int] = []
        """The indices of those that others keep as their neighbours."""
        self._marked = 0
        """Who else was touched since the last snapshot, beside `_touched`: a byte for each, as one number."""
        self._lent = 0
        """The same of those whom somebody outside may still have."""
        self._last: WorldState | None = None
        """The snapshot that the next one may share with."""

    # -- components ------------------------------------------------------------------

    def add(self, name: str, component: C) -> C:
        """Give a component its place in the world; names are unique paths."""
        if name in self._by_name:
            raise ValueError(f"the world already has a component {name!r}")
        self.generation += 1
        component.world = self
        component.name = name
        component.index = len(self._components)
        self._components.append(component)
        self.names.append(name)
        self._touched.append(1)
        self._by_name[name] = component
        return component

    def remove(self, component: Component) -> None:
        """Take a component out of the world, with every event pending for it."""
        self.generation += 1
        self.forget_component(component.index)
        self._touched[component.index] = 1
        self._components[component.index] = None
        del self._by_name[component.name]
        if component.index in self._held:
            self._let_go()

    def get(self, name: str, kind: type[C]) -> C:
        """The component of that name; KeyError if there is none, TypeError if it is of another kind."""
        component = self._by_name[name]
        self._touched[component.index] = 1
        if not isinstance(component, kind):
            raise TypeError(f"{name} is a {type(component).__name__}, not a {kind.__name__}")
        return component

    def has(self, name: str) -> bool:
        """Whether a component of that name is in the world."""
        return name in self._by_name

    def at_index(self, index: int) -> Component:
        """The component with that index."""
        component: Component = self._components[index]
        self._touched[index] = 1
        return component

    def keeps(self, component: Component) -> bool:
        """Whether this very object still is a component of the world: it was not removed, nor made anew."""
        index = component.index
        return index < len(self._components) and self._components[index] is component

    def again(self, component: Component) -> bool:
        """`keeps`, for somebody who looked it up before and now works on it again: as good as `get`."""
        index = component.index
        if index < len(self._components) and self._components[index] is component:
            self._touched[index] = 1
            return True
        return False

    def hold(self, component: Component) -> None:
        """Somebody keeps a component from now on: it counts as touched at every snapshot."""
        if component.index not in self._held:
            self._held.append(component.index)
        self._touched[component.index] = 1

    def is_held(self, component: Component) -> bool:
        """Whether somebody keeps it as a neighbour."""
        return component.index in self._held

    def _let_go(self) -> None:
        """Nobody keeps anybody any more: one of those who were kept is gone, or is another object."""
        self._held.clear()
        for component in self._components:
            if component is not None:
                component.forget_neighbours()

    def _nobody_touched(self) -> None:
        """A snapshot is at hand: nobody is touched but those who are kept."""
        self._marked = 0
        touched = self._touched = bytearray(len(self._components))
        for index in self._held:
            touched[index] = 1

    def _gather(self) -> int:
        """Put the latest marks to the others, and return them."""
        latest = int.from_bytes(self._touched, "little")
        self._marked |= latest
        self._touched = bytearray(len(self._components))
        return latest

    def lend(self) -> None:
        """Somebody outside lets the world run, and keeps what has been looked up since `part` or `take_back`.

        It counts as touched at every snapshot until `take_back`.
        """
        self._lent |= self._gather()

    def part(self) -> None:
        """The world has run: what it has looked up itself is nobody's loan."""
        self._gather()

    def take_back(self) -> None:
        """Nobody outside keeps anything any more; who works on the world next looks it up again."""
        self._gather()
        self._marked |= self._lent
        self._lent = 0

    def _touched_since(self) -> bytes:
        """Who may be different from the last snapshot: a byte for each component."""
        self._mark_handled()
        latest = int.from_bytes(self._touched, "little")
        return (self._marked | self._lent | latest).to_bytes(len(self._components), "little")

    def components(self) -> list[Component]:
        """All components, in the order in which they came."""
        self.touch_all()
        return [component for component in self._components if component is not None]

    def stream(self, name: str) -> Stream:
        """The random stream of that name."""
        stream = self._streams.get(name)
        if stream is None:
            stream = self._streams[name] = Stream.named(self.seed, name)
        return stream

    # -- running -----------------------------------------------------------------------

    def run(self, until: int = FOREVER, limit: int = FOREVER, stop: Callable[[], bool] | None = None) -> int:
        """As Kernel.run; `between` is called after every SLICE events, or up to OVERSTEP more after a stride."""
        # As long as nobody looks in, the world makes many objects and no garbage: a search for it only takes time.
        collecting = is_steady(stop) and gc.isenabled()
        if collecting:
            gc.disable()
        try:
            if self.between is None:
                return super().run(until, limit, stop)
            handled = 0
            while True:
                part = min(SLICE, limit - handled)
                done = self._run(until, part, stop, min(limit - handled, part + OVERSTEP))
                handled += done
                if self.stopped or done < part or handled >= limit:
                    return handled
                self.between()
        finally:
            if collecting:
                gc.enable()

    # -- trace -----------------------------------------------------------------------

    def emit(
        self,
        kind: str,
        source: str,
        target: str,
        partition: int | None,
        vp: int | None,
        channel: int | None,
        *fields: Any,
    ) -> int:
        """Write one event into the trace, caused by whatever is the cause at present; returns its seq.

        `fields` are the kind's own, in the order of `KINDS` (positions, because this is the
        most frequent call of all and names would double its cost).
        """
        events = self._events
        events.append((self.now, kind, self.cause, source, target, partition, vp, channel, fields))
        return len(events)

    def because(self, seq: int, action: Callable[..., D], *arguments: Any) -> D:
        """Do something as a consequence of trace event `seq`."""
        before = self.cause
        self.cause = seq
        try:
            return action(*arguments)
        finally:
            self.cause = before

    # -- snapshots and digests -----------------------------------------------------------

    def touch_all(self) -> None:
        """Somebody outside may hold any component and change it: the next snapshot shares nothing."""
        self._last = None

    def save(self) -> WorldState:
        """The whole state, sharing nothing; the trace is kept by its length, since it is append-only."""
        self.touch_all()
        state = self.snapshot()
        self.touch_all()
        return state

    def snapshot(self) -> WorldState:
        """The whole state, sharing with the snapshot before it what has not been touched since."""
        last = self._last
        touched = self._touched_since()
        known = [] if last is None else last.components
        saved: list[ComponentState | None] = []
        for index, component in enumerate(self._components):
            if component is None:
                saved.append(None)
                continue
            if index < len(known) and not touched[index]:
                saved.append(known[index])
                continue
            values = tuple(
                [
                    value if type(value) in UNCHANGING else copy_state(value)
                    for value in [getattr(component, name) for name in component.STATE]
                ]
            )
            saved.append(ComponentState(kind_of(component), component.name, values))
        self._last = WorldState(
            now=self.now,
            processed=self.processed,
            sequence=self._sequence,
            heap=list(self._heap),
            dead=frozenset(self._dead),
            streams={name: stream.state for name, stream in self._streams.items()},
            trace_length=len(self.trace.events),
            components=saved,
        )
        self._nobody_touched()
        return self._last

    def _mark_handled(self) -> None:
        """Touched are those for whom an event was due: it lay in the queue at the last snapshot.

        What was scheduled since has left its mark in `schedule`, so the loop that handles events
        need not know of any of this.
        """
        if self._last is not None:
            now, touched = self.now, self._touched
            for entry in self._last.heap:
                if entry[0] <= now:
                    touched[entry[2]] = 1

    def restore(self, state: WorldState) -> None:
        """Go to a saved moment. Later trace events are dropped."""
        self.touch_all()
        self.go_to(state)
        self.touch_all()

    def go_to(self, state: WorldState) -> None:
        """The same, but components that still are as the snapshot has them are left alone."""
        touched = self._touched_since()
        self.generation += 1
        known = [] if self._last is None else self._last.components
        self.now = state.now
        self.processed = state.processed
        self.cause = 0
        self._sequence = state.sequence
        self._heap[:] = state.heap
        self._dead.clear()
        self._dead.update(state.dead)
        self._streams = {name: Stream(value) for name, value in state.streams.items()}
        del self.trace.events[state.trace_length :]
        present = self._components[:]
        self._components.clear()
        self._by_name.clear()
        self.names[:] = ["" if saved is None else saved.name for saved in state.components]
        for index, saved in enumerate(state.components):
            component = present[index] if index < len(present) else None
            if saved is not None and not (
                index < len(known) and known[index] is saved and not touched[index]
            ):
                component = self._put_back(index, component, saved)
            self._components.append(None if saved is None else component)
            if saved is not None:
                self._by_name[saved.name] = cast(Component, component)
        if any(
            index >= len(self._components) or self._components[index] is not present[index]
            for index in self._held
        ):
            self._let_go()
        self._nobody_touched()
        self._lent = 0
        self._last = state

    def _put_back(self, index: int, present: Component | None, saved: ComponentState) -> Component:
        component = present
        kind = saved.kind
        if component is None or component.name != saved.name or kind_of(component) is not kind:
            component = kind.__new__(kind)
            component.world, component.name, component.index = self, saved.name, index
        in_place = [
            attribute
            for attribute, value in zip(kind.STATE, saved.values, strict=True)
            if hasattr(value, "restore_state")
        ]
        if index in self._held or in_place or not put_to_sleep(component, kind, saved.values):
            wake(component)
            for attribute, value in zip(kind.STATE, saved.values, strict=True):
                if type(value) in UNCHANGING:
                    setattr(component, attribute, value)
                elif attribute in in_place and hasattr(component, attribute):
                    getattr(component, attribute).restore_state(value)
                else:
                    setattr(component, attribute, copy_state(value))
        component.forget_derived()
        component.restored()
        return component

    def find_unmarked_changes(self) -> list[str]:
        """The components that changed since the last snapshot without having been touched: for tests.

        What it names is a defect: such a component would be taken from an older snapshot.
        """
        if self._last is None:
            return []
        touched = self._touched_since()
        return [
            saved.name
            for index, saved in enumerate(self._last.components)
            if saved is not None
            and not touched[index]
            and [plain(value) for value in saved.values]
            != [plain(getattr(self._components[index], name)) for name in saved.kind.STATE]
        ]

    def digest(self) -> str:
        """SHA-256 of components, pending events, clock and random streams, without the trace."""
        hasher = hashlib.sha256()
        pending = [
            [time, sequence, component, handler_name(handler_id), plain(payload), cause]
            for time, sequence, component, handler_id, payload, cause in self.pending()
        ]
        streams = [[name, self._streams[name].state] for name in sorted(self._streams)]
        hasher.update(_canonical.encode(["world", 1, self.seed, self.now, pending, streams]))
        for component in self._components:
            if component is not None:
                values = [[name, plain(getattr(component, name))] for name in component.STATE]
                hasher.update(_canonical.encode([kind_of(component).__name__, component.name, values]))
        return hasher.hexdigest()

    def outcome(self) -> dict[str, Any]:
        """What the world has come to, whichever way led there: by component, of those that count for it.

        Without times, jobs, random positions, sequence numbers, and identifiers that depend on the way.
        """
        found = {one.name: one.outcome() for one in self.components()}
        return {name: plain(value) for name, value in sorted(found.items()) if value is not None}

    def outcome_digest(self) -> str:
        """SHA-256 of `outcome`: equal for two ways to the same result."""
        return hashlib.sha256(_canonical.encode(["outcome", 1, *self.outcome().items()])).hexdigest()
