"""Components that were put back to an earlier state and have not been asked for anything since.

Going to another moment changes most of a large world, and then little of it is looked at before one
goes elsewhere. So a component's state is not copied out of the snapshot at once: its attributes are
taken away, and its class becomes one that looks exactly like its own, but copies the state as soon as
any of it is asked for, and then is the component's own class again. An attribute that was set
meanwhile is newer than the snapshot and stays.

Only the world puts components to sleep (`World.go_to`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hvlab.kernel.copying import UNCHANGING
from hvlab.kernel.state import copy_state

if TYPE_CHECKING:
    from hvlab.kernel.component import Component


_ASLEEP: dict[type[Component], type[Component] | None] = {}


def _asleep(kind: type[Component]) -> type[Component] | None:
    """The class of a component of this kind that is asleep, made once."""
    if kind not in _ASLEEP:
        _ASLEEP[kind] = _made_asleep(kind)
    return _ASLEEP[kind]


def _made_asleep(kind: type[Component]) -> type[Component] | None:
    """The class of a component of this kind that is asleep; None where the class answers for the state itself."""
    if not kind.STATE or any(hasattr(kind, name) for name in kind.STATE):
        return None

    def missing(component: Component, name: str) -> Any:
        """Called for an attribute that is not there."""
        if name not in kind.STATE:
            raise AttributeError(f"{kind.__name__!r} object has no attribute {name!r}")
        wake(component)
        return getattr(component, name)

    return type(
        kind.__name__, (kind,), {"__getattr__": missing, "AWAKE": kind, "__module__": kind.__module__}
    )


def kind_of(component: Component) -> type[Component]:
    """A component's own class, asleep or not."""
    awake: type[Component] = getattr(type(component), "AWAKE", None) or type(component)
    return awake


def put_to_sleep(component: Component, kind: type[Component], values: tuple[Any, ...]) -> bool:
    """Have a component take over these values when it is asked for; False if that cannot wait."""
    asleep = _asleep(kind)
    if asleep is None:
        return False
    attributes = component.__dict__
    for name in kind.STATE:
        attributes.pop(name, None)
    attributes["_sleeping"] = values
    component.__class__ = asleep
    return True


def wake(component: Component) -> None:
    """Give a component its state if it is asleep."""
    attributes = component.__dict__
    if "_sleeping" not in attributes:
        return
    kind = kind_of(component)
    component.__class__ = kind
    for name, value in zip(kind.STATE, attributes.pop("_sleeping"), strict=True):
        if name not in attributes:
            attributes[name] = value if type(value) in UNCHANGING else copy_state(value)
