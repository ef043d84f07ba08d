"""The clock, the event queue, the trace, random streams and the registry of components.

Nothing here knows what a partition or a disk is; everything above stands on it.
A name's module is read when the name is first wanted: a screen shows a lesson before
there is a world, and needs none of this until then.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hvlab.kernel.component import Component, derived, handler, neighbour
    from hvlab.kernel.queue import Kernel
    from hvlab.kernel.random import Stream
    from hvlab.kernel.trace import KINDS, Kind, Setup, Trace, TraceEvent
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
    "Setup",
    "Stream",
    "Trace",
    "TraceEvent",
    "World",
    "WorldState",
    "derived",
    "handler",
    "neighbour",
]

_MODULES = {
    "component": ("Component", "derived", "handler", "neighbour"),
    "queue": ("Kernel",),
    "random": ("Stream",),
    "trace": ("KINDS", "Setup", "Kind", "Trace", "TraceEvent"),
    "wire": ("Field", "FieldView", "Layout"),
    "world": ("World", "WorldState"),
}
_HOME = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    """One of the names above, from its module."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    return value
