"""The world: components, the clock that drives them, and the trace of what happened.

A world changes in two ways only: an input is applied to it from outside, or the
clock moves to the next event. Everything in it can be saved, restored and
digested.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from hvlab.kernel.component import Component
from hvlab.kernel.queue import Entry, Kernel, handler_name
from hvlab.kernel.random import Stream
from hvlab.kernel.state import copy_state, plain
from hvlab.kernel.trace import Trace

C = TypeVar("C", bound=Component)
D = TypeVar("D")

_canonical = msgspec.msgpack.Encoder(order="deterministic")


@dataclass(frozen=True)
class WorldState:
    """All that is needed to put a world back to a moment; independent of what happens later."""

    now: int
    processed: int
    sequence: int
    heap: list[Entry]
    dead: frozenset[int]
    streams: dict[str, int]
    trace_length: int
    components: list[tuple[type[Component], str, tuple[Any, ...]] | None]


class World(Kernel):
    """A registry of components over one clock, one trace and one seed."""

    __slots__ = ("_by_name", "_events", "_streams", "seed", "trace")

    def __init__(self, seed: int = 0) -> None:
        super().__init__()
        self.seed = seed
        self.trace = Trace()
        self._events = self.trace.events
        self._by_name: dict[str, Component] = {}
        self._streams: dict[str, Stream] = {}

    # -- components ------------------------------------------------------------------

    def add(self, name: str, component: C) -> C:
        """Give a component its place in the world; names are unique paths."""
        if name in self._by_name:
            raise ValueError(f"the world already has a component {name!r}")
        component.world = self
        component.name = name
        component.index = len(self._components)
        self._components.append(component)
        self._by_name[name] = component
        return component

    def remove(self, component: Component) -> None:
        """Take a component out of the world, with every event pending for it."""
        self.forget_component(component.index)
        self._components[component.index] = None
        del self._by_name[component.name]

    def get(self, name: str, kind: type[C]) -> C:
        """The component of that name; KeyError if there is none, TypeError if it is of another kind."""
        component = self._by_name[name]
        if not isinstance(component, kind):
            raise TypeError(f"{name} is a {type(component).__name__}, not a {kind.__name__}")
        return component

    def has(self, name: str) -> bool:
        """Whether a component of that name is in the world."""
        return name in self._by_name

    def at_index(self, index: int) -> Component:
        """The component with that index."""
        component: Component = self._components[index]
        return component

    def components(self) -> list[Component]:
        """All components, in the order in which they came."""
        return [component for component in self._components if component is not None]

    def stream(self, name: str) -> Stream:
        """The random stream of that name."""
        stream = self._streams.get(name)
        if stream is None:
            stream = self._streams[name] = Stream.named(self.seed, name)
        return stream

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

    def save(self) -> WorldState:
        """The whole state; the trace is kept by its length only, since it is append-only."""
        return WorldState(
            now=self.now,
            processed=self.processed,
            sequence=self._sequence,
            heap=list(self._heap),
            dead=frozenset(self._dead),
            streams={name: stream.state for name, stream in self._streams.items()},
            trace_length=len(self.trace.events),
            components=[
                None
                if component is None
                else (
                    type(component),
                    component.name,
                    tuple(copy_state(getattr(component, name)) for name in component.STATE),
                )
                for component in self._components
            ],
        )

    def restore(self, state: WorldState) -> None:
        """Go back to a saved moment. Later trace events are dropped."""
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
        for index, saved in enumerate(state.components):
            if saved is None:
                self._components.append(None)
                continue
            kind, name, values = saved
            component = present[index] if index < len(present) else None
            if component is None or component.name != name:
                component = kind.__new__(kind)
                component.world, component.name, component.index = self, name, index
            for attribute, value in zip(kind.STATE, values, strict=True):
                in_place = getattr(getattr(component, attribute, None), "restore_state", None)
                if in_place is not None:
                    in_place(value)
                else:
                    setattr(component, attribute, copy_state(value))
            self._components.append(component)
            self._by_name[name] = component
            component.restored()

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
                hasher.update(_canonical.encode([type(component).__name__, component.name, values]))
        return hasher.hexdigest()
