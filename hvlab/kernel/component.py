"""What lives in a world: components, whose state is data and whose handlers have names.

A component names its state in STATE; everything else on it is derived and can
be made again. It refers to other components by their names or indices, never by
reference, so that each can be saved and restored alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, overload

from hvlab.kernel.queue import register_handler

if TYPE_CHECKING:
    from hvlab.kernel.world import World

C = TypeVar("C")
P = TypeVar("P")


class handler(Generic[C, P]):  # noqa: N801 - used as a decorator
    """Marks a method that the kernel may call later; `Class.method.id` is what is queued.

    The method takes the payload and returns None, or a delay in nanoseconds after
    which it is to be called again with the same payload.
    """

    def __init__(self, function: Callable[[C, P], int | None]) -> None:
        self.function = function
        self.id = register_handler(function)
        self.__doc__ = function.__doc__

    @overload
    def __get__(self, instance: None, owner: type) -> handler[C, P]: ...

    @overload
    def __get__(self, instance: object, owner: type) -> Callable[[P], int | None]: ...

    def __get__(self, instance: object | None, owner: type) -> Any:
        if instance is None:
            return self
        return self.function.__get__(instance, owner)


class Component:
    """A part of the world with a name (a path such as `host1/root/vmms`) and saveable state."""

    STATE: ClassVar[tuple[str, ...]] = ()

    world: World
    name: str
    index: int

    def after(self, delay: int, what: handler[Any, P], payload: P) -> int:
        """Have one of this component's own handlers called after `delay` ns; returns a ticket."""
        return self.world.schedule(delay, self.index, what.id, payload)

    def restored(self) -> None:
        """Called when the state was put back to an earlier one: drop what is derived from it."""
