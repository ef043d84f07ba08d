"""The clock, the event queue, the trace, random streams and the registry of components.

Nothing here knows what a partition or a disk is; everything above stands on it.
"""

from hvlab.kernel.component import Component, derived, handler, neighbour
from hvlab.kernel.queue import Kernel
from hvlab.kernel.random import Stream
from hvlab.kernel.trace import KINDS, Kind, Trace, TraceEvent
from hvlab.kernel.wire import Field, FieldView, Layout
from hvlab.kernel.world import World, WorldState

__all__ = [
    "KINDS",
    "Component",
    "Field",
    "FieldView",
    "Kernel",
    "Kind",
    "Layout",
    "Stream",
    "Trace",
    "TraceEvent",
    "World",
    "WorldState",
    "derived",
    "handler",
    "neighbour",
]
